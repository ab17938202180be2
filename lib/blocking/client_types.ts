// Decides which types the blocking client has: those of the event-loop client, with plain values where that has
// promises, and with itself where callbacks get their client. Types only.

import type { EventEmitter } from "eventemitter3";
import type { ApiVersion, CallbackArguments as EventLoopArguments } from "../client/callback_api.ts";
import type { Client as EventLoopClient } from "../client/client.ts";
import type { MQTTMessageInfo as EventLoopInfo } from "../client/message_info.ts";
import type { Client } from "./client.ts";
import type { MQTTMessageInfo } from "./message_info.ts";

/** What a call gives here. */
type Plain<R> = R extends EventLoopInfo
  ? MQTTMessageInfo
  : R extends readonly EventLoopInfo[]
    ? readonly MQTTMessageInfo[]
    : Awaited<R>;

/** The same function, but it waits itself. */
export type Blocking<F> = F extends (...args: infer Arguments) => infer Result
  ? (...args: Arguments) => Plain<Result>
  : F;

/** What this flavour has its own of: what is about callbacks, and what returns the client. */
type Own =
  | keyof EventEmitter
  | `${string}_callback`
  | `on_${string}`
  | `_${string}`
  | "message_callback_add"
  | "message_callback_remove"
  | "max_queued_messages_set"
  | "suppress_exceptions"
  | symbol;

type Shared<V extends ApiVersion> = Pick<EventLoopClient<V>, Exclude<keyof EventLoopClient<V>, Own>>;

/** All that both flavours have. */
export type SharedMembers<V extends ApiVersion> = { [Name in keyof Shared<V>]: Blocking<Shared<V>[Name]> };

/** Each callback's arguments, by callback name without `on_`. */
export type CallbackArguments<V extends ApiVersion> = {
  [Name in keyof EventLoopArguments<V>]: EventLoopArguments<V>[Name] extends [
    client: EventLoopClient<V>,
    ...rest: infer Rest,
  ]
    ? [client: Client<V>, ...rest: Rest]
    : // biome-ignore lint/suspicious/noExplicitAny: a client whose version is not named takes callbacks of any shape.
      any[];
};
