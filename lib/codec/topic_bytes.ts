// Decides how topics become bytes without being encoded, and looked over, anew for each message.

import { encode_utf8 } from "../model/bytes.ts";

const MOST = 1024;

export class TopicBytes {
  readonly #known = new Map<string, Uint8Array>();

  /** The bytes of a topic that was used before, which is a legal one therefore; undefined for others. */
  known(topic: string): Uint8Array | undefined {
    return this.#known.get(topic);
  }

  /** The bytes of a legal topic. */
  of(topic: string): Uint8Array {
    let bytes = this.#known.get(topic);
    if (bytes === undefined) {
      bytes = encode_utf8(topic);
      // A program that makes up topics without end finds little here, and keeps nothing for ever.
      if (this.#known.size === MOST) this.#known.clear();
      this.#known.set(topic, bytes);
    }
    return bytes;
  }
}
