// Decides the bytes of every packet that leaves; mqtt-packet writes those that it can write as we want them.

import { concat_bytes } from "../model/bytes.ts";
import { PacketTypes } from "../model/packettypes.ts";
import type { Properties } from "../model/properties.ts";
import { VariableByteIntegers, writeBytes, writeInt16, writeUTF } from "../model/wire_values.ts";
import type { Version } from "./fixed_header.ts";
import { generate } from "./mqtt_packet.ts";
import type { ConnectPacket, Packet } from "./packets.ts";

/**
 * The bytes of a packet. The packet is not changed, and the bytes share no memory with it.
 *
 * @param version the version of the connection; a CONNECT is written in its own. On 3.x, properties and the reason
 *   codes that 3.x does not have are left out.
 * @throws ValueError when the packet is longer than 268435455 bytes, or a field does not fit.
 */
export function encode(packet: Packet, version: Version): Uint8Array {
  if (packet.type === PacketTypes.CONNECT) return encode_connect(packet);
  if (packet.type === PacketTypes.DISCONNECT && is_empty(packet.properties)) {
    // The shortest forms of 3.14.2, which mqtt-packet does not use.
    const { reason_code } = packet;
    return version < 5 || reason_code === 0
      ? Uint8Array.of(PacketTypes.DISCONNECT << 4, 0)
      : Uint8Array.of(PacketTypes.DISCONNECT << 4, 1, reason_code);
  }
  return generate(packet, version);
}

function is_empty(properties: Properties | null): boolean {
  return properties === null || properties.isEmpty();
}

/** 3.1. mqtt-packet refuses a password alone and an empty id without clean start, and writes a bridge on 5 wrong. */
function encode_connect(packet: ConnectPacket): Uint8Array {
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
  const length = body.reduce((sum, part) => sum + part.length, 0);
  return concat_bytes([
    Uint8Array.of(PacketTypes.CONNECT << 4),
    VariableByteIntegers.encode(length),
    ...body,
  ]);
}

function connect_flags({ clean, will, username, password }: ConnectPacket): number {
  let flags = clean ? 0x02 : 0;
  if (will !== null) flags |= 0x04 | (will.qos << 3) | (will.retain ? 0x20 : 0);
  if (password !== null) flags |= 0x40;
  if (username !== null) flags |= 0x80;
  return flags;
}

/** A CONNECT always has one, if only to say that it is empty [MQTT-2.2.2-1]. */
function property_block(properties: Properties | null): Uint8Array {
  return properties === null ? Uint8Array.of(0) : properties.pack();
}
