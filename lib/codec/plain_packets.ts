// Decides how the packets that make up nearly all traffic are read without a detour: PUBLISH without properties, and
// acknowledgements that say no more than their packet id. It assumes nothing: what is not as plain as that, or wrong in
// any way, it leaves to the strict walk of layouts.ts by giving null.

import { type Bytes, copy_bytes, view_of } from "../model/bytes.ts";
import { PacketTypes } from "../model/packettypes.ts";
import { DUP, type Version } from "./fixed_header.ts";
import type { Framer } from "./framer.ts";
import type { Packet, PublishPacket } from "./packets.ts";
import { TopicTexts } from "./topic_texts.ts";

const { PUBLISH, PUBACK, PUBCOMP } = PacketTypes;

/** Payloads are cut from copies of the stream of this size: whoever keeps one of them keeps no more memory than this. */
const PIECE_BYTES = 8192;
/** Larger payloads have memory of their own. */
const LARGEST_CUT = PIECE_BYTES / 4;

export class PlainPackets {
  readonly #topics = new TopicTexts();
  /** What a piece is a copy of: which bytes, from where to where. */
  #source: Uint8Array | null = null;
  #from = 0;
  #to = 0;
  #piece: Bytes | null = null;

  /** The packet at hand, or null: the strict walk shall read it. The bytes are not kept. */
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
    this.#piece = null;
  }

  #publish({ bytes, body, end, owned }: Framer, first: number, version: Version): PublishPacket | null {
    const qos = ((first >> 1) & 3) as 0 | 1 | 2;
    let at = body + 2;
    if (at > end) return null;
    const topic_end = at + (((bytes[body] as number) << 8) | (bytes[body + 1] as number));
    if (topic_end + (qos === 0 ? 0 : 2) + (version === 5 ? 1 : 0) > end) return null;
    const topic = this.#topics.text(bytes, at, topic_end);
    if (topic === null) return null;
    at = topic_end;
    let mid = 0;
    if (qos !== 0) {
      mid = ((bytes[at] as number) << 8) | (bytes[at + 1] as number);
      if (mid === 0) return null;
      at += 2;
    }
    if (version === 5) {
      if (bytes[at] !== 0) return null;
      at += 1;
    }
    return {
      type: PUBLISH,
      dup: (first & DUP) !== 0,
      qos,
      retain: (first & 1) !== 0,
      topic,
      mid,
      payload: this.#payload(bytes, at, end, owned),
      properties: null,
    };
  }

  #payload(bytes: Uint8Array, begin: number, end: number, owned: boolean): Bytes {
    const length = end - begin;
    // Memory that belongs to this packet alone may be kept, if most of it is the payload.
    if (owned && 2 * length > bytes.length) return view_of(bytes, begin, end);
    if (length > LARGEST_CUT || owned) return copy_bytes(bytes.subarray(begin, end));
    // One copy for many messages costs less than one for each.
    if (this.#source !== bytes || begin < this.#from || end > this.#to) {
      if (bytes.length - begin < PIECE_BYTES / 2) return copy_bytes(bytes.subarray(begin, end));
      this.#source = bytes;
      this.#from = begin;
      this.#to = Math.min(begin + PIECE_BYTES, bytes.length);
      this.#piece = copy_bytes(bytes.subarray(this.#from, this.#to));
    }
    return view_of(this.#piece as Bytes, begin - this.#from, end - this.#from);
  }
}
