// Decides the layout of every control packet behind its fixed header (chapter 3): which fields follow each other, and
// what each may hold. One function for each packet reads it from front to back. Knows nothing of framing.
//
// A packet that cannot be parsed is a MalformedPacket (0x81). One that can be, and says what it must not, is a
// ProtocolError (0x82, or the code that the standard names for it), as section 1.2 has it.

import { PacketTypes } from "../model/packettypes.ts";
import type { Properties } from "../model/properties.ts";
import { ByteReader } from "../model/wire_values.ts";
import {
  check_filter,
  check_packet_id,
  check_reason_code,
  check_return_code,
  check_topic,
  malformed,
  message_properties,
  named,
  read_properties,
  violation,
} from "./fields.ts";
import { packet_name, type Sender, type Version } from "./fixed_header.ts";

/** What the walk through a packet found out besides that it is sound. */
export interface Findings {
  /** The version that the packet is written in: a CONNECT says its own. */
  version: Version;
  /** Of the packets that end with a reason code and properties; 0 where it was left out. */
  reason_code: number;
  properties: Properties | null;
  will_properties: Properties | null;
}

interface Context extends Findings {
  readonly flags: number;
  readonly sender: Sender;
}

type Layout = (body: ByteReader, packet: Context) => void;

/**
 * Walks through one whole packet.
 *
 * @param body where its fixed header ends.
 * @throws MalformedPacket or ProtocolError, with the name of the packet in front.
 */
export function check_packet(bytes: Uint8Array, body: number, version: Version, sender: Sender): Findings {
  const first_byte = bytes[0] as number;
  const type = first_byte >> 4;
  const flags = first_byte & 0x0f;
  const packet: Context = { version, reason_code: 0, properties: null, will_properties: null, flags, sender };
  const reader = new ByteReader(bytes, body);
  try {
    (layouts[type] as Layout)(reader, packet);
    const excess = reader.end - reader.at;
    if (excess > 0) throw malformed(`${excess} more byte${excess === 1 ? "" : "s"} where it should end`);
  } catch (error) {
    throw named(error, packet_name(type));
  }
  return packet;
}

// CONNECT (3.1) ------------------------------------------------------------------------------------------------------

function connect(body: ByteReader, packet: Context): void {
  packet.version = protocol_version(body);
  const flags = connect_flags(body.byte(), packet.version);
  body.int16(); // the keepalive time
  if (packet.version === 5) {
    const properties = read_properties(body, PacketTypes.CONNECT);
    if (properties?.AuthenticationData !== undefined && properties.AuthenticationMethod === undefined) {
      throw violation("AuthenticationData comes without AuthenticationMethod (3.1.2.11.10)");
    }
    packet.properties = properties;
  }
  body.text("The client id");
  if (flags.will) {
    if (packet.version === 5) packet.will_properties = message_properties(body, PacketTypes.WILLMESSAGE);
    check_topic(body.text("The will topic"), "the will topic");
    body.binary(); // the will payload
  }
  if (flags.username) body.text("The user name");
  if (flags.password) body.binary();
}

function protocol_version(body: ByteReader): Version {
  const name = body.text("The protocol name");
  const level = body.byte() & 0x7f; // The top bit marks a bridge.
  if (name === "MQIsdp" && level === 3) return 3;
  if (name === "MQTT" && (level === 4 || level === 5)) return level;
  // [MQTT-3.1.2-1] [MQTT-3.1.2-2]
  throw violation(`the protocol ${JSON.stringify(name)} of level ${level} is not known here`, 0x84);
}

interface ConnectFlags {
  readonly will: boolean;
  readonly username: boolean;
  readonly password: boolean;
}

