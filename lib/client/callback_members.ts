// Decides how an application gives a client its callbacks: paho's properties, its registrars, and events of the same
// names. Both flavours have these members; they differ in what a callback gets.

import { positional } from "../model/keywords.ts";
import type { MQTTMessage } from "../model/message.ts";
import type { CallbackArguments, UserData } from "./callback_api.ts";
import { EventEmitter } from "./callbacks.ts";
import { AUDIENCE } from "./inside.ts";
import { check_logger, type Logger } from "./logging.ts";
import type { Reporter } from "./reporter.ts";
import type { MessageCallback, Router } from "./router.ts";

/** Each callback's arguments, by callback name without `on_`. */
export type ArgumentLists = Record<keyof CallbackArguments<1>, unknown[]>;

/** The events of a client whose callbacks get these arguments. */
export type EventsOf<Arguments extends ArgumentLists> = {
  [Name in keyof ArgumentLists]: (...args: Arguments[Name]) => unknown;
} & {
  /** A callback has thrown or rejected. */
  callback_error: (error: unknown, callback_name: string) => unknown;
};

/** What `message_callback_add` takes: a callback for the messages of one filter. */
export type MessageHandler<C> = (client: C, userdata: UserData, message: MQTTMessage) => unknown;

/** The arguments of `message_callback_add()` by name. */
export interface MessageCallbackArguments<C> {
  sub: string;
  callback: MessageHandler<C>;
}

/** What all callbacks of a client have in common. */
interface CallbackContext {
  readonly router: Router;
  readonly reporter: Reporter;
  userdata: UserData;
}

export abstract class CallbackMembers<Arguments extends ArgumentLists> extends EventEmitter<
  EventsOf<Arguments>
