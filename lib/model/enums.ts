// Decides the numbers behind paho's enums and module constants; data only.

/** What a call of the client came to: 0 is success. {@link error_string} says each in English. */
export const MQTTErrorCode = {
  /** Not finished yet; no error. */
  MQTT_ERR_AGAIN: -1,
  MQTT_ERR_SUCCESS: 0,
  MQTT_ERR_NOMEM: 1,
  MQTT_ERR_PROTOCOL: 2,
  MQTT_ERR_INVAL: 3,
  /** There is no connection. */
  MQTT_ERR_NO_CONN: 4,
  MQTT_ERR_CONN_REFUSED: 5,
  MQTT_ERR_NOT_FOUND: 6,
  MQTT_ERR_CONN_LOST: 7,
  MQTT_ERR_TLS: 8,
  MQTT_ERR_PAYLOAD_SIZE: 9,
  MQTT_ERR_NOT_SUPPORTED: 10,
  MQTT_ERR_AUTH: 11,
  MQTT_ERR_ACL_DENIED: 12,
  MQTT_ERR_UNKNOWN: 13,
  MQTT_ERR_ERRNO: 14,
  /** The queue of outgoing messages is full. */
  MQTT_ERR_QUEUE_SIZE: 15,
  /** The peer was silent for longer than the keepalive time. */
  MQTT_ERR_KEEPALIVE: 16,
} as const;

export type MQTTErrorCode = (typeof MQTTErrorCode)[keyof typeof MQTTErrorCode];

/** The versions of MQTT by their protocol level on the wire. */
export const MQTTProtocolVersion = {
  MQTTv31: 3,
  MQTTv311: 4,
  MQTTv5: 5,
} as const;

export type MQTTProtocolVersion = (typeof MQTTProtocolVersion)[keyof typeof MQTTProtocolVersion];

/** Which arguments callbacks receive: VERSION1 is paho 1.x's, VERSION2 is for new code. */
export const CallbackAPIVersion = {
  VERSION1: 1,
  VERSION2: 2,
} as const;

export type CallbackAPIVersion = (typeof CallbackAPIVersion)[keyof typeof CallbackAPIVersion];

/** The control packets by their first byte with clear flags; shifted right by 4 it is the number of `PacketTypes`. */
export const MessageType = {
  CONNECT: 0x10,
  CONNACK: 0x20,
  PUBLISH: 0x30,
  PUBACK: 0x40,
  PUBREC: 0x50,
  PUBREL: 0x60,
  PUBCOMP: 0x70,
  SUBSCRIBE: 0x80,
  SUBACK: 0x90,
  UNSUBSCRIBE: 0xa0,
  UNSUBACK: 0xb0,
  PINGREQ: 0xc0,
  PINGRESP: 0xd0,
  DISCONNECT: 0xe0,
  AUTH: 0xf0,
} as const;

export type MessageType = (typeof MessageType)[keyof typeof MessageType];

/** The levels of `on_log`. */
export const LogLevel = {
  MQTT_LOG_INFO: 1,
  MQTT_LOG_NOTICE: 2,
  MQTT_LOG_WARNING: 4,
  MQTT_LOG_ERR: 8,
  MQTT_LOG_DEBUG: 16,
} as const;

export type LogLevel = (typeof LogLevel)[keyof typeof LogLevel];

/** The return codes of a CONNACK in MQTT 3.1 and 3.1.1. */
export const ConnackCode = {
  CONNACK_ACCEPTED: 0,
  CONNACK_REFUSED_PROTOCOL_VERSION: 1,
  CONNACK_REFUSED_IDENTIFIER_REJECTED: 2,
  CONNACK_REFUSED_SERVER_UNAVAILABLE: 3,
  CONNACK_REFUSED_BAD_USERNAME_PASSWORD: 4,
  CONNACK_REFUSED_NOT_AUTHORIZED: 5,
} as const;

export type ConnackCode = (typeof ConnackCode)[keyof typeof ConnackCode];

/** How far an outgoing or incoming message has come. */
export const MessageState = {
  MQTT_MS_INVALID: 0,
  MQTT_MS_PUBLISH: 1,
  MQTT_MS_WAIT_FOR_PUBACK: 2,
  MQTT_MS_WAIT_FOR_PUBREC: 3,
  MQTT_MS_RESEND_PUBREL: 4,
  MQTT_MS_WAIT_FOR_PUBREL: 5,
  MQTT_MS_RESEND_PUBCOMP: 6,
  MQTT_MS_WAIT_FOR_PUBCOMP: 7,
  MQTT_MS_SEND_PUBREC: 8,
  MQTT_MS_QUEUED: 9,
} as const;

export type MessageState = (typeof MessageState)[keyof typeof MessageState];

/** Whether the client presents itself as an ordinary client or as a bridge. */
export const PahoClientMode = {
  MQTT_CLIENT: 0,
  MQTT_BRIDGE: 1,
} as const;

export type PahoClientMode = (typeof PahoClientMode)[keyof typeof PahoClientMode];

// The members under the names that paho gives them at module level.

