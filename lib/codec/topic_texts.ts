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

export class TopicTexts {
  /** Each text stands at the place of its hash, or in one of those behind it. */
  #texts: (string | undefined)[] = [];
  #count = 0;

  /** The text, or null for what is not plain: empty, long, a wildcard, or any character but printable ASCII. */
  text(bytes: Uint8Array, begin: number, end: number): string | null {
    if (begin === end || end - begin > LONGEST) return null;
    let hash = 0;
    for (let at = begin; at < end; at += 1) {
      const byte = bytes[at] as number;
      if (byte < SPACE || byte > TILDE || byte === HASH || byte === PLUS) return null;
      hash = (Math.imul(hash, 31) + byte) | 0;
    }
    const home = Math.imul(hash, 0x9e3779b1) >>> 15; // names that count up are scattered
    const last_place = this.#texts.length - 1;
    for (let place = home; place < home + TRIES; place += 1) {
      const known = this.#texts[place & last_place];
      if (known === undefined) break;
      if (is_text(known, bytes, begin, end)) return known;
    }
    const text = decode_utf8(bytes.subarray(begin, end));
    this.#remember(text, home);
    return text;
  }

  #remember(text: string, home: number): void {
    if (2 * this.#count >= this.#texts.length) this.#begin_anew();
    const last_place = this.#texts.length - 1;
    let place = home;
    while (place < home + TRIES && this.#texts[place & last_place] !== undefined) place += 1;
    // Where all are taken, the newest has its home.
    if (place === home + TRIES) place = home;
    else this.#count += 1;
    this.#texts[place & last_place] = text;
  }

  /** With twice the places; what is heard again is soon remembered again. After the most, with the fewest. */
  #begin_anew(): void {
    const places = 2 * this.#texts.length;
    this.#texts = new Array(places > MOST_PLACES ? FEWEST_PLACES : Math.max(FEWEST_PLACES, places));
    this.#count = 0;
  }
}

function is_text(text: string, bytes: Uint8Array, begin: number, end: number): boolean {
  if (text.length !== end - begin) return false;
  for (let at = begin; at < end; at += 1) if (text.charCodeAt(at - begin) !== bytes[at]) return false;
  return true;
}
