// Decides how the bytes that leave on a link are collected, so that all of one turn leave together: PUBLISH
// and plain acknowledgements are written here in place, all else comes encoded.

import { new_bytes, write_utf8 } from "../model/bytes.ts";
import { PacketTypes } from "../model/packettypes.ts";

/** Too large to be beside the bytes of others. */
const SMALLEST = 4096;
/**
 * With as much an output is full: it had better leave before more is written. Half of it would cost the system a fifth more
 * for each message of 4 KiB, and twice as much would not fit into the near caches.
 */
export const FULL_BYTES = 512 * 1024;
/** No more than this is taken beforehand, or kept, however much left the last time. */
const LARGEST_GUESS = FULL_BYTES + FULL_BYTES / 4;

/** A payload or topic that is shorter is copied faster byte by byte. */
const SHORT = 24;

const EMPTY: Uint8Array = new Uint8Array(0);

/** The memory of what was taken last, and memory that is free again: one for all links, as only one writes at a time. */
let lent = EMPTY;
let spare = EMPTY;

/** What {@link Output.take} gave last has left, and nobody refers to it any more. */
export function give_back({ buffer, byteOffset }: Uint8Array): void {
  if (buffer !== lent.buffer || byteOffset !== lent.byteOffset) return;
  if (lent.length <= LARGEST_GUESS) spare = lent;
  lent = EMPTY;
}

export class Output {
  #bytes = EMPTY;
  /** How many bytes wait. */
  length = 0;
  #guess = SMALLEST;

  /**
   * A PUBLISH.
   *
   * @param flags DUP, QoS and RETAIN as the first byte has them.
   * @param topic in UTF-8.
   * @param payload bytes, or text that is well formed.
   * @param mid 0 for QoS 0.
   * @param block the properties, packed, for version 5; null: there are none.
   */
  publish(
    flags: number,
    topic: Uint8Array,
    payload: Uint8Array | string,
    mid: number,
    version: 3 | 4 | 5,
    block: Uint8Array | null = null,
  ): void {
    const is_text = typeof payload === "string";
    const least = topic.length + payload.length;
    const block_length = version < 5 ? 0 : block === null ? 1 : block.length;
    // Three bytes for each unit of text at most, and what is around topic and payload.
    this.#make_room(topic.length + block_length + payload.length * (is_text ? 3 : 1) + 9);
    const bytes = this.#bytes;
    const begin = this.length;
    // The remaining length is known before the payload is written, unless that is text beyond ASCII.
    const around = 2 + (mid === 0 ? 0 : 2) + block_length;
    let at = write_length(bytes, begin + 1, least + around);
    bytes[begin] = (PacketTypes.PUBLISH << 4) | flags;
    bytes[at] = topic.length >> 8;
    bytes[at + 1] = topic.length & 0xff;
    copy(topic, bytes, at + 2);
    at += 2 + topic.length;
    if (mid !== 0) {
      bytes[at] = mid >> 8;
      bytes[at + 1] = mid & 0xff;
      at += 2;
    }
    if (version === 5) {
      if (block === null) bytes[at] = 0;
      else copy(block, bytes, at);
      at += block_length;
    }
    if (!is_text) {
      copy(payload, bytes, at);
      this.length = at + payload.length;
      return;
    }
    const written = write_utf8(bytes, payload, at);
    this.length = at + written;
    if (written !== payload.length) this.#correct_length(begin, topic.length + written + around);
  }

  /** PUBACK, PUBREC, PUBREL or PUBCOMP with nothing but its packet id. */
  acknowledge(type: 4 | 5 | 6 | 7, mid: number): void {
    this.#make_room(4);
    const bytes = this.#bytes;
    const at = this.length;
    bytes[at] = type === PacketTypes.PUBREL ? 0x62 : type << 4;
    bytes[at + 1] = 2;
    bytes[at + 2] = mid >> 8;
    bytes[at + 3] = mid & 0xff;
    this.length = at + 4;
  }

  append(packet: Uint8Array): void {
    this.#make_room(packet.length);
    this.#bytes.set(packet, this.length);
    this.length += packet.length;
  }

  /** All that waits; it belongs to the caller, who may {@link give_back} it. */
  take(): Uint8Array {
    lent = this.#bytes;
    const taken = lent.subarray(0, this.length);
    // A turn is often like the one before.
    this.#guess = Math.min(Math.max(SMALLEST, this.length + (this.length >> 2)), LARGEST_GUESS);
    this.#bytes = EMPTY;
    this.length = 0;
    return taken;
  }

  #make_room(count: number): void {
    const needed = this.length + count;
    if (needed <= this.#bytes.length) return;
    let grown = spare;
    if (needed <= spare.length) spare = EMPTY;
    else grown = new_bytes(Math.max(needed, 2 * this.#bytes.length, this.#guess));
    if (this.length > 0) grown.set(this.#bytes.subarray(0, this.length));
    this.#bytes = grown;
  }

  /** The remaining length turned out larger: it may need one more byte. */
  #correct_length(begin: number, remaining: number): void {
    const bytes = this.#bytes;
    let body = begin + 2;
    while ((bytes[body - 1] as number) >= 0x80) body += 1;
    const size = remaining < 0x80 ? 1 : remaining < 0x4000 ? 2 : remaining < 0x20_0000 ? 3 : 4;
    const shift = begin + 1 + size - body;
    if (shift > 0) {
      this.#make_room(shift);
      this.#bytes.copyWithin(body + shift, body, this.length);
      this.length += shift;
    }
    write_length(this.#bytes, begin + 1, remaining);
  }
}

function copy(from: Uint8Array, to: Uint8Array, at: number): void {
  const { length } = from;
  if (length > SHORT) to.set(from, at);
  else for (let index = 0; index < length; index += 1) to[at + index] = from[index] as number;
}

/** Writes a remaining length (2.1.4); gives the place behind it. */
function write_length(bytes: Uint8Array, at: number, length: number): number {
  let rest = length;
  let place = at;
  while (rest > 0x7f) {
    bytes[place] = (rest & 0x7f) | 0x80;
    rest >>>= 7;
    place += 1;
  }
  bytes[place] = rest;
  return place + 1;
}
