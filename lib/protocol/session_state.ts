// Decides what a session knows that outlives its links: what its messages, the broker's and its subscriptions have come
// to.

import { Inbound } from "./inbound.ts";
import { Outbound } from "./outbound.ts";
import { PacketIds } from "./packet_ids.ts";
import type { Requests } from "./requests.ts";

export interface SessionState {
  /** Our packet ids. */
  readonly ids: PacketIds;
  readonly outbound: Outbound;
  readonly inbound: Inbound;
  /** Null: there are none yet. */
  readonly requests: Requests | null;
  /** Whether it outlives the process too. */
  readonly is_kept: boolean;
}

/** One that ends with the process. */
export function fleeting_state(): SessionState {
  const ids = new PacketIds();
  return {
    ids,
    outbound: new Outbound(ids),
    inbound: new Inbound(),
    requests: null,
    is_kept: false,
  };
}
