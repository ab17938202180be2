// Decides what `subscribe.simple` and `subscribe.callback` are in the blocking flavour: the same, but they wait
// themselves. The entry `karere/blocking/subscribe`.

import type { UserData } from "../client/callback_api.ts";
import { destination_parameters, named_arguments } from "../helpers/one_shot.ts";
import type * as event_loop from "../helpers/subscribe.ts";
import type { MQTTMessage } from "../model/message.ts";
import type { Client } from "./client.ts";
import type { Blocking } from "./client_types.ts";
import { help } from "./help.ts";
import type { Entry } from "./thread.ts";

export type { Auth, Destination, SimpleArguments, Tls } from "../helpers/subscribe.ts";

/** Called for each message. `client.disconnect()` in it ends the helper. */
export type MessageHandler = (client: Client<2>, userdata: UserData, message: MQTTMessage) => unknown;

export interface CallbackArguments extends Omit<event_loop.CallbackArguments, "callback"> {
  callback: MessageHandler;
}

type Rest = Parameters<typeof event_loop.callback> extends [unknown?, ...rest: infer Others] ? Others : never;

const parameters = [
  ...["callback", "topics", "qos", "userdata"],
  ...[...destination_parameters, "clean_session", "proxy_args", "timeout"],
] as const;

/**
 * Calls `callback` for each message until it calls `client.disconnect()`, reconnecting and subscribing again as needed.
 *
 * @returns after `client.disconnect()`.
 * @throws what `callback` throws; otherwise as the helper of the event loop rejects.
 */
export function callback(callback: MessageHandler | CallbackArguments, ...rest: Rest): void {
  const { userdata = null, ...named } = named_arguments("callback", parameters, [callback, ...rest]);
  const handler = named.callback as MessageHandler;
  if (typeof handler === "function") {
    // What the script keeps with its client stays with the script.
    named.callback = (client: Client<2>, _userdata: null, message: MQTTMessage) => {
      client.user_data_set(userdata);
      return handler(client, userdata, message);
    };
  }
  help("callback", [named], the_callback_helper);
}

/** That function, whose parameter has its name. */
const the_callback_helper: Entry = callback;

/** Waits for messages and returns them: one, or with `msg_count` above 1 a list. */
export const simple = ((...args: unknown[]) => help("simple", args, simple)) as BlockingSimple;

/** The three ways to call it. */
type BlockingSimple = typeof event_loop.simple extends {
  (...args: infer A): infer R;
  (...args: infer B): infer S;
  (...args: infer C): infer T;
}
  ? { (...args: A): Awaited<R>; (...args: B): Awaited<S>; (...args: C): Awaited<T> }
  : Blocking<typeof event_loop.simple>;
