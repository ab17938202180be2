// Decides which packets may come from which side, and with which flag bits: all that the first byte of a packet says
// (section 2.1). Knows nothing of what follows it.

import { MalformedPacket, ProtocolError } from "../model/errors.ts";
import { PacketTypes } from "../model/packettypes.ts";

/** Which end of the connection sent a packet. */
export type Sender = "client" | "server";

/** A protocol level: 3 is MQTT 3.1, 4 is 3.1.1, 5 is 5.0. */
export type Version = 3 | 4 | 5;

/** The bit of an MQTT 3.1 flag nibble, and of PUBLISH in every version, that says "sent before". */
export const DUP = 0b1000;

/** The flag bits of PUBLISH. */
export function publish_flags(dup: boolean, qos: 0 | 1 | 2, retain: boolean): number {
  return (dup ? DUP : 0) | (qos << 1) | (retain ? 1 : 0);
}

const ALWAYS = 3;
const NEVER = 6;

interface FirstByteRule {
  readonly name: string;
  /** The flag bits as they must be [MQTT-2.2.2-1]; null where they carry data. */
  readonly flags: number | null;
  /** The first version in which a client, and a server, may send the packet. */
  readonly client: number;
  readonly server: number;
}

// biome-ignore format: a table
const first_byte_rules: readonly (FirstByteRule | null)[] = [
  null, // 0 is reserved
  { name: "CONNECT",     flags: 0b0000, client: ALWAYS, server: NEVER },
  { name: "CONNACK",     flags: 0b0000, client: NEVER,  server: ALWAYS },
  { name: "PUBLISH",     flags: null,   client: ALWAYS, server: ALWAYS },
  { name: "PUBACK",      flags: 0b0000, client: ALWAYS, server: ALWAYS },
  { name: "PUBREC",      flags: 0b0000, client: ALWAYS, server: ALWAYS },
  { name: "PUBREL",      flags: 0b0010, client: ALWAYS, server: ALWAYS },
  { name: "PUBCOMP",     flags: 0b0000, client: ALWAYS, server: ALWAYS },
  { name: "SUBSCRIBE",   flags: 0b0010, client: ALWAYS, server: NEVER },
  { name: "SUBACK",      flags: 0b0000, client: NEVER,  server: ALWAYS },
  { name: "UNSUBSCRIBE", flags: 0b0010, client: ALWAYS, server: NEVER },
  { name: "UNSUBACK",    flags: 0b0000, client: NEVER,  server: ALWAYS },
  // The standard knows no PINGREQ from a server, but some send it, and paho answers it.
  { name: "PINGREQ",     flags: 0b0000, client: ALWAYS, server: ALWAYS },
  { name: "PINGRESP",    flags: 0b0000, client: NEVER,  server: ALWAYS },
  { name: "DISCONNECT",  flags: 0b0000, client: ALWAYS, server: 5 },
  { name: "AUTH",        flags: 0b0000, client: 5,      server: 5 },
];

/** The name of a packet as the standard writes it. `type` is 1 to 15. */
export function packet_name(type: number): string {
  return (first_byte_rules[type] as FirstByteRule).name;
}

/** Throws MalformedPacket or ProtocolError unless `sender` may begin a packet with this byte. */
export function check_first_byte(byte: number, version: Version, sender: Sender): void {
  const type = byte >> 4;
  const rule = first_byte_rules[type];
  if (!rule || (type === PacketTypes.AUTH && version < 5)) {
    throw new MalformedPacket(`The packet type ${type} is reserved in this version of MQTT (section 2.1.2).`);
  }
  if (version < rule[sender]) {
    throw new ProtocolError(`${rule.name}: a ${sender} must not send it (section 2.1.2).`);
  }
  check_flags(byte & 0x0f, rule, version);
}

function check_flags(flags: number, rule: FirstByteRule, version: Version): void {
  if (rule.flags !== null) {
    // MQTT 3.1 (2.1) lets a sender mark PUBREL, SUBSCRIBE and UNSUBSCRIBE as sent before.
    const meaningful = version === 3 && rule.flags !== 0 ? flags & ~DUP : flags;
    if (meaningful === rule.flags) return;
    // [MQTT-2.2.2-2] in 3.1.1, [MQTT-2.1.3-1] in 5.
    throw new MalformedPacket(
      `${rule.name}: the flag bits are ${bits(flags)}, but must be ${bits(rule.flags)}.`,
    );
  }
  const qos = (flags >> 1) & 3;
  if (qos === 3) throw new MalformedPacket("PUBLISH: the QoS is 3, which does not exist [MQTT-3.3.1-4].");
  if (qos === 0 && (flags & DUP) !== 0) {
    throw new MalformedPacket("PUBLISH: DUP is set although the QoS is 0 [MQTT-3.3.1-2].");
  }
}

function bits(flags: number): string {
  return flags.toString(2).padStart(4, "0");
}