export const MQTT_ERR_AGAIN = MQTTErrorCode.MQTT_ERR_AGAIN;
export const MQTT_ERR_SUCCESS = MQTTErrorCode.MQTT_ERR_SUCCESS;
export const MQTT_ERR_NOMEM = MQTTErrorCode.MQTT_ERR_NOMEM;
export const MQTT_ERR_PROTOCOL = MQTTErrorCode.MQTT_ERR_PROTOCOL;
export const MQTT_ERR_INVAL = MQTTErrorCode.MQTT_ERR_INVAL;
export const MQTT_ERR_NO_CONN = MQTTErrorCode.MQTT_ERR_NO_CONN;
export const MQTT_ERR_CONN_REFUSED = MQTTErrorCode.MQTT_ERR_CONN_REFUSED;
export const MQTT_ERR_NOT_FOUND = MQTTErrorCode.MQTT_ERR_NOT_FOUND;
export const MQTT_ERR_CONN_LOST = MQTTErrorCode.MQTT_ERR_CONN_LOST;
export const MQTT_ERR_TLS = MQTTErrorCode.MQTT_ERR_TLS;
export const MQTT_ERR_PAYLOAD_SIZE = MQTTErrorCode.MQTT_ERR_PAYLOAD_SIZE;
export const MQTT_ERR_NOT_SUPPORTED = MQTTErrorCode.MQTT_ERR_NOT_SUPPORTED;
export const MQTT_ERR_AUTH = MQTTErrorCode.MQTT_ERR_AUTH;
export const MQTT_ERR_ACL_DENIED = MQTTErrorCode.MQTT_ERR_ACL_DENIED;
export const MQTT_ERR_UNKNOWN = MQTTErrorCode.MQTT_ERR_UNKNOWN;
export const MQTT_ERR_ERRNO = MQTTErrorCode.MQTT_ERR_ERRNO;
export const MQTT_ERR_QUEUE_SIZE = MQTTErrorCode.MQTT_ERR_QUEUE_SIZE;
export const MQTT_ERR_KEEPALIVE = MQTTErrorCode.MQTT_ERR_KEEPALIVE;

export const MQTTv31 = MQTTProtocolVersion.MQTTv31;
export const MQTTv311 = MQTTProtocolVersion.MQTTv311;
export const MQTTv5 = MQTTProtocolVersion.MQTTv5;

export const CONNECT = MessageType.CONNECT;
export const CONNACK = MessageType.CONNACK;
export const PUBLISH = MessageType.PUBLISH;
export const PUBACK = MessageType.PUBACK;
export const PUBREC = MessageType.PUBREC;
export const PUBREL = MessageType.PUBREL;
export const PUBCOMP = MessageType.PUBCOMP;
export const SUBSCRIBE = MessageType.SUBSCRIBE;
export const SUBACK = MessageType.SUBACK;
export const UNSUBSCRIBE = MessageType.UNSUBSCRIBE;
export const UNSUBACK = MessageType.UNSUBACK;
export const PINGREQ = MessageType.PINGREQ;
export const PINGRESP = MessageType.PINGRESP;
export const DISCONNECT = MessageType.DISCONNECT;
export const AUTH = MessageType.AUTH;

export const MQTT_LOG_INFO = LogLevel.MQTT_LOG_INFO;
export const MQTT_LOG_NOTICE = LogLevel.MQTT_LOG_NOTICE;
export const MQTT_LOG_WARNING = LogLevel.MQTT_LOG_WARNING;
export const MQTT_LOG_ERR = LogLevel.MQTT_LOG_ERR;
export const MQTT_LOG_DEBUG = LogLevel.MQTT_LOG_DEBUG;

export const CONNACK_ACCEPTED = ConnackCode.CONNACK_ACCEPTED;
export const CONNACK_REFUSED_PROTOCOL_VERSION = ConnackCode.CONNACK_REFUSED_PROTOCOL_VERSION;
export const CONNACK_REFUSED_IDENTIFIER_REJECTED = ConnackCode.CONNACK_REFUSED_IDENTIFIER_REJECTED;
export const CONNACK_REFUSED_SERVER_UNAVAILABLE = ConnackCode.CONNACK_REFUSED_SERVER_UNAVAILABLE;
export const CONNACK_REFUSED_BAD_USERNAME_PASSWORD = ConnackCode.CONNACK_REFUSED_BAD_USERNAME_PASSWORD;
export const CONNACK_REFUSED_NOT_AUTHORIZED = ConnackCode.CONNACK_REFUSED_NOT_AUTHORIZED;

export const mqtt_ms_invalid = MessageState.MQTT_MS_INVALID;
export const mqtt_ms_publish = MessageState.MQTT_MS_PUBLISH;
export const mqtt_ms_wait_for_puback = MessageState.MQTT_MS_WAIT_FOR_PUBACK;
export const mqtt_ms_wait_for_pubrec = MessageState.MQTT_MS_WAIT_FOR_PUBREC;
export const mqtt_ms_resend_pubrel = MessageState.MQTT_MS_RESEND_PUBREL;
export const mqtt_ms_wait_for_pubrel = MessageState.MQTT_MS_WAIT_FOR_PUBREL;
export const mqtt_ms_resend_pubcomp = MessageState.MQTT_MS_RESEND_PUBCOMP;
export const mqtt_ms_wait_for_pubcomp = MessageState.MQTT_MS_WAIT_FOR_PUBCOMP;
export const mqtt_ms_send_pubrec = MessageState.MQTT_MS_SEND_PUBREC;
export const mqtt_ms_queued = MessageState.MQTT_MS_QUEUED;

export const MQTT_CLIENT = PahoClientMode.MQTT_CLIENT;
export const MQTT_BRIDGE = PahoClientMode.MQTT_BRIDGE;

/** `clean_start` of `connect()`: start clean on the first successful connection only. */
export const MQTT_CLEAN_START_FIRST_ONLY = 3;

/** The level of Python's `logging` for each level of `on_log`: 10 debug, 20 info, 30 warning, 40 error. */
export const LOGGING_LEVEL = {
  [MQTT_LOG_DEBUG]: 10,
  [MQTT_LOG_INFO]: 20,
  // Python has no level "notice".
  [MQTT_LOG_NOTICE]: 20,
  [MQTT_LOG_WARNING]: 30,
  [MQTT_LOG_ERR]: 40,
} as const satisfies Record<LogLevel, number>;
