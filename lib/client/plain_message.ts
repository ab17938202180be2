// Decides which calls of `publish()` need no closer look.

import { has_lone_surrogate } from "../model/utf8.ts";
import type { PlainMessage } from "../protocol/passage.ts";

/**
 * What most programs publish: text or bytes, by position, without properties. Its topic is not checked yet. Null for
 * anything else, which `publication_of` has to look at.
 */
export function plain_message(
  topic: unknown,
  payload: unknown,
  qos: unknown = 0,
  retain: unknown = false,
): PlainMessage | null {
  if (typeof topic !== "string" || typeof retain !== "boolean") return null;
  if (qos !== 0 && qos !== 1 && qos !== 2) return null;
  if (typeof payload === "string") {
    return has_lone_surrogate(payload) ? null : { topic, payload, qos, retain };
  }
  return payload instanceof Uint8Array ? { topic, payload, qos, retain } : null;
}
