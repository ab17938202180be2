// Decides how a server reads the packets that only clients send, and writes those that only servers send.

import type { ByteWriter } from "../model/byte_writer.ts";
import { copy_bytes } from "../model/bytes.ts";
import { PacketTypes } from "../model/packettypes.ts";
import type { ByteReader } from "../model/wire_values.ts";
import { is_missing, skip_properties } from "./fields.ts";
import type { Version } from "./fixed_header.ts";
import type { Findings } from "./layouts.ts";
import type {
  ConnackPacket,
  ConnectPacket,
  SubackPacket,
  SubscribePacket,
  Subscription,
  UnsubackPacket,
  UnsubscribePacket,
} from "./packets.ts";

export type ClientPacket = ConnectPacket | SubscribePacket | UnsubscribePacket;
export type ServerPacket = ConnackPacket | SubackPacket | UnsubackPacket;

/**
 * CONNECT, SUBSCRIBE or UNSUBSCRIBE.
 *
 * @param reader stands behind the fixed header.
 */
export function read_client_packet(type: number, reader: ByteReader, found: Findings): ClientPacket {
  if (type === PacketTypes.CONNECT) return read_connect(reader, found);
  const { version } = found;
  const mid = reader.int16();
  if (version === 5) skip_properties(reader);
  if (type === PacketTypes.SUBSCRIBE) {
    const subscriptions: Subscription[] = [];
    while (reader.at < reader.end) subscriptions.push(read_subscription(reader, version));
    return { type, mid, subscriptions, properties: found.properties as SubscribePacket["properties"] };
  }
  const filters: string[] = [];
  while (reader.at < reader.end) filters.push(reader.text("A topic filter"));
  const properties = found.properties as UnsubscribePacket["properties"];
  return { type: PacketTypes.UNSUBSCRIBE, mid, filters, properties };
}

/** 3.1 */
function read_connect(reader: ByteReader, found: Findings): ConnectPacket {
  const { version } = found;
  reader.text("The protocol name");
  const bridge = (reader.byte() & 0x80) !== 0;
  const flags = reader.byte();
  const keepalive = reader.int16();
  if (version === 5) skip_properties(reader);
  return {
    type: PacketTypes.CONNECT,
    version,
    bridge,
    clean: (flags & 0x02) !== 0,
    keepalive,
    client_id: reader.text("The client id"),
    will: (flags & 0x04) === 0 ? null : read_will(reader, flags, found),
    username: (flags & 0x80) === 0 || is_missing(reader, version) ? null : reader.text("The user name"),
    password: (flags & 0x40) === 0 || is_missing(reader, version) ? null : copy_bytes(reader.binary()),
    properties: found.properties as ConnectPacket["properties"],
  };
}

function read_will(reader: ByteReader, flags: number, found: Findings): ConnectPacket["will"] {
  if (found.version === 5) skip_properties(reader);
  return {
    topic: reader.text("The will topic"),
    payload: copy_bytes(reader.binary()),
    qos: ((flags >> 3) & 3) as 0 | 1 | 2,
    retain: (flags & 0x20) !== 0,
    properties: found.will_properties as NonNullable<ConnectPacket["will"]>["properties"],
  };
}

/** 3.8.3.1 */
function read_subscription(reader: ByteReader, version: Version): Subscription {
  const filter = reader.text("A topic filter");
  const options = reader.byte();
  const qos = (options & 3) as 0 | 1 | 2;
  if (version < 5) return { filter, qos, no_local: false, retain_as_published: false, retain_handling: 0 };
  return {
    filter,
    qos,
    no_local: (options & 0x04) !== 0,
    retain_as_published: (options & 0x08) !== 0,
    retain_handling: ((options >> 4) & 3) as 0 | 1 | 2,
  };
}

/**
 * Writes what follows the fixed header of a CONNACK, SUBACK or UNSUBACK.
 *
 * @param write_properties writes its properties; none on 3.x.
 */
export function write_server_body(
  packet: ServerPacket,
  body: ByteWriter,
  write_properties: () => void,
  version: Version,
): void {
  if (packet.type === PacketTypes.CONNACK) {
    body.byte(packet.session_present ? 1 : 0).byte(packet.reason_code);
    write_properties();
    return;
  }
  body.int16(packet.mid);
  write_properties();
  // 3.11 has no codes in 3.x.
  if (packet.type === PacketTypes.SUBACK || version === 5) body.raw(Uint8Array.from(packet.reason_codes));
}
