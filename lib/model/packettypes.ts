// Decides the numbers and names of the control packets (section 2.1.2 of the standard); data only.

/** The MQTT control packet types by paho's names; `WILLMESSAGE` stands for the will's own property set. */
export const PacketTypes = {
  CONNECT: 1,
  CONNACK: 2,
  PUBLISH: 3,
  PUBACK: 4,
  PUBREC: 5,
  PUBREL: 6,
  PUBCOMP: 7,
  SUBSCRIBE: 8,
  SUBACK: 9,
  UNSUBSCRIBE: 10,
  UNSUBACK: 11,
  PINGREQ: 12,
  PINGRESP: 13,
  DISCONNECT: 14,
  AUTH: 15,
  WILLMESSAGE: 99,
  /** The real packet types, without `WILLMESSAGE`. */
  indexes: [1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15],
  /** Names by number: `PacketTypes.Names[3]` is `"Publish"`. */
  Names: [
    "reserved",
    "Connect",
    "Connack",
    "Publish",
    "Puback",
    "Pubrec",
    "Pubrel",
    "Pubcomp",
    "Subscribe",
    "Suback",
    "Unsubscribe",
    "Unsuback",
    "Pingreq",
    "Pingresp",
    "Disconnect",
    "Auth",
  ],
} as const;

/** The number of a control packet type, or 99 for the will. */
export type PacketType = Extract<(typeof PacketTypes)[keyof typeof PacketTypes], number>;
