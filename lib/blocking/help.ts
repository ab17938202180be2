// Decides how a helper of the event-loop flavour is called from the blocking one.

import { pack } from "./parcel.ts";
import { call, crossing } from "./thread.ts";
// Helpers give their callbacks a client, which is one of these.
import "./client.ts";

/** What the helper of this name gives, once it has. */
export function help(name: string, args: readonly unknown[]): unknown {
  const packed = pack(args, crossing);
  return call((id) => ({ say: "help", id, name, args: packed }), "blocking");
}