> {
  /** Whether what a callback throws is only logged: no `callback_error`, nothing on the console. Default false. */
  suppress_exceptions = false;

  // Optional methods, so that they can be assigned as in paho and overridden in a subclass.

  /** The broker has answered CONNECT, with acceptance or refusal: look at `reason_code`. Subscribe here. */
  on_connect?(...args: Arguments["connect"]): unknown;
  /** An attempt of the loop to connect has failed before the broker could answer. */
  on_connect_fail?(...args: Arguments["connect_fail"]): unknown;
  /** A connection is about to be opened. What it throws fails the attempt; the event loop awaits what it returns. */
  on_pre_connect?(...args: Arguments["pre_connect"]): unknown;
  /** The connection has ended. */
  on_disconnect?(...args: Arguments["disconnect"]): unknown;
  /** A message came and no callback of `message_callback_add` matches. The event loop awaits a promise before the next one. */
  on_message?(...args: Arguments["message"]): unknown;
  /** A message has reached its end: QoS 0 has left, QoS 1 and 2 are acknowledged. */
  on_publish?(...args: Arguments["publish"]): unknown;
  /** The broker has answered `subscribe()`. */
  on_subscribe?(...args: Arguments["subscribe"]): unknown;
  /** The broker has answered `unsubscribe()`. */
  on_unsubscribe?(...args: Arguments["unsubscribe"]): unknown;
  /** A line of the log. `level` is one of `MQTT_LOG_*`. */
  on_log?(...args: Arguments["log"]): unknown;
  /** For loops of the application's own: the socket is open. */
  on_socket_open?(...args: Arguments["socket_open"]): unknown;
  /** For loops of the application's own: the socket is about to be closed. */
  on_socket_close?(...args: Arguments["socket_close"]): unknown;
  /** For loops of the application's own: something waits for `loop_write()`. Setting it stops writing by itself. */
  on_socket_register_write?(...args: Arguments["socket_register_write"]): unknown;
  /** For loops of the application's own: nothing waits any more. */
  on_socket_unregister_write?(...args: Arguments["socket_unregister_write"]): unknown;

  /** Calls `callback` for the messages whose topic matches `sub`; `on_message` then does not get them. */
  message_callback_add(
    sub: string | MessageCallbackArguments<this>,
    callback?: MessageHandler<this> | Omit<MessageCallbackArguments<this>, "sub">,
  ): void;
  message_callback_add(...args: unknown[]): void {
    const [sub, callback] = positional("message_callback_add", ["sub", "callback"], args);
    this[AUDIENCE].router.add(sub as string, callback as MessageCallback);
  }

  /** Takes the callback of `sub` away. */
  message_callback_remove(sub: string | { sub: string }): void;
  message_callback_remove(...args: unknown[]): void {
    const [sub] = positional("message_callback_remove", ["sub"], args);
    this[AUDIENCE].router.remove(sub as string);
  }

  /** Where log lines go besides `on_log`; null: nowhere. */
  get logger(): Logger | null {
    return this[AUDIENCE].reporter.logger;
  }
  set logger(logger: Logger | null) {
    this[AUDIENCE].reporter.logger = check_logger(logger);
  }

  /** Sends log lines to `logger`: anything with debug, info, warn and error. Default: the console. */
  enable_logger(logger: Logger | null = null): void {
    this.logger = check_logger(logger) ?? this.logger ?? console;
  }

  /** Stops sending log lines to a logger. `on_log` is not affected. */
  disable_logger(): void {
    this[AUDIENCE].reporter.logger = null;
  }

  /** Sets what every callback gets as its second argument. */
  user_data_set(userdata: UserData): void {
    this[AUDIENCE].userdata = userdata;
  }

  /** What every callback gets as its second argument. */
  user_data_get(): UserData {
    return this[AUDIENCE].userdata;
  }

  /** @internal */
  abstract readonly [AUDIENCE]: CallbackContext;

  // ---- registrars: client.connect_callback()(fn) is Python's @client.connect_callback() -------------------------

  /** Registers `on_connect`: `client.connect_callback()(fn)` returns `fn`. */
  connect_callback() {
    return registrar<Arguments["connect"]>(this, "connect");
  }

  /** Registers `on_connect_fail`: `client.connect_fail_callback()(fn)` returns `fn`. */
  connect_fail_callback() {
    return registrar<Arguments["connect_fail"]>(this, "connect_fail");
  }

  /** Registers `on_pre_connect`: `client.pre_connect_callback()(fn)` returns `fn`. */
  pre_connect_callback() {
    return registrar<Arguments["pre_connect"]>(this, "pre_connect");
  }

  /** Registers `on_disconnect`: `client.disconnect_callback()(fn)` returns `fn`. */
  disconnect_callback() {
    return registrar<Arguments["disconnect"]>(this, "disconnect");
  }

  /** Registers `on_subscribe`: `client.subscribe_callback()(fn)` returns `fn`. */
  subscribe_callback() {
    return registrar<Arguments["subscribe"]>(this, "subscribe");
  }

  /** Registers `on_unsubscribe`: `client.unsubscribe_callback()(fn)` returns `fn`. */
  unsubscribe_callback() {
    return registrar<Arguments["unsubscribe"]>(this, "unsubscribe");
  }

  /** Registers `on_message`: `client.message_callback()(fn)` returns `fn`. */
  message_callback() {
    return registrar<Arguments["message"]>(this, "message");
  }

  /** Registers `on_publish`: `client.publish_callback()(fn)` returns `fn`. */
  publish_callback() {
    return registrar<Arguments["publish"]>(this, "publish");
  }

  /** Registers `on_log`: `client.log_callback()(fn)` returns `fn`. */
  log_callback() {
    return registrar<Arguments["log"]>(this, "log");
  }

  /** Registers `on_socket_open`: `client.socket_open_callback()(fn)` returns `fn`. */
  socket_open_callback() {
    return registrar<Arguments["socket_open"]>(this, "socket_open");
  }

  /** Registers `on_socket_close`: `client.socket_close_callback()(fn)` returns `fn`. */
  socket_close_callback() {
    return registrar<Arguments["socket_close"]>(this, "socket_close");
  }

  /** Registers `on_socket_register_write`: `client.socket_register_write_callback()(fn)` returns `fn`. */
  socket_register_write_callback() {
    return registrar<Arguments["socket_register_write"]>(this, "socket_register_write");
  }

  /** Registers `on_socket_unregister_write`: `client.socket_unregister_write_callback()(fn)` returns `fn`. */
  socket_unregister_write_callback() {
    return registrar<Arguments["socket_unregister_write"]>(this, "socket_unregister_write");
  }

  /** As `message_callback_add(sub, fn)`: `client.topic_callback("a/#")(fn)`. */
  topic_callback(sub: string | { sub: string }) {
    return <F extends MessageHandler<this>>(callback: F): F => {
      const [filter] = positional("topic_callback", ["sub"], [sub]);
      this.message_callback_add(filter as string, callback);
      return callback;
    };
  }
}

function registrar<Arguments extends unknown[]>(client: object, name: string) {
  return <F extends (...args: Arguments) => unknown>(callback: F): F => {
    (client as Record<string, unknown>)[`on_${name}`] = callback;
    return callback;
  };
}
