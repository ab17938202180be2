// Decides how the packets that make up nearly all traffic are read without a detour: PUBLISH, if its properties are
// plain, and acknowledgements that say no more than their packet id. It assumes nothing: what is not as plain as that, or
// wrong in any way, it leaves to the strict walk of layouts.ts by giving null.

import { type Bytes, copy_bytes, view_of } from "../model/bytes.ts";
import { keep_memory } from "../model/lent_memory.ts";
import { PacketTypes } from "../model/packettypes.ts";
import { Properties } from "../model/properties.ts";
import { ByteReader } from "../model/wire_values.ts";
import { DUP, type Version } from "./fixed_header.ts";
import type { Framer } from "./framer.ts";
import type { Packet, PublishPacket } from "./packets.ts";
import { end_of_plain_properties } from "./plain_properties.ts";
import { TopicTexts } from "./topic_texts.ts";

const { PUBLISH, PUBACK, PUBCOMP } = PacketTypes;

/** Payloads are cut from copies of the stream of this size: whoever keeps one of them keeps no more memory than this. */
const PIECE_BYTES = 16_384;
/** Payloads as large are left where they are, or have memory of their own. */
const SMALLEST_APART = PIECE_BYTES / 4;
/** Whoever keeps a payload that is left where it is keeps no more than so many times its size. */
const MOST_AROUND = 16;

const EMPTY: Uint8Array = new Uint8Array(0);

export class PlainPackets {
  /** Null until a PUBLISH comes. */
  #topics: TopicTexts | null = null;
  /** What a piece is a copy of: which bytes, from where to where. */
  #source: Uint8Array | null = null;
  #from = 0;
  #to = 0;
  #piece = EMPTY;
  /** The chunk whose memory is kept, if it is. */
  #kept: Uint8Array | null = null;

  /** The packet at hand, or null: the strict walk shall read it. The bytes are not kept unless they are lent for that. */
  read(frame: Framer, version: Version): Packet | null {
    const { bytes, begin, body, end } = frame;
    const first = bytes[begin] as number;
    const type = first >> 4;
    if (type === PUBLISH) return this.#publish(frame, first, version);
    if (type < PUBACK || type > PUBCOMP || end - body !== 2) return null;
    const mid = ((bytes[body] as number) << 8) | (bytes[body + 1] as number);
    return mid === 0 ? null : ({ type, mid, reason_code: 0, properties: null } as Packet);
  }

  /** The chunk is used up: nothing of it is referred to any more. */
  forget_chunk(): void {
    this.#source = null;
    this.#piece = EMPTY;
    this.#kept = null;
  }

  #publish(frame: Framer, first: number, version: Version): PublishPacket | null {
    const { bytes, body, end } = frame;
    const qos = ((first >> 1) & 3) as 0 | 1 | 2;
    let at = body + 2;
    if (at > end) return null;
    const topic_end = at + (((bytes[body] as number) << 8) | (bytes[body + 1] as number));
    if (topic_end + (qos === 0 ? 0 : 2) > end) return null;
    this.#topics ??= new TopicTexts();
    const topic = this.#topics.text(bytes, at, topic_end);
    if (topic === null) return null;
    at = topic_end;
    let mid = 0;
    if (qos !== 0) {
      mid = ((bytes[at] as number) << 8) | (bytes[at + 1] as number);
      if (mid === 0) return null;
      at += 2;
    }
    let payload = at;
    if (version === 5) {
      const block_end = end_of_plain_properties(bytes, at, end);
      if (block_end === null) return null;
      payload = block_end;
      // An empty block is no properties.
      if (block_end === at + 1) at = block_end;
    }
    const packet = new PlainPublish(topic, qos, (first & 1) !== 0, (first & DUP) !== 0, mid);
    this.#hold(packet, frame, at, payload);
    return packet;
  }

  /** Keeps what begins with the properties, or with the payload where there are none. */
  #hold(packet: PlainPublish, { bytes, end, owned }: Framer, begin: number, payload: number): void {
    const length = end - begin;
    // Memory that belongs to this packet alone may be kept, if most of it is the payload; so may some of a chunk's.
    if (owned ? 2 * length > bytes.length : length >= SMALLEST_APART && this.#may_stay(bytes, length)) {
      packet.hold(bytes, begin, payload, end);
    } else if (owned || length >= SMALLEST_APART) {
      packet.hold(copy_bytes(bytes.subarray(begin, end)), 0, payload - begin, length);
    } else {
      // One copy for many messages costs less than one for each.
      if (this.#source !== bytes || begin < this.#from || end > this.#to) this.#cut_piece(bytes, begin, end);
      packet.hold(this.#piece, begin - this.#from, payload - this.#from, end - this.#from);
    }
  }

  #may_stay(bytes: Uint8Array, length: number): boolean {
    if (this.#kept === bytes) return true;
    if (MOST_AROUND * length < bytes.buffer.byteLength || !keep_memory(bytes)) return false;
    this.#kept = bytes;
    return true;
  }

  #cut_piece(bytes: Uint8Array, begin: number, end: number): void {
    this.#source = bytes;
    this.#from = begin;
    // What is nearly at the end of the chunk is the last that is cut from it.
    this.#to = bytes.length - begin < PIECE_BYTES / 2 ? end : Math.min(begin + PIECE_BYTES, bytes.length);
    this.#piece = copy_bytes(bytes.subarray(this.#from, this.#to));
  }
}

/** The topic alias of a PUBLISH; undefined when it has none. */
export function alias_of(packet: PublishPacket): number | undefined {
  // What is plain has none, and need not be asked.
  return packet instanceof PlainPublish ? undefined : packet.properties?.TopicAlias;
}

/** How many bytes its payload has: without making it, and also when the user has handed its memory over. */
export function payload_length(packet: PublishPacket): number {
  return packet instanceof PlainPublish ? packet.payload_length : packet.payload.length;
}

/** A PUBLISH whose properties and payload become objects of their own when somebody looks at them. */
class PlainPublish implements PublishPacket {
  readonly type = PUBLISH;
  readonly dup: boolean;
  readonly qos: 0 | 1 | 2;
  readonly retain: boolean;
  topic: string;
  readonly mid: number;
  #bytes = EMPTY;
  #begin = 0;
  #payload = 0;
  #end = 0;

  constructor(topic: string, qos: 0 | 1 | 2, retain: boolean, dup: boolean, mid: number) {
    this.topic = topic;
    this.qos = qos;
    this.retain = retain;
    this.dup = dup;
    this.mid = mid;
  }

  /** `begin` to `payload` is a block of properties, if there are any. */
  hold(bytes: Uint8Array, begin: number, payload: number, end: number): void {
    this.#bytes = bytes;
    this.#begin = begin;
    this.#payload = payload;
    this.#end = end;
  }

  get properties(): PublishPacket["properties"] {
    if (this.#begin === this.#payload) return null;
    const properties = new Properties(PUBLISH);
    properties.read_block(new ByteReader(this.#bytes, this.#begin, this.#payload));
    return properties;
  }

  get payload_length(): number {
    return this.#end - this.#payload;
  }

  get payload(): Bytes {
    return view_of(this.#bytes, this.#payload, this.#end);
  }
}
