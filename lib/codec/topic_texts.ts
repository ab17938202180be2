// Decides how the bytes of a topic become text without being decoded anew for each message: topics come again and again.

import { decode_utf8 } from "../model/bytes.ts";

/** How many are remembered; a power of two. */
const PLACES = 1024;
/** A longer one is decoded each time. */
const LONGEST = 256;

const SPACE = 0x20;
const HASH = 0x23;
const PLUS = 0x2b;
const TILDE = 0x7e;

export class TopicTexts {
  readonly #texts: (string | undefined)[] = [];

  /** The text, or null for what is not plain: empty, long, a wildcard, or any character but printable ASCII. */
  text(bytes: Uint8Array, begin: number, end: number): string | null {
    if (begin === end || end - begin > LONGEST) return null;
    let hash = 0;
    for (let at = begin; at < end; at += 1) {
      const byte = bytes[at] as number;
      if (byte < SPACE || byte > TILDE || byte === HASH || byte === PLUS) return null;
      hash = (Math.imul(hash, 31) + byte) | 0;
    }
    const place = (hash ^ (hash >>> 11)) & (PLACES - 1);
    const known = this.#texts[place];
    if (known !== undefined && is_text(known, bytes, begin, end)) return known;
    const text = decode_utf8(bytes.subarray(begin, end));
    this.#texts[place] = text;
    return text;
  }
}

function is_text(text: string, bytes: Uint8Array, begin: number, end: number): boolean {
  if (text.length !== end - begin) return false;
  for (let at = begin; at < end; at += 1) if (text.charCodeAt(at - begin) !== bytes[at]) return false;
  return true;
}
