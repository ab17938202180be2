// Decides how a helper of the event-loop flavour is called from the blocking one.

import { is_interrupt } from "./bell.ts";
import { adopt } from "./client.ts";
import { crossing } from "./crossing.ts";
import { pack } from "./parcel.ts";
import { adopt_with, call, type Entry, say } from "./thread.ts";

// Helpers give their callbacks a client.
adopt_with(adopt);

/** What the helper of this name gives, once it has. The script has called `entry`. */
export function help(name: string, args: readonly unknown[], entry: Entry): unknown {
  const packed = pack(args, crossing);
  let help = 0;
  try {
    const order = (id: number) => {
      help = id;
      return { say: "help", id, name, args: packed } as const;
    };
    return call(order, "blocking", undefined, entry);
  } catch (error) {
    if (is_interrupt(error)) say({ say: "leave_help", id: help });
    throw error;
  }
}