function connect_flags(flags: number, version: Version): ConnectFlags {
  const will = (flags & 0x04) !== 0;
  const username = (flags & 0x80) !== 0;
  const password = (flags & 0x40) !== 0;
  if ((flags & 0x01) !== 0) throw malformed("the reserved connect flag is set [MQTT-3.1.2-3]");
  // In 3.1.1 these are [MQTT-3.1.2-13] to [MQTT-3.1.2-15].
  if ((flags & 0x18) === 0x18) throw malformed("the will QoS is 3, which does not exist [MQTT-3.1.2-12]");
  if (!will && (flags & 0x38) !== 0) {
    throw malformed("will QoS or will retain is set without a will [MQTT-3.1.2-11] [MQTT-3.1.2-13]");
  }
  if (version < 5 && password && !username) {
    throw malformed("there is a password without a user name [MQTT-3.1.2-22]");
  }
  return { will, username, password };
}

// CONNACK (3.2) ------------------------------------------------------------------------------------------------------

/** The return codes of 3.x and what MQTT 5 calls them. */
const legacy_reason_codes: Readonly<Record<number, number>> = { 1: 0x84, 2: 0x85, 3: 0x88, 4: 0x86, 5: 0x87 };

function connack(body: ByteReader, packet: Context): void {
  const flags = body.byte();
  if (flags > 1) throw malformed("reserved acknowledge flags are set [MQTT-3.2.2-1]");
  const code = body.byte();
  // Reserved codes of 3.x pass: they are a refusal all the same, which the user wants to see.
  if (packet.version === 5 && !is_legacy_refusal(body, code)) {
    check_reason_code(code, PacketTypes.CONNACK);
    packet.properties = read_properties(body, PacketTypes.CONNACK);
  }
  // [MQTT-3.2.2-4] in 3.1.1
  if (flags === 1 && code !== 0)
    throw violation("the connection is refused but a session present [MQTT-3.2.2-6]");
}

/** A server that does not speak MQTT 5 cannot refuse in it: it answers with the two bytes of 3.x. */
function is_legacy_refusal(body: ByteReader, code: number): boolean {
  return body.at === body.end && (code in legacy_reason_codes || code === 0x84);
}

/** The MQTT 5 reason code for the code of a CONNACK that answers a CONNECT of MQTT 5. */
export function connack_reason_code(code: number): number {
  return legacy_reason_codes[code] ?? code;
}

// PUBLISH (3.3) and its acknowledgements (3.4 to 3.7) ----------------------------------------------------------------

function publish(body: ByteReader, packet: Context): void {
  const topic = body.text("The topic");
  if ((packet.flags & 0b0110) !== 0) check_packet_id(body.int16());
  const properties = packet.version === 5 ? message_properties(body, PacketTypes.PUBLISH) : null;
  // A topic alias stands for the topic (3.3.2.3.4).
  if (topic !== "" || properties?.TopicAlias === undefined) check_topic(topic, "the topic");
  if (packet.sender === "client" && properties?.SubscriptionIdentifier !== undefined) {
    throw violation("a client must not send SubscriptionIdentifier in it [MQTT-3.3.4-6]");
  }
  packet.properties = properties;
  body.at = body.end; // the payload
}

function acknowledgement(type: 4 | 5 | 6 | 7): Layout {
  return (body, packet) => {
    check_packet_id(body.int16());
    if (packet.version === 5) optional_reason(body, packet, type);
  };
}

/** Reason code and properties, which MQTT 5 lets a sender leave out from the end. */
function optional_reason(body: ByteReader, packet: Context, type: 4 | 5 | 6 | 7 | 14 | 15): void {
  if (body.at === body.end) return;
  packet.reason_code = body.byte();
  check_reason_code(packet.reason_code, type);
  if (body.at < body.end) packet.properties = read_properties(body, type);
}

// SUBSCRIBE to UNSUBACK (3.8 to 3.11) --------------------------------------------------------------------------------

function subscribe(body: ByteReader, packet: Context): void {
  check_packet_id(body.int16());
  if (packet.version === 5) packet.properties = read_properties(body, PacketTypes.SUBSCRIBE);
  // [MQTT-3.8.3-3] in 3.1.1
  if (body.at === body.end) throw violation("there is no topic filter in it [MQTT-3.8.3-2]");
  while (body.at < body.end) {
    const filter = body.text("A topic filter");
    check_filter(filter);
    check_subscription_options(body.byte(), filter, packet.version);
  }
}

