// Decides the layout of every control packet behind its fixed header (chapter 3): which fields follow each other, and
// what each may hold. One function for each packet reads it from front to back. Knows nothing of framing. The packets
// that only a server reads are in client_layouts.ts.
//
// A packet that cannot be parsed is a MalformedPacket (0x81). One that can be, and says what it must not, is a
// ProtocolError (0x82, or the code that the standard names for it), as section 1.2 has it.

import { PacketTypes } from "../model/packettypes.ts";
import type { Properties } from "../model/properties.ts";
import { ByteReader, check_count } from "../model/wire_values.ts";
import { client_layouts } from "./client_layouts.ts";
import {
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

/** What the walk knows of the packet. */
export interface Context extends Findings {
  readonly flags: number;
  readonly sender: Sender;
}

export type Layout = (body: ByteReader, packet: Context) => void;

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

// SUBACK (3.9) and UNSUBACK (3.11) -----------------------------------------------------------------------------------

function suback(body: ByteReader, packet: Context): void {
  check_packet_id(body.int16());
  if (packet.version === 5) packet.properties = read_properties(body, PacketTypes.SUBACK);
  check_codes(body);
  while (body.at < body.end) {
    const code = body.byte();
    if (packet.version === 5) check_reason_code(code, PacketTypes.SUBACK);
    else check_return_code(code);
  }
}

function unsuback(body: ByteReader, packet: Context): void {
  check_packet_id(body.int16());
  if (packet.version < 5) return;
  packet.properties = read_properties(body, PacketTypes.UNSUBACK);
  check_codes(body);
  while (body.at < body.end) check_reason_code(body.byte(), PacketTypes.UNSUBACK);
}

/** [MQTT-3.9.3-2] and [MQTT-3.11.3-2]. */
function check_codes({ at, end }: ByteReader): void {
  if (at === end) throw violation("there is no reason code in it");
  check_count(end - at);
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
  ...client_layouts,
  [PacketTypes.CONNACK]: connack,
  [PacketTypes.PUBLISH]: publish,
  [PacketTypes.PUBACK]: acknowledgement(PacketTypes.PUBACK),
  [PacketTypes.PUBREC]: acknowledgement(PacketTypes.PUBREC),
  [PacketTypes.PUBREL]: acknowledgement(PacketTypes.PUBREL),
  [PacketTypes.PUBCOMP]: acknowledgement(PacketTypes.PUBCOMP),
  [PacketTypes.SUBACK]: suback,
  [PacketTypes.UNSUBACK]: unsuback,
  [PacketTypes.PINGREQ]: ping,
  [PacketTypes.PINGRESP]: ping,
  [PacketTypes.DISCONNECT]: disconnect,
  [PacketTypes.AUTH]: auth,
};
