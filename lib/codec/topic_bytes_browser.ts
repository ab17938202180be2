// Decides that topics are encoded anew for each message in a page, where it stands in for topic_bytes.ts: there are few,
// and what it loads must be small.

import { encode_utf8 } from "../model/bytes.ts";

export class TopicBytes {
  known(_topic: string): undefined {}

  of(topic: string): Uint8Array {
    return encode_utf8(topic);
  }
}
