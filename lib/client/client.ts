// Decides what the user sees: paho's Client, name for name. Each method checks its arguments, then says one thing to
// the engine; rules live below.

import { LogLevel, MQTTErrorCode } from "../model/enums.ts";
import { RuntimeError, ValueError } from "../model/errors.ts";
import { positional } from "../model/keywords.ts";
import { PacketTypes } from "../model/packettypes.ts";
import type { PayloadType } from "../model/payload.ts";
import type { Properties } from "../model/properties.ts";
import { ReasonCode } from "../model/reasoncodes.ts";
import type { SubscribeOptions } from "../model/subscribeoptions.ts";
import { name_type } from "../model/type_names.ts";
import type { Plan } from "../network/attempts.ts";
import { Engine } from "../network/engine.ts";
import type { Keeper } from "../network/keeper.ts";
import type { Store } from "../store/store.ts";
import { Audience, type AudienceOwner, unconnected_error } from "./audience.ts";
import type {
  ClientArguments,
  ClientStats,
  LaterClientArguments,
  LoopForeverArguments,
  Named,
  NamedClientArguments,
  OldClientArguments,
  RequestResult,
  SubscribeArguments,
} from "./call_arguments.ts";
import type { ApiVersion, CallbackArguments, UserData } from "./callback_api.ts";
import type { EventsOf } from "./callback_members.ts";
import {
  aim,
  type ConnectArguments,
  type ConnectSrvArguments,
  type ServersArguments,
} from "./connect_arguments.ts";
import { AUDIENCE, ENGINE, IN_TURN, NEW_INFO, PLAN, SETTINGS } from "./inside.ts";
import { MQTTMessageInfo, type Waiting } from "./message_info.ts";
import { type ClientOptions, check_flag, check_seconds, resolve_options, whole_number } from "./options.ts";
import { plain_message } from "./plain_message.ts";
import { type Flag, type PublishArguments, publication_of, without_absent } from "./publication.ts";
import { plan_of } from "./route.ts";
import type { Host, HostFunction } from "./servers.ts";
import { aim_at_service } from "./service.ts";
import { SettingMembers } from "./setting_members.ts";
import { type CleanStart, ClientSettings, type ConnectProperties, check_properties } from "./settings.ts";
import { check_store, keeper_of } from "./store_argument.ts";
import { filters_of, type SubscribeTopic, subscriptions_of } from "./subscription_arguments.ts";

type Types = typeof PacketTypes;

/** The events of `client.on(...)`: paho's callbacks without `on_`, and what karere adds. */
export type ClientEvents<V extends ApiVersion> = EventsOf<CallbackArguments<V>>;

const CLOSE_TIMEOUT_SECONDS = 10;

// Exported below as `Client`, with two defaults that one class cannot have: `new Client()` is of VERSION1, while the
// annotation `Client` means a client of either version.
class ClientClass<V extends ApiVersion> extends SettingMembers<CallbackArguments<V>> {
  static override readonly name = "Client";

  readonly #audience: Audience;
  #store: Store | null;
  /** Null without a store. */
  #keeper: Keeper | null = null;
  #engine: Engine;

  constructor(...args: unknown[]) {
    const options = resolve_options(args);
    super(new ClientSettings(options));
    this.#audience = new Audience(this as unknown as AudienceOwner, options.userdata, options.manual_ack);
    this.#store = options.store;
    this.#engine = this.#new_engine();
  }

  get callback_api_version(): V {
    return this[SETTINGS].options.callback_api_version as V;
  }

  /** Whether the application acknowledges QoS 1 and 2 messages itself, by `ack()`. */
  manual_ack_set(on: boolean | { on: boolean }): void {
    this.#audience.manual_ack = check_flag("on", positional("manual_ack_set", ["on"], [on])[0]);
  }

