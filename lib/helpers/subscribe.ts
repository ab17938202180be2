// Decides what `subscribe.simple` and `subscribe.callback` do (paho.mqtt.subscribe): connect, subscribe, receive. The
// entry `karere/subscribe`.

import type { UserData } from "../client/callback_api.ts";
import type { Client } from "../client/client.ts";
import { whole_number } from "../client/options.ts";
import { check_qos, filters_of } from "../client/subscription_arguments.ts";
import type { MQTTProtocolVersion } from "../model/enums.ts";
import { MQTTException, ValueError } from "../model/errors.ts";
import type { MQTTMessage } from "../model/message.ts";
import { type Destination, destination_parameters, named_arguments, OneShot } from "./one_shot.ts";

export type { Auth, Destination, Tls } from "./one_shot.ts";

/** Called for each message. `client.disconnect()` in it ends the helper. */
export type MessageHandler = (client: Client<2>, userdata: UserData, message: MQTTMessage) => unknown;

interface SubscribeDestination extends Destination {
  /** 3.x only: whether the broker forgets the client afterwards. Default true. */
  clean_session?: boolean | null;
}

export interface CallbackArguments extends SubscribeDestination {
  callback: MessageHandler;
  topics: string | readonly string[];
  /** 0, 1 or 2. */
  qos?: number;
  userdata?: UserData;
}

export interface SimpleArguments extends SubscribeDestination {
  topics: string | readonly string[];
  /** 0, 1 or 2. */
  qos?: number;
  /** How many messages to wait for. Default 1. */
  msg_count?: number;
  /** Whether messages that the broker has kept from earlier count. Default true. */
  retained?: boolean;
}

type Last = "transport" | "clean_session" | "proxy_args" | "timeout";
const tail = [...destination_parameters, "clean_session", "proxy_args", "timeout"] as const;

/**
 * Calls `callback` for each message until it calls `client.disconnect()`, reconnecting and subscribing again as needed.
 *
 * ```ts
 * await subscribe.callback((client, userdata, message) => {
 *   console.log(message.topic, message.text());
 *   client.disconnect();
 * }, "sensors/#", { hostname: "localhost" });
 * ```
 *
 * @param callback called with `(client, userdata, message)`; what it throws ends the helper, which then rejects with it.
 * @param topics a filter or a list of filters.
 * @param qos default 0.
 * @param timeout (by name) how long the whole may take, in seconds.
 * @returns resolves after `client.disconnect()`. Rejects with `TransportError` when the broker cannot be reached,
 *   `MQTTException` when it refuses the connection or a filter, `TimeoutError`.
 * @throws TypeError or ValueError, at once, for what is not allowed.
 */
export function callback(
  callback: MessageHandler | CallbackArguments,
  topics?: string | readonly string[] | Omit<CallbackArguments, "callback">,
  qos?: number | Omit<CallbackArguments, "callback" | "topics">,
  userdata?: UserData,
  hostname?: Destination["hostname"] | SubscribeDestination,
  port?: number | Omit<SubscribeDestination, "hostname">,
  client_id?: string | Omit<SubscribeDestination, "hostname" | "port">,
  keepalive?: number | Omit<SubscribeDestination, "hostname" | "port" | "client_id">,
  will?: Destination["will"],
  auth?: Destination["auth"],
  tls?: Destination["tls"],
  protocol?: MQTTProtocolVersion | Pick<SubscribeDestination, "protocol" | Last>,
  transport?: Destination["transport"] | Pick<SubscribeDestination, Last>,
  clean_session?: boolean | null | Pick<SubscribeDestination, Exclude<Last, "transport">>,
  proxy_args?: Destination["proxy_args"],
  named?: Pick<Destination, "timeout">,
): Promise<void>;
export function callback(...args: unknown[]): Promise<void> {
  const given = named_arguments("callback", ["callback", "topics", "qos", "userdata", ...tail], args);
  const { callback, topics, qos, userdata, ...destination } = given;
  if (typeof callback !== "function") throw new ValueError("subscribe.callback() needs a function to call");
  return receive(
    "subscribe.callback()",
    callback as MessageHandler,
    topics,
    qos,
    userdata ?? null,
    destination as SubscribeDestination,
  );
}

