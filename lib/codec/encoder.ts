// Decides the bytes of every packet that leaves.

import { concat_bytes } from "../model/bytes.ts";
import { ValueError } from "../model/errors.ts";
import { PacketTypes } from "../model/packettypes.ts";
import type { Properties } from "../model/properties.ts";
import { VariableByteIntegers, writeBytes, writeInt16, writeUTF } from "../model/wire_values.ts";
import { packet_name, publish_flags, type Version } from "./fixed_header.ts";
import type { ConnectPacket, Packet, Subscription } from "./packets.ts";
import { server_body } from "./server_side.ts";

/**
 * The bytes of a packet. The packet is not changed, and the bytes share no memory with it.
 *
 * @param version the version of the connection; a CONNECT is written in its own. On 3.x, properties and the reason
 *   codes that 3.x does not have are left out.
 * @throws ValueError when the packet is longer than 268435455 bytes, or a field does not fit.
 */
export function encode(packet: Packet, version: Version): Uint8Array {
  if (packet.type === PacketTypes.CONNECT) return whole(packet, connect_body(packet));
  try {
    return whole(packet, body_of(packet, version));
  } catch (cause) {
    throw new ValueError(
      `${packet_name(packet.type)}: it is longer than 268435455 bytes, or a value in it does not fit.`,
      { cause },
    );
  }
}

/** A fixed header (2.1), and what follows it. */
function whole(packet: Packet, body: readonly Uint8Array[]): Uint8Array {
  const length = body.reduce((sum, part) => sum + part.length, 0);
  const first_byte = Uint8Array.of((packet.type << 4) | flags_of(packet));
  return concat_bytes([first_byte, VariableByteIntegers.encode(length), ...body]);
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

function body_of(packet: Exclude<Packet, ConnectPacket>, version: Version): Uint8Array[] {
  const properties = "properties" in packet ? packet.properties : null;
  const block = version < 5 ? [] : [property_block(properties)];
  switch (packet.type) {
    case PacketTypes.PUBLISH: {
      const mid = packet.qos === 0 ? [] : [writeInt16(packet.mid)];
      return [writeUTF(packet.topic), ...mid, ...block, packet.payload];
    }
    case PacketTypes.PUBACK:
    case PacketTypes.PUBREC:
    case PacketTypes.PUBREL:
    case PacketTypes.PUBCOMP:
      return [writeInt16(packet.mid), ...reason_of(packet, block)];
    case PacketTypes.SUBSCRIBE:
      return [
        writeInt16(packet.mid),
        ...block,
        ...packet.subscriptions.flatMap((one) => [writeUTF(one.filter), options_of(one, version)]),
      ];
    case PacketTypes.UNSUBSCRIBE:
      return [writeInt16(packet.mid), ...block, ...packet.filters.map(writeUTF)];
    case PacketTypes.DISCONNECT:
      return reason_of(packet, block);
    case PacketTypes.AUTH:
      return [Uint8Array.of(packet.reason_code), ...block];
    case PacketTypes.PINGREQ:
    case PacketTypes.PINGRESP:
      return [];
    default:
      return server_body(packet, block, version);
  }
}

/** The shortest form of 3.4.2 and 3.14.2: what says nothing is left out, as is all on 3.x, where there is no block. */
function reason_of({ reason_code }: { reason_code: number }, block: Uint8Array[]): Uint8Array[] {
  if (block.length === 0) return [];
  if (block[0]?.length !== 1) return [Uint8Array.of(reason_code), ...block];
  return reason_code === 0 ? [] : [Uint8Array.of(reason_code)];
}

/** They are always there, if only to say that there are none [MQTT-2.2.2-1]. */
function property_block(properties: Properties | null): Uint8Array {
  return properties === null ? Uint8Array.of(0) : properties.pack();
}

/** 3.8.3.1 */
function options_of(subscription: Subscription, version: Version): Uint8Array {
  const { qos, no_local, retain_as_published, retain_handling } = subscription;
  if (version < 5) return Uint8Array.of(qos);
  return Uint8Array.of(
    qos | (no_local ? 0x04 : 0) | (retain_as_published ? 0x08 : 0) | (retain_handling << 4),
  );
}

/** 3.1 */
function connect_body(packet: ConnectPacket): Uint8Array[] {
  const { version, will, username, password } = packet;
  const level = packet.bridge ? version | 0x80 : version;
  const body = [
    writeUTF(version === 3 ? "MQIsdp" : "MQTT"),
    Uint8Array.of(level, connect_flags(packet)),
    writeInt16(packet.keepalive),
  ];
  if (version === 5) body.push(property_block(packet.properties));
  body.push(writeUTF(packet.client_id));
  if (will !== null) {
    if (version === 5) body.push(property_block(will.properties));
    body.push(writeUTF(will.topic), writeBytes(will.payload));
  }
  if (username !== null) body.push(writeUTF(username));
  if (password !== null) body.push(writeBytes(password));
  return body;
}

function connect_flags({ clean, will, username, password }: ConnectPacket): number {
  let flags = clean ? 0x02 : 0;
  if (will !== null) flags |= 0x04 | (will.qos << 3) | (will.retain ? 0x20 : 0);
  if (password !== null) flags |= 0x40;
  if (username !== null) flags |= 0x80;
  return flags;
}