  /**
   * Keeps QoS 1 and 2 messages, and the state of the session, in a store until they are settled, so that the end of the
   * process loses nothing. Called before anything is published. Beyond paho.
   *
   * ```ts
   * client.store_set("outbox.log"); // as new FileStore("outbox.log") of "karere/store/file"
   * ```
   *
   * @param store a store, or the path of a file for a `FileStore`; null: in memory only.
   * @throws RuntimeError when the client has been used already.
   */
  store_set(store: Store | string | null): void {
    const checked = check_store(store);
    const { state, loops, session } = this.#engine;
    const { queued } = session.counts;
    if (state !== "new" || loops.was_driven || queued > 0 || this.#keeper?.is_used === true) {
      throw new RuntimeError("store_set() comes before connect(), loop_start() and publish()");
    }
    this.#store = checked;
    this.#engine = this.#new_engine();
  }

  // ---- connecting ----------------------------------------------------------------------------------------------

  /**
   * Connects to a broker. What is published or subscribed afterwards waits for the connection, so the `await` may be
   * left out; the broker's answer comes to `on_connect`, once a loop runs.
   *
   * ```ts
   * client.connect("localhost");
   * client.connect("mqtts://kitchen:secret@broker.example.org");
   * client.connect(["first.example.org:1883", "wss://second.example.org/mqtt"]); // in turn, until one accepts
   * ```
   *
   * @param host name or address, with or without a port; or a URL: `mqtt://`, `mqtts://`, `ws://`, `wss://`, `unix:`,
   *   maybe with `user:password@`. Or a list of those, which are tried in turn; or a function that gives one of them
   *   before each attempt (each round of a list), maybe asynchronously. It gets the number of the attempt.
   * @param port default 1883; with a URL 1883, 8883, 80 or 443. For those that do not name their own.
   * @param keepalive seconds, default 60.
   * @param bind_address the local address to use; `""`: any.
   * @param bind_port the local port to use; 0: any.
   * @param clean_start MQTT 5: true, false, or MQTT_CLEAN_START_FIRST_ONLY (default).
   * @param properties MQTT 5: the properties of CONNECT.
   * @returns resolves to MQTT_ERR_SUCCESS when CONNECT is on its way; to MQTT_ERR_NO_CONN when `disconnect()` or
   *   another `connect()` came first. Rejects with `TransportError` when the broker cannot be reached.
   * @throws ValueError or TypeError, at once, for what is not allowed.
   */
  connect(
    host: Host | HostFunction | ConnectArguments | ServersArguments,
    port?: number | Named<ConnectArguments, "host">,
    keepalive?: number | Named<ConnectArguments, "host" | "port">,
    bind_address?: string | Named<ConnectArguments, "host" | "port" | "keepalive">,
    bind_port?: number | Pick<ConnectArguments, "bind_port" | "clean_start" | "properties">,
    clean_start?: CleanStart | Pick<ConnectArguments, "clean_start" | "properties">,
    properties?: ConnectProperties | null | Pick<ConnectArguments, "properties">,
  ): Promise<MQTTErrorCode>;
  connect(...args: unknown[]): Promise<MQTTErrorCode> {
    aim(this[SETTINGS], "connect", args);
    this.#audience.watch_for_loop();
    return this.#engine.connect();
  }

  /** As `connect()`, but only remembers where: `loop_start()`, `loop_forever()` or `reconnect()` open the connection. */
  connect_async(
    host: Host | HostFunction | ConnectArguments | ServersArguments,
    port?: number | Named<ConnectArguments, "host">,
    keepalive?: number | Named<ConnectArguments, "host" | "port">,
    bind_address?: string | Named<ConnectArguments, "host" | "port" | "keepalive">,
    bind_port?: number | Pick<ConnectArguments, "bind_port" | "clean_start" | "properties">,
    clean_start?: CleanStart | Pick<ConnectArguments, "clean_start" | "properties">,
    properties?: ConnectProperties | null | Pick<ConnectArguments, "properties">,
  ): void;
  connect_async(...args: unknown[]): void {
    aim(this[SETTINGS], "connect_async", args);
    this.#audience.watch_for_loop();
    this.#engine.connect_async();
  }