/**
 * Waits for messages and returns them: one, or with `msg_count` above 1 a list.
 *
 * ```ts
 * const message = await subscribe.simple("sensors/temperature", { hostname: "localhost", timeout: 5 });
 * ```
 *
 * @param topics a filter or a list of filters.
 * @param qos default 0.
 * @param msg_count how many to wait for, default 1.
 * @param retained false skips messages that the broker has kept from earlier.
 * @param timeout (by name) how long to wait, in seconds.
 * @returns as {@link callback}, with the message or messages.
 */
export function simple(
  topics: string | readonly string[],
  qos?: number | (Omit<SimpleArguments, "topics" | "msg_count"> & { msg_count?: 1 }),
  msg_count?: 1 | Omit<SimpleArguments, "topics" | "qos" | "msg_count">,
  retained?: boolean | SubscribeDestination,
  hostname?: Destination["hostname"] | SubscribeDestination,
  port?: number | Omit<SubscribeDestination, "hostname">,
  client_id?: string | Omit<SubscribeDestination, "hostname" | "port">,
  keepalive?: number | Omit<SubscribeDestination, "hostname" | "port" | "client_id">,
  will?: Destination["will"],
  auth?: Destination["auth"],
  tls?: Destination["tls"],
  protocol?: MQTTProtocolVersion | Pick<SubscribeDestination, "protocol" | Last>,
  transport?: Destination["transport"] | Pick<SubscribeDestination, Last>,
  clean_session?: boolean | null | Pick<SubscribeDestination, Exclude<Last, "transport">>,
  proxy_args?: Destination["proxy_args"],
  named?: Pick<Destination, "timeout">,
): Promise<MQTTMessage>;
export function simple(
  topics: string | readonly string[],
  qos: number | (Omit<SimpleArguments, "topics"> & { msg_count: number }),
  msg_count?: number,
  retained?: boolean | SubscribeDestination,
  ...rest: unknown[]
): Promise<MQTTMessage[]>;
export function simple(named: SimpleArguments): Promise<MQTTMessage | MQTTMessage[]>;
export function simple(...args: unknown[]): Promise<MQTTMessage | MQTTMessage[]> {
  const given = named_arguments("simple", ["topics", "qos", "msg_count", "retained", ...tail], args);
  const { topics, qos, msg_count, retained = true, ...destination } = given;
  const count = whole_number("msg_count", msg_count ?? 1, 1, Number.MAX_SAFE_INTEGER);
  const messages: MQTTMessage[] = [];
  const collect: MessageHandler = (client, _userdata, message) => {
    if (messages.length >= count || (message.retain && retained === false)) return;
    messages.push(message);
    if (messages.length === count) client.disconnect();
  };
  const received = receive(
    "subscribe.simple()",
    collect,
    topics,
    qos,
    null,
    destination as SubscribeDestination,
  );
  return received.then(() => (count === 1 ? (messages[0] as MQTTMessage) : messages));
}

function receive(
  call: string,
  handler: MessageHandler,
  topics: unknown,
  given_qos: unknown,
  userdata: UserData,
  destination: SubscribeDestination,
): Promise<void> {
  const qos = check_qos(given_qos ?? 0);
  const filters = filters_of(topics, call);
  const shot = new OneShot(destination, destination.clean_session ?? true, userdata);
  return shot.run("waiting for messages", () => {
    const { client } = shot;
    client.on_connect = (_client, _userdata, _flags, reason_code) => {
      if (reason_code.is_failure) return;
      for (const filter of filters) client.subscribe(filter, qos);
    };
    client.on_subscribe = (_client, _userdata, _mid, [reason_code]) => {
      if (reason_code?.is_failure) {
        shot.fail(
          new MQTTException(`the broker refused the subscription: ${reason_code}`, {
            code: "ERR_MQTT_REFUSED",
          }),
        );
      }
    };
    client.on_message = handler;
    client.on("callback_error", (error) => shot.fail(error));
    return new Promise<void>((resolve) => {
      client.on("disconnect", (_client, _userdata, flags, reason_code) => {
        // A broker that says goodbye is only another way to lose the connection.
        if (reason_code.value === 0 && !flags.is_disconnect_packet_from_server) resolve();
      });
    });
  });
}
