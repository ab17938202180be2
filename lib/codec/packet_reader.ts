// Decides how the fields of a packet are taken from its bytes; reads only what layouts.ts has found sound.

import { copy_bytes } from "../model/bytes.ts";
import { PacketTypes } from "../model/packettypes.ts";
import { ByteReader } from "../model/wire_values.ts";
import { skip_properties } from "./fields.ts";
import { DUP, type Version } from "./fixed_header.ts";
import { connack_reason_code, type Findings } from "./layouts.ts";
import type { Packet, PublishPacket } from "./packets.ts";
import { read_client_packet } from "./server_side.ts";

/**
 * The packet in `bytes`, which holds exactly one.
 *
 * @param found what layouts.ts found in it: properties are taken from there.
 * @param owned whether the payload may be a view of `bytes`.
 */
export function read_packet(bytes: Uint8Array, found: Findings, owned: boolean): Packet {
  const { version, reason_code } = found;
  const type = (bytes[0] as number) >> 4;
  // layouts.ts has read them for the very type of this packet.
  const properties = found.properties as never;
  const reader = new ByteReader(bytes, 1);
  reader.variable(); // the remaining length
  switch (type) {
    case PacketTypes.CONNACK: {
      const session_present = reader.byte() === 1;
      const code = reader.byte();
      return {
        type,
        session_present,
        reason_code: version === 5 ? connack_reason_code(code) : code,
        properties,
      };
    }
    case PacketTypes.PUBLISH:
      return { ...message(reader, version, owned), properties };
    case PacketTypes.PUBACK:
    case PacketTypes.PUBREC:
    case PacketTypes.PUBREL:
    case PacketTypes.PUBCOMP:
      return { type, mid: reader.int16(), reason_code, properties };
    case PacketTypes.SUBACK:
    case PacketTypes.UNSUBACK: {
      const mid = reader.int16();
      if (version === 5) skip_properties(reader);
      return { type, mid, reason_codes: [...bytes.subarray(reader.at)], properties };
    }
    case PacketTypes.PINGREQ:
    case PacketTypes.PINGRESP:
      return { type };
    case PacketTypes.DISCONNECT:
    case PacketTypes.AUTH:
      return { type, reason_code, properties };
    default:
      return read_client_packet(type, reader, found);
  }
}

function message(reader: ByteReader, version: Version, owned: boolean): Omit<PublishPacket, "properties"> {
  const { bytes } = reader;
  const flags = bytes[0] as number;
  const qos = ((flags >> 1) & 3) as 0 | 1 | 2;
  const topic = reader.text("The topic");
  const mid = qos === 0 ? 0 : reader.int16();
  if (version === 5) skip_properties(reader);
  const view = bytes.subarray(reader.at);
  const payload = owned && 2 * view.length > bytes.length ? view : copy_bytes(view);
  return {
    type: PacketTypes.PUBLISH,
    dup: (flags & DUP) !== 0,
    qos,
    retain: (flags & 1) !== 0,
    topic,
    mid,
    payload,
  };
}