  /**
   * Connects to a broker that DNS names for a domain: by its SRV records `_mqtt._tcp`, or `_secure-mqtt._tcp` with TLS.
   * They are tried by priority and weight, each for `connect_timeout`; the first that works becomes `host` and `port`.
   *
   * @param domain default: the domain of this machine.
   * @param named the arguments of `connect()`, and `resolve_srv`: what looks the records up in place of Node's DNS.
   * @returns as {@link connect}; rejects with ValueError when there is no such broker, or when none can be reached.
   */
  connect_srv(
    domain?: string | null | ConnectSrvArguments,
    keepalive?: number | Named<ConnectSrvArguments, "domain">,
    bind_address?: string | Named<ConnectSrvArguments, "domain" | "keepalive">,
    bind_port?: number | Named<ConnectSrvArguments, "domain" | "keepalive" | "bind_address">,
    clean_start?: CleanStart | Pick<ConnectSrvArguments, "clean_start" | "properties" | "resolve_srv">,
    properties?: ConnectProperties | null | Pick<ConnectSrvArguments, "properties" | "resolve_srv">,
    named?: Pick<ConnectSrvArguments, "resolve_srv">,
  ): Promise<MQTTErrorCode>;
  connect_srv(...args: unknown[]): Promise<MQTTErrorCode> {
    aim_at_service(this[SETTINGS], args);
    this.#audience.watch_for_loop();
    return this.#engine.connect();
  }

  /**
   * Connects again to where the client was, keeping what is queued and restoring its subscriptions.
   *
   * @returns as {@link connect}.
   * @throws ValueError when there was no `connect()` and no `host` is set.
   */
  reconnect(): Promise<MQTTErrorCode> {
    if (!this[SETTINGS].servers.are_named) throw new ValueError("there is no host yet: call connect() first");
    this.#audience.watch_for_loop();
    return this.#engine.reconnect();
  }

  /**
   * Ends the connection, after what was handed over has left, however many messages that is; or ends the attempts to
   * get one. A broker that makes no room for more within one and a half times the keepalive is not waited for.
   *
   * @param reasoncode MQTT 5: the reason that the broker is told.
   * @param properties MQTT 5: the properties of DISCONNECT.
   * @returns MQTT_ERR_SUCCESS, or MQTT_ERR_NO_CONN when there was no connection.
   */
  disconnect(
    reasoncode?:
      | ReasonCode
      | null
      | { reasoncode?: ReasonCode | null; properties?: Properties<Types["DISCONNECT"]> | null },
    properties?:
      | Properties<Types["DISCONNECT"]>
      | null
      | { properties?: Properties<Types["DISCONNECT"]> | null },
  ): MQTTErrorCode;
  disconnect(...args: unknown[]): MQTTErrorCode {
    const [reasoncode, properties] = positional("disconnect", ["reasoncode", "properties"], args);
    if (reasoncode != null && !(reasoncode instanceof ReasonCode)) {
      throw new TypeError(`reasoncode must be a ReasonCode, not ${name_type(reasoncode)}`);
    }
    const checked = check_properties(properties, PacketTypes.DISCONNECT, this.protocol);
    this.#audience.stop_watching();
    return this.#engine.disconnect(reasoncode?.value ?? 0, checked, true);
  }

