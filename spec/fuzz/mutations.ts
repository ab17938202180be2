// Decides how packets are spoilt: which bytes a hostile or broken broker is made to send. Plain mutation of valid packets,
// all of it from one source of chance.

import { valid_vectors } from "../vectors/valid.ts";
import { bytes_of, type Version } from "../vectors/vector.ts";

/** Longer ones grow no further. */
const LONGEST = 4096;
/** Bytes at which rules begin and end: lengths, wildcards, halves of characters, flags. */
const TELLING = [0, 1, 2, 3, 0x0b, 0x23, 0x26, 0x2b, 0x7f, 0x80, 0x81, 0xc3, 0xed, 0xff];

/** A message with all that MQTT 5 lets it carry: the vectors have few properties each. */
const laden = `34 31 0003 612f62 0007 1f 01 01 02 0000003c 03 0001 61 08 0001 72 09 0002 00ff 26 0001 61 0001 62 0b 05 ${"70".repeat(9)}`;

/** Valid packets of a server. */
export function samples(version: Version): Uint8Array[] {
  const found: Uint8Array[] = valid_vectors
    .filter(({ versions, from }) => versions.includes(version) && from.includes("server"))
    .map(({ hex }) => bytes_of(hex))
    .filter(({ length }) => length < LONGEST / 4);
  if (version === 5) found.push(mended(bytes_of(laden)));
  return found;
}

/** The same packet with a remaining length of one byte that is true, as far as one byte can say it. */
function mended(bytes: Uint8Array): Uint8Array {
  if (bytes.length > 1) bytes[1] = Math.min(bytes.length - 2, 0x7f);
  return bytes;
}

export class Mutator {
  readonly #random: () => number;
  readonly #samples: readonly Uint8Array[];
  readonly #bytes = new Uint8Array(LONGEST);
  #length = 0;

  constructor(random: () => number, of: readonly Uint8Array[]) {
    this.#random = random;
    this.#samples = of;
  }

  /** A whole number from 0 to `end`, without it. */
  below(end: number): number {
    return Math.floor(this.#random() * end);
  }

  /** What is sent next, in memory of its own; `sample` is what to begin with, where that is known. */
  next(sample: Uint8Array = this.#pick()): Uint8Array {
    this.#take(sample);
    for (let count = this.below(4); count >= 0; count--) this.#spoil();
    // What says a wrong length is refused early: the others get to the rules behind it.
    if (this.below(3) > 0) mended(this.#bytes.subarray(0, this.#length));
    return this.#bytes.slice(0, this.#length);
  }

  #pick(): Uint8Array {
    return this.#samples[this.below(this.#samples.length)] as Uint8Array;
  }

  #take(bytes: Uint8Array): void {
    this.#bytes.set(bytes);
    this.#length = bytes.length;
  }

  #spoil(): void {
    const at = this.below(this.#length);
    switch (this.below(9)) {
      case 0:
      case 1:
        this.#bytes[at] = (this.#bytes[at] as number) ^ (1 << this.below(8));
        return;
      case 2:
        this.#bytes[at] = TELLING[this.below(TELLING.length)] as number;
        return;
      case 3:
        this.#length = at;
        return;
      case 4:
        this.#insert(at, this.below(4) + 1);
        return;
      case 5:
        this.#remove(at, this.below(4) + 1);
        return;
      case 6: {
        const other = this.#pick();
        this.#append(at, other.subarray(this.below(other.length)));
        return;
      }
      case 7:
        this.#append(this.#length, this.#pick());
        return;
      default:
        // The first byte is kept, mostly, for random ones nearly all end there.
        for (let place = this.below(8) === 0 ? 0 : 1; place < this.#length; place++) {
          this.#bytes[place] = this.below(256);
        }
    }
  }

  #insert(at: number, count: number): void {
    if (this.#length + count > LONGEST) return;
    this.#bytes.copyWithin(at + count, at, this.#length);
    this.#length += count;
    for (let place = at; place < at + count; place++) this.#bytes[place] = this.below(256);
  }

  #remove(at: number, count: number): void {
    this.#bytes.copyWithin(at, at + count, this.#length);
    this.#length = Math.max(at, this.#length - count);
  }

  /** What is behind `at` gives way to `tail`. */
  #append(at: number, tail: Uint8Array): void {
    if (at + tail.length > LONGEST) return;
    this.#bytes.set(tail, at);
    this.#length = at + tail.length;
  }
}
