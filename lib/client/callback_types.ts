// Decides under which names the type of each callback is known: paho's, for handlers that are declared apart from the
// client. Types only.

import type { ConnackCode, MQTTErrorCode } from "../model/enums.ts";
import type { PacketTypes } from "../model/packettypes.ts";
import type { Properties } from "../model/properties.ts";
import type { ReasonCode } from "../model/reasoncodes.ts";
import type { ApiVersion, CallbackArguments, UserData } from "./callback_api.ts";
import type { Client } from "./client.ts";
import type { CleanStart } from "./settings.ts";

type Types = typeof PacketTypes;

/** A handler of one callback, by its name without `on_`. */
type Handler<V extends ApiVersion, Name extends keyof CallbackArguments<V>> = (
  ...args: CallbackArguments<V>[Name]
) => unknown;

/** A VERSION1 handler that knows which protocol version it serves. */
type Handler1<Rest extends unknown[]> = (client: Client<1>, userdata: UserData, ...rest: Rest) => unknown;

type Flags1 = { "session present": 0 | 1 };

/** `on_connect` with VERSION1 on MQTT 3.x. */
export type CallbackOnConnect_v1_mqtt3 = Handler1<[flags: Flags1, rc: ConnackCode]>;
/** `on_connect` with VERSION1 on MQTT 5. */
export type CallbackOnConnect_v1_mqtt5 = Handler1<
  [flags: Flags1, rc: ReasonCode, properties: Properties<Types["CONNACK"]> | null]
>;
/** `on_connect` with VERSION1. */
export type CallbackOnConnect_v1 = CallbackOnConnect_v1_mqtt3 | CallbackOnConnect_v1_mqtt5;
/** `on_connect` with VERSION2. */
export type CallbackOnConnect_v2 = Handler<2, "connect">;
/** `on_connect` with either version. */
export type CallbackOnConnect = CallbackOnConnect_v1 | CallbackOnConnect_v2;

/** `on_disconnect` with VERSION1 on MQTT 3.x. */
export type CallbackOnDisconnect_v1_mqtt3 = Handler1<[rc: MQTTErrorCode]>;
/** `on_disconnect` with VERSION1 on MQTT 5. */
export type CallbackOnDisconnect_v1_mqtt5 = Handler1<
  [rc: MQTTErrorCode | ReasonCode, properties: Properties<Types["DISCONNECT"]> | null]
>;
/** `on_disconnect` with VERSION1. */
export type CallbackOnDisconnect_v1 = CallbackOnDisconnect_v1_mqtt3 | CallbackOnDisconnect_v1_mqtt5;
/** `on_disconnect` with VERSION2. */
export type CallbackOnDisconnect_v2 = Handler<2, "disconnect">;
/** `on_disconnect` with either version. */
export type CallbackOnDisconnect = CallbackOnDisconnect_v1 | CallbackOnDisconnect_v2;

/** `on_publish` with VERSION1. */
export type CallbackOnPublish_v1 = Handler<1, "publish">;
/** `on_publish` with VERSION2. */
export type CallbackOnPublish_v2 = Handler<2, "publish">;
/** `on_publish` with either version. */
export type CallbackOnPublish = CallbackOnPublish_v1 | CallbackOnPublish_v2;

/** `on_subscribe` with VERSION1 on MQTT 3.x. */
export type CallbackOnSubscribe_v1_mqtt3 = Handler1<[mid: number, granted_qos: number[]]>;
/** `on_subscribe` with VERSION1 on MQTT 5. */
export type CallbackOnSubscribe_v1_mqtt5 = Handler1<
  [mid: number, reason_codes: ReasonCode[], properties: Properties<Types["SUBACK"]>]
>;
/** `on_subscribe` with VERSION1. */
export type CallbackOnSubscribe_v1 = CallbackOnSubscribe_v1_mqtt3 | CallbackOnSubscribe_v1_mqtt5;
/** `on_subscribe` with VERSION2. */
export type CallbackOnSubscribe_v2 = Handler<2, "subscribe">;
/** `on_subscribe` with either version. */
export type CallbackOnSubscribe = CallbackOnSubscribe_v1 | CallbackOnSubscribe_v2;

/** `on_unsubscribe` with VERSION1 on MQTT 3.x. */
export type CallbackOnUnsubscribe_v1_mqtt3 = Handler1<[mid: number]>;
/** `on_unsubscribe` with VERSION1 on MQTT 5. */
export type CallbackOnUnsubscribe_v1_mqtt5 = Handler1<
  [mid: number, properties: Properties<Types["UNSUBACK"]>, reason_codes: ReasonCode | ReasonCode[]]
>;
/** `on_unsubscribe` with VERSION1. */
export type CallbackOnUnsubscribe_v1 = CallbackOnUnsubscribe_v1_mqtt3 | CallbackOnUnsubscribe_v1_mqtt5;
/** `on_unsubscribe` with VERSION2. */
export type CallbackOnUnsubscribe_v2 = Handler<2, "unsubscribe">;
/** `on_unsubscribe` with either version. */
export type CallbackOnUnsubscribe = CallbackOnUnsubscribe_v1 | CallbackOnUnsubscribe_v2;

/** `on_connect_fail`. */
export type CallbackOnConnectFail<V extends ApiVersion = ApiVersion> = Handler<V, "connect_fail">;
/** `on_pre_connect`. */
export type CallbackOnPreConnect<V extends ApiVersion = ApiVersion> = Handler<V, "pre_connect">;
/** `on_message`, and a callback of `message_callback_add()`. */
export type CallbackOnMessage<V extends ApiVersion = ApiVersion> = Handler<V, "message">;
/** `on_log`. */
export type CallbackOnLog<V extends ApiVersion = ApiVersion> = Handler<V, "log">;
/** The four `on_socket_*`. */
export type CallbackOnSocket<V extends ApiVersion = ApiVersion> = Handler<V, "socket_open">;

/** paho's name of {@link CleanStart}. */
export type CleanStartOption = CleanStart;
