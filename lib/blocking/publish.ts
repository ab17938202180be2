// Decides what `publish.single` and `publish.multiple` are in the blocking flavour: the same, but they wait themselves.
// The entry `karere/blocking/publish`.

import type * as event_loop from "../helpers/publish.ts";
import type { Blocking } from "./client_types.ts";
import { help } from "./help.ts";

export type {
  Auth,
  Destination,
  Message,
  MessageTuple,
  MultipleArguments,
  SingleArguments,
  Tls,
} from "../helpers/publish.ts";
export { CallbackAPIVersion, MQTTProtocolVersion } from "../model/enums.ts";
export { Properties } from "../model/properties.ts";
export { ReasonCode } from "../model/reasoncodes.ts";

/** Publishes several messages, one after the other, and disconnects. Returns when the last has reached its end. */
export const multiple: Blocking<typeof event_loop.multiple> = (...args) => {
  // A list may be anything that gives messages one by one: here they are all taken.
  const [msgs] = args;
  const is_list =
    typeof msgs !== "string" && typeof (msgs as Iterable<unknown>)?.[Symbol.iterator] === "function";
  help("multiple", is_list ? [[...(msgs as Iterable<unknown>)], ...args.slice(1)] : args, multiple);
};

/** Publishes one message and disconnects. */
export const single: Blocking<typeof event_loop.single> = (...args) => void help("single", args, single);