function check_subscription_options(options: number, filter: string, version: Version): void {
  const reserved = version === 5 ? 0b1100_0000 : 0b1111_1100;
  // [MQTT-3.8.3-4] in 3.1.1
  if ((options & reserved) !== 0)
    throw malformed("reserved bits of the subscription options are set [MQTT-3.8.3-5]");
  if ((options & 0x03) === 3) {
    const text = "the QoS of a subscription is 3, which does not exist (3.8.3.1)";
    throw version === 5 ? violation(text) : malformed(text);
  }
  if ((options & 0x30) === 0x30) throw violation("Retain Handling is 3, which does not exist (3.8.3.1)");
  if ((options & 0x04) !== 0 && filter.startsWith("$share/")) {
    throw violation("No Local is set for a shared subscription [MQTT-3.8.3-4]");
  }
}

function suback(body: ByteReader, packet: Context): void {
  check_packet_id(body.int16());
  if (packet.version === 5) packet.properties = read_properties(body, PacketTypes.SUBACK);
  if (body.at === body.end) throw violation("there is no reason code in it [MQTT-3.9.3-2]");
  while (body.at < body.end) {
    const code = body.byte();
    if (packet.version === 5) check_reason_code(code, PacketTypes.SUBACK);
    else check_return_code(code);
  }
}

function unsubscribe(body: ByteReader, packet: Context): void {
  check_packet_id(body.int16());
  if (packet.version === 5) packet.properties = read_properties(body, PacketTypes.UNSUBSCRIBE);
  if (body.at === body.end) throw violation("there is no topic filter in it [MQTT-3.10.3-2]");
  while (body.at < body.end) check_filter(body.text("A topic filter"));
}

function unsuback(body: ByteReader, packet: Context): void {
  check_packet_id(body.int16());
  if (packet.version < 5) return;
  packet.properties = read_properties(body, PacketTypes.UNSUBACK);
  if (body.at === body.end) throw violation("there is no reason code in it [MQTT-3.11.3-2]");
  while (body.at < body.end) check_reason_code(body.byte(), PacketTypes.UNSUBACK);
}

// PINGREQ to AUTH (3.12 to 3.15) -------------------------------------------------------------------------------------

function ping(): void {}

function disconnect(body: ByteReader, packet: Context): void {
  if (packet.version < 5) return;
  optional_reason(body, packet, PacketTypes.DISCONNECT);
  if (packet.sender === "server" && packet.properties?.SessionExpiryInterval !== undefined) {
    throw violation("a server must not send SessionExpiryInterval in it [MQTT-3.14.2-2]");
  }
}

function auth(body: ByteReader, packet: Context): void {
  optional_reason(body, packet, PacketTypes.AUTH);
}

const layouts: Readonly<Record<number, Layout>> = {
  [PacketTypes.CONNECT]: connect,
  [PacketTypes.CONNACK]: connack,
  [PacketTypes.PUBLISH]: publish,
  [PacketTypes.PUBACK]: acknowledgement(PacketTypes.PUBACK),
  [PacketTypes.PUBREC]: acknowledgement(PacketTypes.PUBREC),
  [PacketTypes.PUBREL]: acknowledgement(PacketTypes.PUBREL),
  [PacketTypes.PUBCOMP]: acknowledgement(PacketTypes.PUBCOMP),
  [PacketTypes.SUBSCRIBE]: subscribe,
  [PacketTypes.SUBACK]: suback,
  [PacketTypes.UNSUBSCRIBE]: unsubscribe,
  [PacketTypes.UNSUBACK]: unsuback,
  [PacketTypes.PINGREQ]: ping,
  [PacketTypes.PINGRESP]: ping,
  [PacketTypes.DISCONNECT]: disconnect,
  [PacketTypes.AUTH]: auth,
};
