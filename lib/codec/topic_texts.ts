// Decides how the bytes of a topic become text without being decoded anew for each message: topics come again and again.

import { decode_utf8 } from "../model/bytes.ts";

/** How many places there are at first, and at most, when half of them are taken; powers of two. */
const FEWEST_PLACES = 64;
const MOST_PLACES = 32_768;
/** In so many places a text is looked for, so that topics chosen with malice cost no more than decoding them. */
const TRIES = 8;
/** A longer one is decoded each time. */
const LONGEST = 256;

const SPACE = 0x20;
const HASH = 0x23;
const PLUS = 0x2b;
const TILDE = 0x7e;

class Entry {
  readonly text: string;
  readonly bytes: Uint8Array;
  /** What has come after it the last time. */
  next: Entry | null = null;

  constructor(text: string, bytes: Uint8Array) {
    this.text = text;
    this.bytes = bytes;
  }

  is(bytes: Uint8Array, begin: number, end: number): boolean {
    const own = this.bytes;
    if (own.length !== end - begin) return false;
    // Topics differ at their ends more often than at their beginnings.
    for (let at = own.length - 1; at >= 0; at -= 1) if (own[at] !== bytes[begin + at]) return false;
    return true;
  }
}

export class TopicTexts {
  /** Each entry stands at the place of its hash, or in one of those behind it. */
  #entries: (Entry | undefined)[] = [];
  #count = 0;
  #latest = new Entry("", new Uint8Array(0));

  /** The text, or null for what is not plain: empty, long, a wildcard, or any character but printable ASCII. */
  text(bytes: Uint8Array, begin: number, end: number): string | null {
    // Where devices take turns, topics come in the same order again.
    const expected = this.#latest.next;
    if (expected?.is(bytes, begin, end)) {
      this.#latest = expected;
      return expected.text;
    }
    const found = this.#look_up(bytes, begin, end);
    if (found === null) return null;
    this.#latest.next = found;
    this.#latest = found;
    return found.text;
  }

  #look_up(bytes: Uint8Array, begin: number, end: number): Entry | null {
    if (begin === end || end - begin > LONGEST) return null;
    let hash = 0;
    for (let at = begin; at < end; at += 1) {
      const byte = bytes[at] as number;
      if (byte < SPACE || byte > TILDE || byte === HASH || byte === PLUS) return null;
      hash = (Math.imul(hash, 31) + byte) | 0;
    }
    const home = Math.imul(hash, 0x9e3779b1) >>> 15; // names that count up are scattered
    const last_place = this.#entries.length - 1;
    for (let place = home; place < home + TRIES; place += 1) {
      const known = this.#entries[place & last_place];
      if (known === undefined) break;
      if (known.is(bytes, begin, end)) return known;
    }
    const topic = new Uint8Array(bytes.subarray(begin, end));
    const entry = new Entry(decode_utf8(topic), topic);
    this.#remember(entry, home);
    return entry;
  }

  #remember(entry: Entry, home: number): void {
    if (2 * this.#count >= this.#entries.length) this.#begin_anew();
    const last_place = this.#entries.length - 1;
    let place = home;
    while (place < home + TRIES && this.#entries[place & last_place] !== undefined) place += 1;
    // Where all are taken, the newest has its home.
    if (place === home + TRIES) place = home;
    else this.#count += 1;
    this.#entries[place & last_place] = entry;
  }

  /** With twice the places; what is heard again is soon remembered again. After the most, with the fewest. */
  #begin_anew(): void {
    const places = 2 * this.#entries.length;
    this.#entries = new Array(places > MOST_PLACES ? FEWEST_PLACES : Math.max(FEWEST_PLACES, places));
    this.#count = 0;
    this.#latest = new Entry("", new Uint8Array(0));
  }
}
