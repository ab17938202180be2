// Decides how topics become bytes without being encoded, and looked over, anew for each message.

import { decode_utf8, encode_utf8 } from "../model/bytes.ts";
import { TopicMemory } from "../model/topic_memory.ts";

export class TopicBytes {
  readonly #known = new TopicMemory<Uint8Array>();

  /** The bytes of a topic that was used before, which is a legal one therefore; undefined for others. */
  known(topic: string): Uint8Array | undefined {
    return this.#known.get(topic);
  }

  /** The bytes of a legal topic. */
  of(topic: string): Uint8Array {
    let bytes = this.#known.get(topic);
    if (bytes === undefined) {
      // With memory of their own, both: what lives long must not hold a slab, or the text that a topic was cut from.
      bytes = new Uint8Array(encode_utf8(topic));
      this.#known.set(decode_utf8(bytes), bytes);
    }
    return bytes;
  }
}
