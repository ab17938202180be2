// Decides the bytes of every packet that leaves.

import { ByteWriter } from "../model/byte_writer.ts";
import { concat_bytes } from "../model/bytes.ts";
import { ValueError } from "../model/errors.ts";
import { PacketTypes } from "../model/packettypes.ts";
import type { Properties } from "../model/properties.ts";
import { write_value } from "../model/wire_values.ts";
import { packet_name, publish_flags, type Version } from "./fixed_header.ts";
import type { ConnectPacket, Packet, Subscription } from "./packets.ts";
import { write_server_body } from "./server_side.ts";

const NOTHING = new Uint8Array(0);

const header = /* @__PURE__ */ new ByteWriter();
const body = /* @__PURE__ */ new ByteWriter();

/**
 * The bytes of a packet. The packet is not changed, and the bytes share no memory with it.
 *
 * @param version the version of the connection; a CONNECT is written in its own. On 3.x, properties and the reason
 *   codes that 3.x does not have are left out.
 * @throws ValueError when the packet is longer than 268435455 bytes, or a field does not fit.
 */
export function encode(packet: Packet, version: Version): Uint8Array {
  body.begin();
  if (packet.type === PacketTypes.CONNECT) {
    write_connect(packet);
    return whole(packet, NOTHING);
  }
  const payload = packet.type === PacketTypes.PUBLISH ? packet.payload : NOTHING;
  try {
    write_body(packet, version);
    return whole(packet, payload);
  } catch (cause) {
    throw new ValueError(
      `${packet_name(packet.type)}: it is longer than 268435455 bytes, or a value in it does not fit.`,
      { cause },
    );
  }
}

/** A fixed header (2.1), and what follows it. */
function whole(packet: Packet, payload: Uint8Array): Uint8Array {
  header.begin().byte((packet.type << 4) | flags_of(packet));
  write_value("Variable Byte Integer", body.length + payload.length, "It", header);
  return concat_bytes([header.lent, body.lent, payload]);
}

function flags_of(packet: Packet): number {
  switch (packet.type) {
    case PacketTypes.PUBLISH:
      return publish_flags(packet.dup, packet.qos, packet.retain);
    case PacketTypes.PUBREL:
    case PacketTypes.SUBSCRIBE:
    case PacketTypes.UNSUBSCRIBE:
      return 0b0010;
    default:
      return 0;
  }
}

/** All but the payload. */
function write_body(packet: Exclude<Packet, ConnectPacket>, version: Version): void {
  switch (packet.type) {
    case PacketTypes.PUBLISH:
      write_text(packet.topic);
      if (packet.qos > 0) body.int16(packet.mid);
      write_properties(packet.properties, version);
      return;
    case PacketTypes.PUBACK:
    case PacketTypes.PUBREC:
    case PacketTypes.PUBREL:
    case PacketTypes.PUBCOMP:
      body.int16(packet.mid);
      write_reason(packet, version);
      return;
    case PacketTypes.SUBSCRIBE:
      body.int16(packet.mid);
      write_properties(packet.properties, version);
      for (const one of packet.subscriptions) {
        write_text(one.filter);
        body.byte(options_of(one, version));
      }
      return;
    case PacketTypes.UNSUBSCRIBE:
      body.int16(packet.mid);
      write_properties(packet.properties, version);
      packet.filters.forEach(write_text);
      return;
    case PacketTypes.DISCONNECT:
      write_reason(packet, version);
      return;
    case PacketTypes.AUTH:
      body.byte(packet.reason_code);
      write_properties(packet.properties, version);
      return;
    case PacketTypes.PINGREQ:
    case PacketTypes.PINGRESP:
      return;
    default:
      write_server_body(packet, body, () => write_properties(packet.properties, version), version);
  }
}

function write_text(text: string): void {
  write_value("UTF-8 Encoded String", text, "It", body);
}

function write_binary(bytes: Uint8Array): void {
  write_value("Binary Data", bytes, "It", body);
}

/** They are always there on MQTT 5, if only to say that there are none [MQTT-2.2.2-1]. */
function write_properties(properties: Properties | null, version: Version): void {
  if (version < 5) return;
  if (properties === null) body.byte(0);
  else body.raw(properties.lend_packed());
}

/** The shortest form of 3.4.2 and 3.14.2: what says nothing is left out, as is all on 3.x. */
function write_reason(
  { reason_code, properties }: { reason_code: number; properties: Properties | null },
  version: Version,
): void {
  const is_plain = properties === null || properties.isEmpty();
  if (version < 5 || (is_plain && reason_code === 0)) return;
  body.byte(reason_code);
  if (!is_plain) write_properties(properties, version);
}

/** 3.8.3.1 */
function options_of(subscription: Subscription, version: Version): number {
  const { qos, no_local, retain_as_published, retain_handling } = subscription;
  if (version < 5) return qos;
  return qos | (no_local ? 0x04 : 0) | (retain_as_published ? 0x08 : 0) | (retain_handling << 4);
}

/** 3.1 */
function write_connect(packet: ConnectPacket): void {
  const { version, will, username, password } = packet;
  write_text(version === 3 ? "MQIsdp" : "MQTT");
  body.byte(packet.bridge ? version | 0x80 : version).byte(connect_flags(packet));
  write_value("Two Byte Integer", packet.keepalive, "It", body);
  write_properties(packet.properties, version);
  write_text(packet.client_id);
  if (will !== null) {
    write_properties(will.properties, version);
    write_text(will.topic);
    write_binary(will.payload);
  }
  if (username !== null) write_text(username);
  if (password !== null) write_binary(password);
}

function connect_flags({ clean, will, username, password }: ConnectPacket): number {
  let flags = clean ? 0x02 : 0;
  if (will !== null) flags |= 0x04 | (will.qos << 3) | (will.retain ? 0x20 : 0);
  if (password !== null) flags |= 0x40;
  if (username !== null) flags |= 0x80;
  return flags;
}
