// Decides how the bytes of a topic become text without being decoded anew for each message: topics come again and again.

import { decode_utf8 } from "../model/bytes.ts";

/** How many places there are at first, and at most; when half of them are taken all begins anew. Powers of two. */
const FEWEST_PLACES = 64;
const MOST_PLACES = 32_768;
/** As many bytes of topics are kept at most: about as many as the texts take. */
const MOST_BYTES = 1024 * 1024;
/** In so many places a text is looked for, so that topics chosen with malice cost no more than decoding them. */
const TRIES = 8;
/** A longer one is decoded each time. */
const LONGEST = 256;

const SPACE = 0x20;
const HASH = 0x23;
const PLUS = 0x2b;
const TILDE = 0x7e;

const NO_BYTES: Uint8Array = new Uint8Array(0);

interface Entry {
  readonly text: string;
  /** Where its bytes begin, among those of all. */
  readonly at: number;
  /** In which place that stands which has come after it the last time. */
  next: number;
}

export class TopicTexts {
  /** Each entry stands at the place of its hash, or in one of those behind it. */
  #entries: (Entry | undefined)[] = [];
  #bytes: Uint8Array = NO_BYTES;
  #bytes_used = 0;
  /** How often an entry was put in its place. */
  #count = 0;
  #latest: Entry | null = null;

  /** The text, or null for what is not plain: empty, long, a wildcard, or any character but printable ASCII. */
  text(bytes: Uint8Array, begin: number, end: number): string | null {
    const latest = this.#latest;
    if (latest !== null) {
      // Where devices take turns, topics come in the same order again.
      const expected = this.#entries[latest.next];
      if (expected !== undefined && this.#is(expected, bytes, begin, end)) {
        this.#latest = expected;
        return expected.text;
      }
    }
    const place = this.#look_up(bytes, begin, end);
    if (place === null) return null;
    if (this.#latest !== null) this.#latest.next = place;
    this.#latest = this.#entries[place] as Entry;
    return this.#latest.text;
  }

  #is({ text, at }: Entry, bytes: Uint8Array, begin: number, end: number): boolean {
    const { length } = text;
    if (length !== end - begin) return false;
    const own = this.#bytes;
    // Topics differ at their ends more often than at their beginnings.
    for (let index = length - 1; index >= 0; index -= 1)
      if (own[at + index] !== bytes[begin + index]) return false;
    return true;
  }

  /** The place of a plain topic, which is given one where it has none. */
  #look_up(bytes: Uint8Array, begin: number, end: number): number | null {
    if (begin === end || end - begin > LONGEST) return null;
    let hash = 0;
    for (let at = begin; at < end; at += 1) {
      const byte = bytes[at] as number;
      if (byte < SPACE || byte > TILDE || byte === HASH || byte === PLUS) return null;
      hash = (Math.imul(hash, 31) + byte) | 0;
    }
    const home = Math.imul(hash, 0x9e3779b1) >>> 15; // names that count up are scattered
    const last_place = this.#entries.length - 1;
    for (let attempt = home; attempt < home + TRIES; attempt += 1) {
      const place = attempt & last_place;
      const known = this.#entries[place];
      if (known === undefined) break;
      if (this.#is(known, bytes, begin, end)) return place;
    }
    return this.#remember(bytes.subarray(begin, end), home);
  }

  #remember(topic: Uint8Array, home: number): number {
    const is_full = this.#bytes_used + topic.length > MOST_BYTES;
    if (is_full || 2 * this.#count >= this.#entries.length) this.#begin_anew(is_full);
    const last_place = this.#entries.length - 1;
    let attempt = home;
    while (attempt < home + TRIES && this.#entries[attempt & last_place] !== undefined) attempt += 1;
    // Where all are taken, the newest has its home.
    const place = (attempt === home + TRIES ? home : attempt) & last_place;
    this.#entries[place] = { text: decode_utf8(topic), at: this.#keep(topic), next: 0 };
    this.#count += 1;
    return place;
  }

  #keep(topic: Uint8Array): number {
    const at = this.#bytes_used;
    this.#bytes_used += topic.length;
    if (this.#bytes_used > this.#bytes.length) {
      const grown = new Uint8Array(Math.max(2 * this.#bytes.length, this.#bytes_used));
      grown.set(this.#bytes);
      this.#bytes = grown;
    }
    this.#bytes.set(topic, at);
    return at;
  }

  /** With twice the places, for what is heard again is soon remembered again; after the most, with the fewest. */
  #begin_anew(is_full: boolean): void {
    const places = 2 * this.#entries.length;
    const is_most = is_full || places > MOST_PLACES;
    this.#entries = new Array(is_most ? FEWEST_PLACES : Math.max(FEWEST_PLACES, places));
    this.#bytes = NO_BYTES;
    this.#bytes_used = 0;
    this.#count = 0;
    this.#latest = null;
  }
}
