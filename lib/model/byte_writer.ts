// Decides how values are put one behind the other as bytes, in memory that is used again; checks none of them.

import { type Bytes, copy_bytes, new_bytes, write_utf8 } from "./bytes.ts";

/** So much memory there is to begin with, and no more is kept. */
const SMALLEST = 64;
const LARGEST_KEPT = 16_384;

export class ByteWriter {
  #bytes = new_bytes(SMALLEST);
  /** How many bytes were written. */
  length = 0;

  /** What was written; valid until something is written again. */
  get lent(): Uint8Array {
    return this.#bytes.subarray(0, this.length);
  }

  /** The same, for ever. */
  get copy(): Bytes {
    return copy_bytes(this.lent);
  }

  /** Begins anew. */
  begin(): this {
    this.length = 0;
    if (this.#bytes.length > LARGEST_KEPT) this.#bytes = new_bytes(SMALLEST);
    return this;
  }

  byte(value: number): this {
    const at = this.#take(1);
    this.#bytes[at] = value;
    return this;
  }

  int16(value: number): this {
    return this.byte(value >> 8).byte(value);
  }

  /** A Variable Byte Integer (1.5.5). */
  variable(value: number): this {
    let rest = value;
    for (; rest > 0x7f; rest >>= 7) this.byte(rest | 0x80);
    return this.byte(rest);
  }

  raw(value: Uint8Array): this {
    const at = this.#take(value.length);
    this.#bytes.set(value, at);
    return this;
  }

  /** Binary data with its length before it (1.5.6). */
  binary(value: Uint8Array): this {
    return this.int16(value.length).raw(value);
  }

  /** Text with its length before it (1.5.4). */
  text(value: string): this {
    const at = this.#take(2 + 3 * value.length);
    const length = write_utf8(this.#bytes, value, at + 2);
    this.length = at;
    this.int16(length).length += length;
    return this;
  }

  /** Puts the length of all that was written since `at` before it, as a Variable Byte Integer. */
  length_before(at: number): this {
    const length = this.length - at;
    // It is written behind, to see how many bytes it needs.
    const begin = this.variable(length).length - length;
    this.#bytes.copyWithin(begin, at, at + length);
    this.length = at;
    this.variable(length).length += length;
    return this;
  }

  /** Where so many bytes may be written. */
  #take(count: number): number {
    const at = this.length;
    this.length += count;
    if (this.length > this.#bytes.length) {
      const grown = new_bytes(2 * this.length);
      grown.set(this.#bytes.subarray(0, at));
      this.#bytes = grown;
    }
    return at;
  }
}