  /**
   * Waits until everything published has reached its end, then disconnects and waits for that. Beyond paho.
   *
   * ```ts
   * await using client = new Client(CallbackAPIVersion.VERSION2); // closed at the end of the block
   * ```
   *
   * @param options `timeout`: how long to wait, in seconds; default 10. What is not acknowledged by then stays queued, in
   *   the store if there is one; that is closed.
   */
  async close(options: { timeout?: number } = {}): Promise<void> {
    const [timeout = CLOSE_TIMEOUT_SECONDS] = positional("close", ["timeout"], [options]);
    await this.#engine.settled(check_seconds("timeout", timeout, 0) * 1000);
    this.#audience.stop_watching();
    this.#engine.disconnect(0, null, false);
    await this.#engine.gone();
    // Whoever opens the store next may be another: what it holds then is seen when this client needs it again.
    await this.#keeper?.close(() => {
      this.#engine = this.#new_engine();
    });
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }

  /**
   * Looks at once whether the broker is still there, rather than when the keepalive is over: asks it for a sign of life,
   * which has five seconds; or, between two attempts to connect, begins the next. In a browser that happens by itself
   * when the page is shown again or the network is back. Beyond paho.
   */
  check_connection(): void {
    this.#engine.check();
  }

  /** Whether the broker has accepted the connection and it has not ended since. */
  is_connected(): boolean {
    return this.#engine.state === "connected";
  }

  /**
   * Forgets everything that is queued or in flight, and begins with a new client id, session flag and userdata. A store is
   * let go of, with what it holds.
   */
  reinitialise(
    client_id?: string | null | { client_id?: string | null; clean_session?: boolean; userdata?: UserData },
    clean_session?: boolean | { clean_session?: boolean; userdata?: UserData },
    userdata?: UserData,
  ): void;
  reinitialise(...args: unknown[]): void {
    const names = ["client_id", "clean_session", "userdata"];
    const [id, clean, data] = positional("reinitialise", names, args, ["userdata"]);
    const old = this[SETTINGS];
    const options = resolve_options([
      {
        ...old.options,
        client_id: id ?? "",
        clean_session: old.options.clean_session === null ? null : (clean ?? true),
        userdata: data ?? null,
      },
    ]);
    this.#engine.destroy();
    const error = new RuntimeError("the client was reinitialised", { code: "ERR_MQTT_CLOSED" });
    for (const { ticket } of this.#engine.session.take_all()) (ticket as MQTTMessageInfo).fail(error);
    const { options: _, ...kept } = old;
    this[SETTINGS] = Object.assign(new ClientSettings(options), kept);
    this.#audience.userdata = options.userdata;
    void this.#keeper?.close().catch((error) => this.#audience.warn(error.message));
    this.#store = null;
    this.#engine = this.#new_engine();
  }

  // ---- the loops -----------------------------------------------------------------------------------------------

  /**
   * Runs the client until it is disconnected, reconnecting in between, and keeps the process alive meanwhile.
   *
   * @param timeout kept for paho's signature.
   * @param retry_first_connection whether a first connection that fails is tried again. Default false.
   * @returns resolves to MQTT_ERR_SUCCESS after `disconnect()`, to another code after a loss that is not repaired.
   *   Rejects with the error of a first connection (of `connect_async`) that failed, or with that of a callback if
   *   `stop_on_error` is set.
   */
  loop_forever(
    timeout?: number | LoopForeverArguments,
    retry_first_connection?: boolean | Omit<LoopForeverArguments, "timeout">,
    named?: Pick<LoopForeverArguments, "stop_on_error">,
  ): Promise<MQTTErrorCode>;
  loop_forever(...args: unknown[]): Promise<MQTTErrorCode> {
    const names = ["timeout", "retry_first_connection", "stop_on_error"];
    const [timeout, retry_first_connection, stop_on_error] = positional("loop_forever", names, args);
    check_seconds("timeout", timeout ?? 1, 0);
    this.#audience.stop_watching();
    return this.#engine.loop_forever({
      retry_first_connection: retry_first_connection === true,
      stop_on_error: stop_on_error === true,
    });
  }

  /**
   * Runs the client in the background. As paho's thread does not, this does not keep the process alive by itself: only
   * while something published or subscribed is still on its way.
   *
   * @param options `daemon`: false keeps the process alive until `loop_stop()` or `disconnect()`. Default true.
   * @returns MQTT_ERR_SUCCESS, or MQTT_ERR_INVAL when a loop runs already.
   */
  loop_start(options: { daemon?: boolean } = {}): MQTTErrorCode {
    const [daemon] = positional("loop_start", ["daemon"], [options]);
    this.#audience.stop_watching();
    return this.#engine.loops.start(daemon !== false);
  }

  /**
   * Ends what `loop_start()` began: no more callbacks, no more reconnecting. The connection stays.
   *
   * @returns MQTT_ERR_SUCCESS, or MQTT_ERR_INVAL when no such loop runs.
   */
  loop_stop(): MQTTErrorCode {
    return this.#engine.loops.stop();
  }

  /**
   * Lets happen what has happened, waiting up to `timeout` seconds (default 1) for something. For programs that call it
   * again and again.
   *
   * @returns resolves to MQTT_ERR_SUCCESS, or to the code with which the connection ended; MQTT_ERR_NO_CONN without one.
   */
  loop(timeout: number | { timeout?: number } = 1): Promise<MQTTErrorCode> {
    const [seconds] = positional("loop", ["timeout"], [timeout]);
    const checked = check_seconds("timeout", seconds ?? 1, 0);
    const running = this.#engine.loop(checked * 1000);
    return running.then((rc) => {
      if (rc === MQTTErrorCode.MQTT_ERR_NO_CONN)
        this.#audience.reporter.log(LogLevel.MQTT_LOG_ERR, "loop() was called without a connection");
      return rc;
    });
  }

  /** For loops of the application's own: reads what has arrived and calls the callbacks. */
  loop_read(_max_packets: number | { max_packets?: number } = 1): MQTTErrorCode {
    return this.#engine.loop_read();
  }

  /** For loops of the application's own: writes what waits. */
  loop_write(): MQTTErrorCode {
    return this.#engine.loop_write();
  }

  /** For loops of the application's own: keepalive; to be called about once a second. */
  loop_misc(): MQTTErrorCode {
    return this.#engine.loop_misc();
  }

  /** For loops of the application's own: whether something waits for `loop_write()`. */
  want_write(): boolean {
    return this.#engine.session.wants_write;
  }

  /** The socket: a `net.Socket` over TCP, a `tls.TLSSocket`, a `WebSocket` of ws; null without a connection. */
  socket(): unknown {
    return this.#engine.socket;
  }

  // ---- messages ------------------------------------------------------------------------------------------------

  /**
   * Publishes a message. It leaves at once, or as soon as there is a connection; never before this returns.
   *
   * @param topic without wildcards. Empty only on MQTT 5 with a TopicAlias that was given with a topic before.
   * @param payload text, bytes, a number (sent as text), or nothing. For objects: `JSON.stringify`.
   * @param qos 0 (default): at most once; 1: at least once; 2: exactly once. It says what the *broker* gets.
   * @param retain whether the broker keeps the message for later subscribers. Default false.
   * @param properties MQTT 5: the properties of PUBLISH; copied.
   * @throws ValueError or TypeError, at once, for what is not allowed; StoreError when there is a store, and it does not
   *   keep the message.
   */
  publish(
    topic: string | PublishArguments,
    payload?: PayloadType | Named<PublishArguments, "topic">,
    qos?: number | Named<PublishArguments, "topic" | "payload">,
    retain?: Flag | Named<PublishArguments, "topic" | "payload" | "qos">,
    properties?: PublishArguments["properties"] | Pick<PublishArguments, "properties">,
  ): MQTTMessageInfo;
  // Not `...args`: this is called for each message.
  publish(
    topic?: unknown,
    payload?: unknown,
    qos?: unknown,
    retain?: unknown,
    properties?: unknown,
    ...more: unknown[]
  ): MQTTMessageInfo {
    this.#engine.touch();
    const { session } = this.#engine;
    const info = this[NEW_INFO](this.#audience);
    const plain =
      more.length === 0 ? plain_message(topic, payload, qos, retain, properties, this.protocol) : null;
    if (plain !== null && session.publish_plainly(plain, info, this.#engine.touched_at)) return info;
    const args = without_absent([topic, payload, qos, retain, properties, ...more]);
    const publication = publication_of(args, this.protocol);
    const { rc, message } = session.publish(publication, this.#engine.touched_at, info);
    if (message === null) return info.turn_away(rc);
    info.rc = rc;
    return info;
  }

  /**
   * Asks the broker for messages.
   *
   * ```ts
   * client.subscribe("a/b", 1);
   * client.subscribe([["a/#", 0], ["b/+", 2]]);
   * ```
   *
   * @param topic a filter, `[filter, qos]`, or a list of those; on MQTT 5 with `SubscribeOptions` in place of a qos.
   * @param qos the highest QoS with which messages shall come. Default 0.
   * @param options MQTT 5: the options, in place of qos.
   * @param properties MQTT 5: the properties of SUBSCRIBE; copied.
   * @returns MQTT_ERR_SUCCESS and the packet id that `on_subscribe` will get, or MQTT_ERR_NO_CONN and null.
   * @throws ValueError or TypeError, at once, for what is not allowed.
   */
  subscribe(
    topic: SubscribeTopic | SubscribeArguments,
    qos?: number | Named<SubscribeArguments, "topic">,
    options?: SubscribeOptions | null | Pick<SubscribeArguments, "options" | "properties">,
    properties?: SubscribeArguments["properties"] | Pick<SubscribeArguments, "properties">,
  ): RequestResult;
  subscribe(...args: unknown[]): RequestResult {
    const names = ["topic", "qos", "options", "properties"];
    const [topic, qos, options, given] = positional("subscribe", names, args);
    const properties = check_properties(given, PacketTypes.SUBSCRIBE, this.protocol);
    const subscriptions = subscriptions_of(topic, qos, options, this.protocol);
    const { rc, mid } = this.#engine.session.subscribe(subscriptions, properties);
    this.#engine.touch();
    return [rc, mid];
  }

  /**
   * Gives subscriptions up.
   *
   * @param topic a filter, or a list of filters, as they were subscribed.
   * @param properties MQTT 5: the properties of UNSUBSCRIBE; copied.
   * @returns as {@link subscribe}, for `on_unsubscribe`.
   */
  unsubscribe(
    topic:
      | string
      | readonly string[]
      | { topic: string | readonly string[]; properties?: Properties<Types["UNSUBSCRIBE"]> | null },
    properties?:
      | Properties<Types["UNSUBSCRIBE"]>
      | null
      | { properties?: Properties<Types["UNSUBSCRIBE"]> | null },
  ): RequestResult;
  unsubscribe(...args: unknown[]): RequestResult {
    const [topic, given] = positional("unsubscribe", ["topic", "properties"], args);
    const properties = check_properties(given, PacketTypes.UNSUBSCRIBE, this.protocol);
    const { rc, mid } = this.#engine.session.unsubscribe(filters_of(topic), properties);
    this.#engine.touch();
    return [rc, mid];
  }

  /**
   * With `manual_ack`: acknowledges a message that `on_message` got. Until then the broker holds it, and sends it again
   * after a reconnect.
   *
   * @param mid `message.mid`.
   * @param qos `message.qos`; kept for paho's signature.
   * @returns MQTT_ERR_SUCCESS, also when there was nothing to acknowledge.
   */
  ack(mid: number | { mid: number; qos: number }, qos?: number | null | { qos: number }): MQTTErrorCode;
  ack(...args: unknown[]): MQTTErrorCode {
    const [id] = positional("ack", ["mid", "qos"], args);
    if (this.#audience.manual_ack) {
      this.#engine.session.ack(whole_number("mid", id, 0, 65535));
      this.#engine.touch();
    }
    return MQTTErrorCode.MQTT_ERR_SUCCESS;
  }

  /**
   * Waits until the queue has room: at most half of `max_queued_messages` and of `max_queued_bytes` is used. For programs
   * that can wait before they publish more. Beyond paho.
   *
   * ```ts
   * for (let number = 1; number <= 1_000_000; number++) {
   *   await client.ready();
   *   client.publish("numbers", number, 1);
   * }
   * ```
   *
   * @throws (rejects) when nobody makes room: RuntimeError as `wait_for_publish()`; StoreError when the store cannot be
   *   opened.
   */
  async ready(): Promise<void> {
    await this.#keeper?.open();
    await this.#engine.has_room();
    if (!this.#engine.session.has_room) throw this.#audience.given_up() ?? unconnected_error();
  }

  /**
   * What an earlier process has published with this store and this one has still to send, in that order; after `close()`
   * also what this one had published before. Known once the store is open: at once, or with a store that answers by
   * promises after `ready()` or `connect()`. Beyond paho.
   */
  restored(): readonly MQTTMessageInfo[] {
    const opening = this.#keeper?.open();
    // Who connects hears of it.
    opening?.catch(() => {});
    return (this.#keeper?.restored ?? []) as readonly MQTTMessageInfo[];
  }

  /** How much is queued, in flight, dropped. Beyond paho. */
  stats(): ClientStats {
    return { ...this.#engine.session.counts, reconnects: this.#engine.reconnects };
  }

  #new_engine(): Engine {
    const { clock } = this.#audience;
    this.#keeper = keeper_of(this.#store, this.#audience, clock, this.#keeper);
    const engine = new Engine(this.#audience, clock, this.#keeper);
    const { min_reconnect_delay, max_reconnect_delay } = this[SETTINGS];
    engine.backoff.configure(min_reconnect_delay * 1000, max_reconnect_delay * 1000);
    return engine;
  }

  // ---- for the house -------------------------------------------------------------------------------------------

  /** @internal */
  override get [AUDIENCE](): Audience {
    return this.#audience;
  }

  /** @internal */
  override get [ENGINE](): Engine {
    return this.#engine;
  }

  /** @internal Whether a message waits for the handler of the one before. */
  [IN_TURN] = true;

  /** @internal */
  [NEW_INFO](waiting: Waiting): MQTTMessageInfo {
    return new MQTTMessageInfo(0, waiting);
  }

  /** @internal */
  async [PLAN](attempt: number, signal: AbortSignal): Promise<Plan> {
    if (this.#keeper !== null) await this.#keeper.open();
    await this.#audience.before_attempt();
    const timeout_ms = this.connect_timeout * 1000;
    const asking = { attempt, signal, timeout_ms, clock: this.#audience.clock };
    return plan_of(this[SETTINGS], asking, (risk) => this.#audience.warn(risk));
  }
}

/**
 * An MQTT client with paho's names.
 *
 * ```ts
 * const client = new Client(CallbackAPIVersion.VERSION2);
 * client.on_connect = () => client.subscribe("sensors/#");
 * client.on_message = (client, userdata, message) => console.log(message.topic, message.text());
 * client.connect("localhost");
 * await client.loop_forever();
 * ```
 */
// biome-ignore lint/suspicious/noExplicitAny: `Client` without more, as an annotation, is a client of either version.
export interface Client<V extends ApiVersion = any> extends ClientClass<V> {}

/** What `new Client(...)` takes. Without a version it makes a `Client<1>`. */
export interface ClientConstructor {
  /** As in paho 1.x: a client of VERSION1. */
  new <V extends ApiVersion = 1>(...args: V extends 1 ? OldClientArguments : [never]): Client<V>;
  new <V extends ApiVersion = 1>(named: NamedClientArguments<V>): Client<V>;
  /** Without a version: a client of VERSION1. */
  new <V extends ApiVersion = 1>(
    callback_api_version: V extends 1 ? null | undefined : never,
    ...later: LaterClientArguments
  ): Client<V>;
  /**
   * @param callback_api_version the shape of the callbacks. Default VERSION1, as paho.
   * @param client_id see {@link ClientOptions}, as for all that follow. All may be given by name in one object.
   * @throws ValueError or TypeError for what is not allowed.
   */
  new <V extends ApiVersion = 1>(...args: ClientArguments<V>): Client<V>;
}

export const Client: ClientConstructor = ClientClass;
