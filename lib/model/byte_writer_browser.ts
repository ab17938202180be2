// Decides how values are put one behind the other in a page, where it stands in for byte_writer.ts: few packets leave a
// page, and what it loads must be small.

import { type Bytes, encode_utf8 } from "./bytes.ts";

export class ByteWriter {
  #bytes: number[] = [];

  get length(): number {
    return this.#bytes.length;
  }

  get lent(): Uint8Array {
    return this.copy;
  }

  get copy(): Bytes {
    return Uint8Array.from(this.#bytes) as Bytes;
  }

  begin(): this {
    this.#bytes = [];
    return this;
  }

  byte(value: number): this {
    this.#bytes.push(value);
    return this;
  }

  int16(value: number): this {
    return this.byte(value >> 8).byte(value);
  }

  variable(value: number): this {
    return value > 0x7f ? this.byte(value | 0x80).variable(value >> 7) : this.byte(value);
  }

  raw(value: Iterable<number>): this {
    for (const byte of value) this.byte(byte);
    return this;
  }

  binary(value: Uint8Array): this {
    return this.int16(value.length).raw(value);
  }

  text(value: string): this {
    return this.binary(encode_utf8(value));
  }

  length_before(at: number): this {
    const last = this.#bytes.splice(at);
    return this.variable(last.length).raw(last);
  }
}
