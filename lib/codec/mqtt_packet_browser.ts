// Decides how packets are read and written in what is built for browsers, where it stands in for mqtt_packet.ts: by
// hand, for mqtt-packet and the Buffer that it needs would be a third of what a page loads. It knows a client's side
// only, and reads only what layouts.ts has found sound.

import { concat_bytes, copy_bytes } from "../model/bytes.ts";
import { ValueError } from "../model/errors.ts";
import { PacketTypes } from "../model/packettypes.ts";
import { ByteReader, VariableByteIntegers, writeInt16, writeUTF } from "../model/wire_values.ts";
import { DUP, packet_name, type Version } from "./fixed_header.ts";
import { connack_reason_code, type Findings } from "./layouts.ts";
import type { GeneratedPacket } from "./mqtt_packet.ts";
import type { Packet, PublishPacket, Subscription } from "./packets.ts";

export type { GeneratedPacket } from "./mqtt_packet.ts";

/** Reads what a server sends. */
export class PacketParser {
  /**
   * The packet in `bytes`, which holds exactly one.
   *
   * @param found what layouts.ts found in it.
   * @param owned whether the payload may be a view of `bytes`.
   */
  parse(bytes: Uint8Array, found: Findings, owned: boolean): Packet {
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
      case PacketTypes.DISCONNECT:
      case PacketTypes.AUTH:
        return { type, reason_code, properties };
      default:
        return { type: type as typeof PacketTypes.PINGRESP };
    }
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

function skip_properties(reader: ByteReader): void {
  const length = reader.variable();
  reader.at += length;
}

/**
 * The bytes of a packet that a client sends.
 *
 * @throws ValueError when it is longer than MQTT allows, or a field does not fit.
 */
export function generate(packet: GeneratedPacket, version: Version): Uint8Array {
  try {
    const body = concat_bytes(body_of(packet, version));
    const fixed_header = [
      Uint8Array.of((packet.type << 4) | flags_of(packet)),
      VariableByteIntegers.encode(body.length),
    ];
    return concat_bytes([...fixed_header, body]);
  } catch (cause) {
    throw new ValueError(
      `${packet_name(packet.type)}: it cannot be sent, for it is longer than the 268435455 bytes that MQTT allows, or one of its values does not fit.`,
      { cause },
    );
  }
}

function flags_of(packet: GeneratedPacket): number {
  switch (packet.type) {
    case PacketTypes.PUBLISH:
      return (packet.dup ? DUP : 0) | (packet.qos << 1) | (packet.retain ? 1 : 0);
    case PacketTypes.PUBREL:
    case PacketTypes.SUBSCRIBE:
    case PacketTypes.UNSUBSCRIBE:
      return 0b0010;
    default:
      return 0;
  }
}

function body_of(packet: GeneratedPacket, version: Version): Uint8Array[] {
  const properties = "properties" in packet ? packet.properties : null;
  const is_empty = properties === null || properties.isEmpty();
  const block = version < 5 ? [] : [is_empty || properties === null ? Uint8Array.of(0) : properties.pack()];
  switch (packet.type) {
    case PacketTypes.PUBLISH: {
      const mid = packet.qos === 0 ? [] : [writeInt16(packet.mid)];
      return [writeUTF(packet.topic), ...mid, ...block, packet.payload];
    }
    case PacketTypes.SUBSCRIBE:
      return [
        writeInt16(packet.mid),
        ...block,
        ...packet.subscriptions.flatMap((one) => [writeUTF(one.filter), options_of(one, version)]),
      ];
    case PacketTypes.UNSUBSCRIBE:
      return [writeInt16(packet.mid), ...block, ...packet.filters.map(writeUTF)];
    case PacketTypes.PUBACK:
    case PacketTypes.PUBREC:
    case PacketTypes.PUBREL:
    case PacketTypes.PUBCOMP: {
      // What says nothing new is left out.
      const is_short = version < 5 || (is_empty && packet.reason_code === 0);
      const reason = is_short ? [] : [Uint8Array.of(packet.reason_code), ...block];
      return [writeInt16(packet.mid), ...reason];
    }
    case PacketTypes.DISCONNECT:
    case PacketTypes.AUTH:
      return version < 5 ? [] : [Uint8Array.of(packet.reason_code), ...block];
    default:
      return [];
  }
}

/** 3.8.3.1 */
function options_of(subscription: Subscription, version: Version): Uint8Array {
  const { qos, no_local, retain_as_published, retain_handling } = subscription;
  if (version < 5) return Uint8Array.of(qos);
  return Uint8Array.of(
    qos | (no_local ? 0x04 : 0) | (retain_as_published ? 0x08 : 0) | (retain_handling << 4),
  );
}
