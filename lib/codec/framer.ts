// Decides where one packet ends and the next begins in a stream of bytes, and which packet is too large to be
// collected; knows nothing of what packets contain.

import { own_bytes } from "../model/bytes.ts";
import { MalformedPacket } from "../model/errors.ts";

const NOTHING: Uint8Array = new Uint8Array(0);
const LONGEST_HEADER = 5;

/** Told of each packet, once, as soon as it begins. */
export interface FramerOwner {
  /** Throws if the packet must not come. */
  check_first_byte(byte: number): void;
}

/**
 * Cuts a stream into packets: `push` a chunk, then call `next` until it gives false. A packet that lies whole in a chunk
 * is a view of it; one that comes in pieces is collected in a buffer that doubles as it fills, so that the work stays
 * proportional to the bytes.
 */
export class Framer {
  /** Where the packet at hand lies, fixed header included: in `bytes`, from `begin` to `end`. */
  bytes = NOTHING;
  begin = 0;
  end = 0;
  /** Where its body begins, behind the remaining length. */
  body = 0;
  /** True: `bytes` belongs to this packet alone, and views of it may be kept. False: it is the chunk. */
  owned = false;
  readonly #max_packet_size: number;
  readonly #owner: FramerOwner;
  #chunk = NOTHING;
  #at = 0;
  /** The beginning of a packet whose end has not come yet. */
  #held = NOTHING;
  #held_length = 0;
  /** The size of the packet at hand; 0 until its fixed header is complete. */
  #size = 0;
  #body = 0;

  constructor(max_packet_size: number, owner: FramerOwner) {
    this.#max_packet_size = max_packet_size;
    this.#owner = owner;
  }

  push(chunk: Uint8Array): void {
    this.#chunk = chunk;
    this.#at = 0;
  }

  /** Goes to the next packet. False: the chunk is used up. Throws MalformedPacket. */
  next(): boolean {
    const chunk = this.#chunk;
    const available = chunk.length - this.#at;
    if (available === 0) return this.#used_up();
    if (this.#held_length === 0) {
      this.#owner.check_first_byte(chunk[this.#at] as number);
      this.#size = this.#measure(chunk, this.#at, chunk.length);
      if (this.#size !== 0 && this.#size <= available) return this.#cut();
    }
    return this.#collect();
  }

  /** The packet at hand with nothing before and behind it. */
  whole(): Uint8Array {
    return this.owned ? this.bytes : this.bytes.subarray(this.begin, this.end);
  }

  /** Lets go of all bytes. */
  drop(): void {
    this.#held = NOTHING;
    this.#held_length = 0;
    this.#used_up();
  }

  #used_up(): false {
    // A reference that stayed here would keep the reader's whole buffer alive.
    this.#chunk = NOTHING;
    this.bytes = NOTHING;
    this.#at = 0;
    return false;
  }

  #cut(): true {
    this.bytes = this.#chunk;
    this.owned = false;
    this.begin = this.#at;
    this.body = this.#at + this.#body;
    this.#at += this.#size;
    this.end = this.#at;
    return true;
  }

  #collect(): boolean {
    while (this.#size === 0) {
      if (this.#at === this.#chunk.length) return this.#used_up();
      this.#hold(1);
      this.#size = this.#measure(this.#held, 0, this.#held_length);
    }
    this.#hold(Math.min(this.#size - this.#held_length, this.#chunk.length - this.#at));
    if (this.#held_length < this.#size) return this.#used_up();
    this.bytes = this.#held.subarray(0, this.#size);
    this.owned = true;
    this.begin = 0;
    this.body = this.#body;
    this.end = this.#size;
    this.#held = NOTHING;
    this.#held_length = 0;
    return true;
  }

  #hold(count: number): void {
    const needed = this.#held_length + count;
    if (needed > this.#held.length) {
      const doubled = Math.max(needed, 2 * this.#held.length);
      // Users may hand over the memory that small bytes share.
      const grown = own_bytes(this.#size === 0 ? LONGEST_HEADER : Math.min(this.#size, doubled));
      grown.set(this.#held.subarray(0, this.#held_length));
      this.#held = grown;
    }
    this.#held.set(this.#chunk.subarray(this.#at, this.#at + count), this.#held_length);
    this.#held_length = needed;
    this.#at += count;
  }

  /** Reads the remaining length (2.1.4): gives the size of the whole packet, or 0 when the header is incomplete. */
  #measure(bytes: Uint8Array, begin: number, end: number): number {
    let remaining = 0;
    for (let at = begin + 1; at < begin + LONGEST_HEADER; at++) {
      if (at >= end) return 0;
      const byte = bytes[at] as number;
      remaining += (byte & 0x7f) << (7 * (at - begin - 1));
      if (byte < 0x80) {
        if (byte === 0 && at > begin + 1) {
          throw new MalformedPacket(
            "the remaining length is written with more bytes than it needs [MQTT-1.5.5-1]",
          );
        }
        this.#body = at - begin + 1;
        return this.#allowed(this.#body + remaining);
      }
    }
    throw new MalformedPacket("the remaining length is longer than 4 bytes (section 2.1.4)");
  }

  #allowed(size: number): number {
    if (size > this.#max_packet_size) {
      throw new MalformedPacket(
        `a packet of ${size} bytes came, but max_packet_size is ${this.#max_packet_size}: raise it to accept such packets`,
        { reason_code: 0x95 },
      );
    }
    return size;
  }
}
