// Decides under which names the type of each callback is known in the blocking flavour: paho's, for handlers that are
// declared apart from the client. Types only.

import type * as event_loop from "../client/callback_types.ts";
import type { Client as EventLoopClient } from "../client/client.ts";
import type { Client } from "./client.ts";

export type { CleanStartOption } from "../client/callback_types.ts";

/** The same handler, with the client of this flavour. */
type Here<H> = H extends (client: infer C, ...rest: infer Rest) => infer R
  ? (client: C extends EventLoopClient<infer V> ? Client<V> : never, ...rest: Rest) => R
  : never;

export type CallbackOnConnect_v1_mqtt3 = Here<event_loop.CallbackOnConnect_v1_mqtt3>;
export type CallbackOnConnect_v1_mqtt5 = Here<event_loop.CallbackOnConnect_v1_mqtt5>;
export type CallbackOnConnect_v1 = Here<event_loop.CallbackOnConnect_v1>;
export type CallbackOnConnect_v2 = Here<event_loop.CallbackOnConnect_v2>;
export type CallbackOnConnect = Here<event_loop.CallbackOnConnect>;
export type CallbackOnDisconnect_v1_mqtt3 = Here<event_loop.CallbackOnDisconnect_v1_mqtt3>;
export type CallbackOnDisconnect_v1_mqtt5 = Here<event_loop.CallbackOnDisconnect_v1_mqtt5>;
export type CallbackOnDisconnect_v1 = Here<event_loop.CallbackOnDisconnect_v1>;
export type CallbackOnDisconnect_v2 = Here<event_loop.CallbackOnDisconnect_v2>;
export type CallbackOnDisconnect = Here<event_loop.CallbackOnDisconnect>;
export type CallbackOnPublish_v1 = Here<event_loop.CallbackOnPublish_v1>;
export type CallbackOnPublish_v2 = Here<event_loop.CallbackOnPublish_v2>;
export type CallbackOnPublish = Here<event_loop.CallbackOnPublish>;
export type CallbackOnSubscribe_v1_mqtt3 = Here<event_loop.CallbackOnSubscribe_v1_mqtt3>;
export type CallbackOnSubscribe_v1_mqtt5 = Here<event_loop.CallbackOnSubscribe_v1_mqtt5>;
export type CallbackOnSubscribe_v1 = Here<event_loop.CallbackOnSubscribe_v1>;
export type CallbackOnSubscribe_v2 = Here<event_loop.CallbackOnSubscribe_v2>;
export type CallbackOnSubscribe = Here<event_loop.CallbackOnSubscribe>;
export type CallbackOnUnsubscribe_v1_mqtt3 = Here<event_loop.CallbackOnUnsubscribe_v1_mqtt3>;
export type CallbackOnUnsubscribe_v1_mqtt5 = Here<event_loop.CallbackOnUnsubscribe_v1_mqtt5>;
export type CallbackOnUnsubscribe_v1 = Here<event_loop.CallbackOnUnsubscribe_v1>;
export type CallbackOnUnsubscribe_v2 = Here<event_loop.CallbackOnUnsubscribe_v2>;
export type CallbackOnUnsubscribe = Here<event_loop.CallbackOnUnsubscribe>;
export type CallbackOnConnectFail = Here<event_loop.CallbackOnConnectFail>;
export type CallbackOnPreConnect = Here<event_loop.CallbackOnPreConnect>;
export type CallbackOnMessage = Here<event_loop.CallbackOnMessage>;
export type CallbackOnLog = Here<event_loop.CallbackOnLog>;
export type CallbackOnSocket = Here<event_loop.CallbackOnSocket>;
