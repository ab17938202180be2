// Decides how many messages of QoS 1 and 2 the script may write before publish() waits for acknowledgements, so that none
// is refused whose user has set no limits: packet ids run out, and the bytes that are kept unasked have a bound.

import type { ApiVersion } from "../client/callback_api.ts";
import type { Client } from "../client/client.ts";
import { ENGINE } from "../client/inside.ts";
import { DEFAULT_QUEUED_BYTES, type ResolvedOptions } from "../client/options.ts";

/** What the user may have decided himself. */
export type OwnLimits = Pick<ResolvedOptions, "queue_policy" | "max_queued_bytes">;

export const no_limits: OwnLimits = { queue_policy: "reject", max_queued_bytes: DEFAULT_QUEUED_BYTES };

/** Packet ids that are left for SUBSCRIBE and UNSUBSCRIBE. */
const SPARE_IDS = 512;
const IDS = 65_535 - SPARE_IDS;
/** Leaves room for all that may be on its way between the threads. */
const FULL_BYTES = DEFAULT_QUEUED_BYTES / 2;

/** How many more; null: as many as it likes, and the limits of the queue apply. */
export function allowance(client: Client<ApiVersion>, own: OwnLimits): number | null {
  if (own.queue_policy !== "reject" || client.max_queued_messages !== 0 || !is_at_work(client)) return null;
  const { queued, in_flight, bytes } = client[ENGINE].session.counts;
  if (own.max_queued_bytes === DEFAULT_QUEUED_BYTES && bytes >= FULL_BYTES) return 0;
  return Math.max(0, IDS - queued - in_flight);
}

/** Whether acknowledgements may come without the script: a link is there, or somebody opens one. */
function is_at_work({ [ENGINE]: engine, on_socket_register_write }: Client<ApiVersion>): boolean {
  // Nothing leaves then unless the script itself calls loop_write().
  if (typeof on_socket_register_write === "function") return false;
  if (engine.state === "new" || engine.state === "disconnecting" || engine.state === "disconnected")
    return false;
  return engine.session.phase !== "idle" || engine.loops.is_driven;
}
