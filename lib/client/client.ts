// Decides what the user sees: paho's Client, name for name. Each method checks its arguments, then says one thing to
// the engine; rules live below.

import { LogLevel, MQTTErrorCode, type MQTTProtocolVersion } from "../model/enums.ts";
import { RuntimeError, ValueError } from "../model/errors.ts";
import { is_plain_object, positional } from "../model/keywords.ts";
import { LazyMap } from "../model/lazy.ts";
import { MQTTMessage } from "../model/message.ts";
import { PacketTypes } from "../model/packettypes.ts";
import type { PayloadType } from "../model/payload.ts";
import type { Properties } from "../model/properties.ts";
import { ReasonCode } from "../model/reasoncodes.ts";
import type { SubscribeOptions } from "../model/subscribeoptions.ts";
import { name_type } from "../model/type_names.ts";
import type { Plan, Round } from "../network/attempts.ts";
import { type Clock, system_clock } from "../network/clock.ts";
import { is_closed } from "../network/connection_state.ts";
import { Engine, type EngineEvent, type EngineOwner, type SettledEvent } from "../network/engine.ts";
import { goes_on } from "../network/interrupts.ts";
import type { Keeper, KeeperOwner } from "../network/keeper.ts";
import type { SessionSettings } from "../protocol/settings.ts";
import type { Store } from "../store/store.ts";
import type { TlsContext, WebSocketHeaders } from "../transport/ways.ts";
import {
  type ApiVersion,
  type CallbackArguments,
  connect_arguments,
  disconnect_arguments,
  type PublishedPacket,
  publish_arguments,
  type Shape,
  subscribe_arguments,
  type UserData,
  unsubscribe_arguments,
} from "./callback_api.ts";
import { callback_warnings, loop_callbacks } from "./callback_checks.ts";
import {
  CallbackMembers,
  type EventsOf,
  type MessageCallbackArguments,
  type MessageHandler,
} from "./callback_members.ts";
import { all_of, call_all, call_one, type EventEmitter, has_callback } from "./callbacks.ts";
import {
  aim,
  type ConnectArguments,
  type ConnectSrvArguments,
  type ServersArguments,
} from "./connect_arguments.ts";
import { type Credentials, type CredentialsFunction, check_password, check_username } from "./credentials.ts";
import { check_logger, type Logger } from "./logging.ts";
import { MQTTMessageInfo, type Waiting } from "./message_info.ts";
import {
  type ClientOptions,
  check_flag,
  check_seconds,
  check_transport,
  resolve_options,
  type TransportName,
  whole_number,
} from "./options.ts";
import { packet_text } from "./packet_text.ts";
import { plain_message } from "./plain_message.ts";
import type { ProxyArguments } from "./proxy_arguments.ts";
import { proxy_of } from "./proxy_settings.ts";
import {
  type Flag,
  type PublishArguments,
  publication_of,
  refuse_object_payload,
  without_absent,
} from "./publication.ts";
import { Reporter, type ReporterOwner } from "./reporter.ts";
import { plan_of } from "./route.ts";
import { type MessageCallback, Router } from "./router.ts";
import { check_port } from "./server_address.ts";
import type { Host, HostFunction } from "./servers.ts";
import { aim_at_service } from "./service.ts";
import {
  type CleanStart,
  ClientSettings,
  type ConnectProperties,
  check_keepalive,
  check_properties,
  make_will,
  type SharedOptions,
} from "./settings.ts";
import { check_store, keeper_of } from "./store_argument.ts";
import { filters_of, type SubscribeTopic, subscriptions_of } from "./subscription_arguments.ts";
import type { TlsArguments } from "./tls_arguments.ts";
import type { WsArguments } from "./ws_settings.ts";

type Types = typeof PacketTypes;
type Named<T, Given extends keyof T = never> = Omit<T, Given>;

export interface WillArguments {
  topic: string;
  payload?: PayloadType;
  /** 0, 1 or 2. */
  qos?: number;
  retain?: Flag;
  properties?: Properties<Types["WILLMESSAGE"]> | null;
}

export interface SubscribeArguments {
  topic: SubscribeTopic;
  /** 0, 1 or 2. */
  qos?: number;
  options?: SubscribeOptions | null;
  properties?: Properties<Types["SUBSCRIBE"]> | null;
}

export interface LoopForeverArguments {
  /** Kept for paho's signature; the loop here wakes when something happens. */
  timeout?: number;
  /** Whether a first connection that fails is tried again. Default false. */
  retry_first_connection?: boolean;
  /** Whether a callback that throws ends the loop, which then rejects with that error. Default false. */
  stop_on_error?: boolean;
}

/** The result of `subscribe()` and `unsubscribe()`: a code, and the packet id (null when nothing was sent). */
export type RequestResult = readonly [rc: MQTTErrorCode, mid: number | null];

/** What `stats()` counts. */
export interface ClientStats {
  /** Messages that wait to be sent. */
  readonly queued: number;
  /** QoS 1 and 2 messages that are sent and not yet acknowledged. */
  readonly in_flight: number;
  /** Bytes of payload and topic of both. */
  readonly bytes: number;
  /** Messages that were given up: refused by a limit, expired, or QoS 0 on a lost connection. */
  readonly dropped: number;
  /** How often the connection was opened again. */
  readonly reconnects: number;
}

/** The events of `client.on(...)`: paho's callbacks without `on_`, and what karere adds. */
export type ClientEvents<V extends ApiVersion> = EventsOf<CallbackArguments<V>>;

const CLOSE_TIMEOUT_SECONDS = 10;
/** After this long without a loop, a client that is waiting for one says so. */
const NO_LOOP_MS = 2000;

// Exported below as `Client`, with two defaults that one class cannot have: `new Client()` is of VERSION1, while the
// annotation `Client` means a client of either version.
class ClientClass<V extends ApiVersion> extends CallbackMembers<CallbackArguments<V>> {
  static override readonly name = "Client";

  /** Whether what a callback throws is only logged: no `callback_error`, nothing on the console. Default false. */
  suppress_exceptions = false;

  #settings: ClientSettings;
  #store: Store | null;
  /** Null without a store. */
  #keeper: Keeper | null = null;
  #engine: Engine;
  readonly #clock: Clock;
  readonly #router = new Router();
  /** What somebody waits for, and how many do. */
  readonly #awaited = new LazyMap<MQTTMessageInfo, number>();
  readonly #inside: EngineOwner & ReporterOwner & Waiting & KeeperOwner;
  readonly #reporter: Reporter;
  #userdata: UserData;
  #manual_ack: boolean;
  #cancel_loop_check: (() => void) | null = null;
  /** Why waiting for messages was given up last. */
  #given_up: Error | null = null;

  constructor(...args: unknown[]) {
    super();
    const options = resolve_options(args);
    this.#settings = new ClientSettings(options);
    this.#userdata = options.userdata;
    this.#manual_ack = options.manual_ack;
    this.#clock = system_clock;
    this.#inside = new ClientClass.#Inside(this as unknown as ClientClass<ApiVersion>);
    this.#reporter = new Reporter(this.#inside);
    this.#store = options.store;
    this.#engine = this.#new_engine();
  }

  // ---- settings ------------------------------------------------------------------------------------------------

  /**
   * The broker's name or address, or the path of its socket; `""` before `connect()`. Of several servers the one in
   * use, or tried last. Setting takes what {@link connect} takes; it throws RuntimeError while connected.
   */
  get host(): string {
    return this.#settings.servers.host;
  }
  set host(host: string) {
    this.#change("host", () => {
      const { servers, transport } = this.#settings;
      servers.name(host, null, transport);
    });
  }

  /** The broker's port. Default 1883. */
  get port(): number {
    return this.#settings.servers.port;
  }
  set port(port: number) {
    this.#change("port", () => {
      this.#settings.servers.port = check_port(port);
    });
  }

  /** In seconds; 0 turns it off. Default 60. */
  get keepalive(): number {
    return this.#settings.keepalive;
  }
  set keepalive(keepalive: number) {
    this.#change("keepalive", () => {
      this.#settings.keepalive = check_keepalive(keepalive);
    });
  }

  /**
   * The way to the broker: "tcp", "websockets" or "unix", where the host is the path of a socket. A host that is a URL
   * names its own.
   */
  get transport(): TransportName {
    return this.#settings.servers.current?.url?.transport ?? this.#settings.transport;
  }
  set transport(transport: TransportName) {
    this.#change("transport", () => {
      this.#settings.transport = check_transport(transport);
    });
  }

  /** MQTTv31, MQTTv311 or MQTTv5: the configured one, or MQTTv31 after a broker refused 3.1.1. */
  get protocol(): MQTTProtocolVersion {
    return this.#engine.session.version;
  }

  /** How long opening a connection may take, in seconds. Default 5. */
  get connect_timeout(): number {
    return this.#settings.connect_timeout;
  }
  set connect_timeout(seconds: number) {
    this.#change("connect_timeout", () => {
      if (check_seconds("connect_timeout", seconds, 0) === 0)
        throw new ValueError("connect_timeout must be above 0");
      this.#settings.connect_timeout = seconds;
    });
  }

  /** null: none is sent. */
  get username(): string | null {
    return this.#settings.access.login.username;
  }
  set username(username: string | null) {
    this.#change("username", () => {
      this.#settings.own_access.login.username = check_username(username);
    });
  }

  /** null: none is sent. Reads as text. */
  get password(): string | null {
    const { password } = this.#settings.access.login;
    return password === null ? null : new TextDecoder().decode(password);
  }
  set password(password: string | Uint8Array | null) {
    this.#change("password", () => {
      this.#settings.own_access.login.password = check_password(password);
    });
  }

  /** How many QoS 1 and 2 messages may be in flight; 0: no limit of the client's. Default 20. */
  get max_inflight_messages(): number {
    return this.#settings.max_inflight_messages;
  }
  set max_inflight_messages(count: number) {
    this.#change("max_inflight_messages", () => {
      this.#settings.max_inflight_messages = whole_number("max_inflight_messages", count, 0, 65535);
    });
  }

  /** How many QoS 1 and 2 messages may wait or be in flight; 0: no limit. Default 0. */
  get max_queued_messages(): number {
    return this.#settings.max_queued_messages;
  }
  set max_queued_messages(count: number) {
    this.#change("max_queued_messages", () => {
      this.#settings.max_queued_messages = whole_number(
        "max_queued_messages",
        count,
        0,
        Number.MAX_SAFE_INTEGER,
      );
    });
  }

  /** The topic of the will; null without one. */
  get will_topic(): string | null {
    return this.#settings.will?.topic ?? null;
  }

  /** The payload of the will; null without one. */
  get will_payload(): Uint8Array | null {
    return this.#settings.will?.payload ?? null;
  }

  /** Where log lines go besides `on_log`; null: nowhere. */
  get logger(): Logger | null {
    return this.#reporter.logger;
  }
  set logger(logger: Logger | null) {
    this.#reporter.logger = check_logger(logger);
  }

  get callback_api_version(): V {
    return this.#options.callback_api_version as V;
  }

  /**
   * User name and password for the next connection. A null user name sends neither. For a token that expires: a
   * function, which is called before each attempt to connect, and may be asynchronous.
   *
   * ```ts
   * client.username_pw_set("kitchen", "secret");
   * client.username_pw_set(async () => ({ username: "kitchen", password: await fresh_token() }));
   * ```
   *
   * @param username or a function of the number of the attempt, which gives both. When it throws, rejects or takes
   *   longer than `connect_timeout`, the attempt fails.
   */
  username_pw_set(
    username: string | null | Credentials | CredentialsFunction,
    password?: string | Uint8Array | null | Pick<Credentials, "password">,
  ): void;
  username_pw_set(...args: unknown[]): void {
    this.#settings.own_access.login.set(args);
  }

  /**
   * Turns TLS on. Files are read in this call. Brokers usually have TLS on port 8883; the default port stays 1883.
   *
   * ```ts
   * client.tls_set(); // authorities that Node knows
   * client.tls_set("ca.pem", { certfile: "client.pem", keyfile: "client.key" });
   * ```
   *
   * @param ca_certs see {@link TlsArguments}, as for all that follow.
   * @throws ValueError for a file that cannot be read or does not hold what it should, and for a second call.
   */
  tls_set(
    ca_certs?: TlsArguments["ca_certs"] | TlsArguments,
    certfile?: TlsArguments["certfile"] | Named<TlsArguments, "ca_certs">,
    keyfile?: TlsArguments["keyfile"] | Named<TlsArguments, "ca_certs" | "certfile">,
    cert_reqs?: TlsArguments["cert_reqs"] | Named<TlsArguments, "ca_certs" | "certfile" | "keyfile">,
    tls_version?:
      | TlsArguments["tls_version"]
      | Pick<TlsArguments, "tls_version" | "ciphers" | "keyfile_password" | "alpn_protocols">,
    ciphers?: TlsArguments["ciphers"] | Pick<TlsArguments, "ciphers" | "keyfile_password" | "alpn_protocols">,
    keyfile_password?:
      | TlsArguments["keyfile_password"]
      | Pick<TlsArguments, "keyfile_password" | "alpn_protocols">,
    alpn_protocols?: TlsArguments["alpn_protocols"] | Pick<TlsArguments, "alpn_protocols">,
  ): void;
  tls_set(...args: unknown[]): void {
    this.#settings.own_access.tls.set(args);
  }

  /**
   * Turns TLS on, with what `tls.createSecureContext()` of Node gives, or with Node's options for it and for the
   * connection (`ca`, `cert`, `key`, `minVersion`, `servername` ...). Without an argument: as `tls_set()`.
   */
  tls_set_context(context?: TlsContext | { context: TlsContext } | null): void;
  tls_set_context(...args: unknown[]): void {
    this.#settings.own_access.tls.set_context(args);
  }

  /**
   * Whether the broker's certificate may be for another name than its host; its authority is checked all the same.
   * May be called before or after `tls_set()`. For a broker under test only.
   */
  tls_insecure_set(value: boolean | { value: boolean }): void;
  tls_insecure_set(...args: unknown[]): void {
    this.#settings.own_access.tls.set_insecure(args);
  }

  /**
   * For `transport: "websockets"`: the path, and headers of the request.
   *
   * ```ts
   * client.ws_set_options("/mqtt", async (headers) => ({ ...headers, Authorization: await fresh_token() }));
   * ```
   *
   * @param path default "/mqtt".
   * @param headers are added to the usual ones; or a function that gets the usual ones before each attempt and returns,
   *   or resolves to, those to send. Left out: those of an earlier call stay.
   */
  ws_set_options(path?: string | WsArguments, headers?: WebSocketHeaders | null): void;
  ws_set_options(...args: unknown[]): void {
    this.#settings.own_access.ws.set(args);
  }

  /**
   * The proxy through which the broker is reached; not used for `transport: "unix"`. Without this call it is the one
   * that the environment names (`http://host:port`, `socks5://host:port`), if any: by `mqtt_proxy`, by `http_proxy` or
   * `https_proxy` for WebSockets, or by `all_proxy`; unless `no_proxy` excepts the host.
   *
   * ```ts
   * client.proxy_set({ proxy_type: socks.SOCKS5, proxy_addr: "proxy.example.org" });
   * ```
   */
  proxy_set(proxy_args: ProxyArguments): void;
  proxy_set(...args: unknown[]): void {
    this.#settings.proxy = proxy_of(args);
  }

  /** The message that the broker publishes when this client vanishes. Counts from the next connection on. */
  will_set(
    topic: string | WillArguments,
    payload?: PayloadType | Named<WillArguments, "topic">,
    qos?: number | Named<WillArguments, "topic" | "payload">,
    retain?: Flag | Named<WillArguments, "topic" | "payload" | "qos">,
    properties?: WillArguments["properties"] | Pick<WillArguments, "properties">,
  ): void;
  will_set(...args: unknown[]): void {
    const names = ["topic", "payload", "qos", "retain", "properties"];
    refuse_object_payload(args, names);
    const [topic, payload, qos, retain, properties] = positional("will_set", names, args);
    const version = this.#options.protocol;
    this.#settings.will = make_will(topic, payload, qos ?? 0, retain ?? false, properties, version);
  }

  /** Takes the will back. Counts from the next connection on. */
  will_clear(): void {
    this.#settings.will = null;
  }

  /** Announces this client as a bridge to the broker. Counts from the next connection on. */
  enable_bridge_mode(): void {
    this.#settings.bridge = true;
  }

  /** As setting `max_inflight_messages`. */
  max_inflight_messages_set(inflight: number | { inflight: number }): void;
  max_inflight_messages_set(...args: unknown[]): void {
    const [inflight] = positional("max_inflight_messages_set", ["inflight"], args);
    this.max_inflight_messages = inflight as number;
  }

  /** As setting `max_queued_messages`; returns the client. */
  max_queued_messages_set(queue_size: number | { queue_size: number }): this;
  max_queued_messages_set(...args: unknown[]): this {
    const [queue_size] = positional("max_queued_messages_set", ["queue_size"], args);
    this.max_queued_messages = queue_size as number;
    return this;
  }

  /** How long the loop waits before it connects again: from `min_delay`, doubling, up to `max_delay` seconds. */
  reconnect_delay_set(
    min_delay: number | { min_delay?: number; max_delay?: number } = 1,
    max_delay: number | { max_delay?: number } = 120,
  ): void {
    const given = positional(
      "reconnect_delay_set",
      ["min_delay", "max_delay"],
      [min_delay, max_delay].slice(0, is_plain_object(min_delay) ? 1 : 2),
    );
    const min = check_seconds("min_delay", given[0] ?? 1, 0);
    const max = check_seconds("max_delay", given[1] ?? 120, 0);
    if (max < min) throw new ValueError(`max_delay must be at least min_delay (${min}), not ${max}`);
    this.#settings.min_reconnect_delay = min;
    this.#settings.max_reconnect_delay = max;
    this.#engine.backoff.configure(min * 1000, max * 1000);
  }

  /** Sets what every callback gets as its second argument. */
  user_data_set(userdata: UserData): void {
    this.#userdata = userdata;
  }

  /** What every callback gets as its second argument. */
  user_data_get(): UserData {
    return this.#userdata;
  }

  /** Whether the application acknowledges QoS 1 and 2 messages itself, by `ack()`. */
  manual_ack_set(on: boolean | { on: boolean }): void {
    this.#manual_ack = check_flag("on", positional("manual_ack_set", ["on"], [on])[0]);
  }

  /** Sends log lines to `logger`: anything with debug, info, warn and error. Default: the console. */
  enable_logger(logger: Logger | null = null): void {
    this.#reporter.logger = check_logger(logger) ?? this.#reporter.logger ?? console;
  }

  /** Stops sending log lines to a logger. `on_log` is not affected. */
  disable_logger(): void {
    this.#reporter.logger = null;
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
    const { state, was_driven, session } = this.#engine;
    const { queued } = session.counts;
    if (state !== "new" || was_driven || queued > 0 || this.#keeper?.is_used === true) {
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
    aim(this.#settings, "connect", args);
    this.#watch_for_loop();
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
    aim(this.#settings, "connect_async", args);
    this.#watch_for_loop();
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
    aim_at_service(this.#settings, args);
    this.#watch_for_loop();
    return this.#engine.connect();
  }

  /**
   * Connects again to where the client was, keeping what is queued and restoring its subscriptions.
   *
   * @returns as {@link connect}.
   * @throws ValueError when there was no `connect()` and no `host` is set.
   */
  reconnect(): Promise<MQTTErrorCode> {
    if (!this.#settings.servers.are_named) throw new ValueError("there is no host yet: call connect() first");
    this.#watch_for_loop();
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
    this.#stop_watching_for_loop();
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
    this.#stop_watching_for_loop();
    this.#engine.disconnect(0, null, false);
    await this.#engine.gone();
    if (this.#keeper === null) return;
    await this.#keeper.close();
    // Whoever opens the store next may be another: what it holds then is seen when this client needs it again.
    this.#engine = this.#new_engine();
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
    client_id:
      | string
      | null
      | { client_id?: string | null; clean_session?: boolean; userdata?: UserData } = "",
    clean_session: boolean | { clean_session?: boolean; userdata?: UserData } = true,
    userdata: UserData = null,
  ): void {
    const names = ["client_id", "clean_session", "userdata"];
    const args = is_plain_object(client_id)
      ? [client_id]
      : is_plain_object(clean_session)
        ? [client_id, clean_session]
        : [client_id, clean_session, userdata];
    const [id, clean, data] = positional("reinitialise", names, args, ["userdata"]);
    const old = this.#settings;
    const options = resolve_options([
      {
        ...old.options,
        client_id: id ?? "",
        clean_session: old.options.clean_session === null ? null : (clean ?? true),
        userdata: data ?? null,
      },
    ]);
    this.#engine.destroy();
    this.#give_up_waiting(new RuntimeError("the client was reinitialised", { code: "ERR_MQTT_CLOSED" }));
    this.#awaited.clear();
    const { options: _, ...kept } = old;
    this.#settings = Object.assign(new ClientSettings(options), kept);
    this.#userdata = options.userdata;
    void this.#keeper?.close().catch((error) => this.#warn(error.message));
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
    this.#stop_watching_for_loop();
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
    this.#stop_watching_for_loop();
    return this.#engine.loop_start(daemon !== false);
  }

  /**
   * Ends what `loop_start()` began: no more callbacks, no more reconnecting. The connection stays.
   *
   * @returns MQTT_ERR_SUCCESS, or MQTT_ERR_INVAL when no such loop runs.
   */
  loop_stop(): MQTTErrorCode {
    return this.#engine.loop_stop();
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
        this.#log(LogLevel.MQTT_LOG_ERR, "loop() was called without a connection");
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
    const info = this._new_info(this.#inside);
    const plain =
      properties === undefined && more.length === 0 ? plain_message(topic, payload, qos, retain) : null;
    if (plain !== null && session.publish_plainly(plain, info)) return info;
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
  ack(mid: number | { mid: number; qos: number }, qos: number | null = null): MQTTErrorCode {
    const [id] = positional("ack", ["mid", "qos"], is_plain_object(mid) ? [mid] : [mid, qos]);
    if (this.#manual_ack) {
      this.#engine.session.ack(whole_number("mid", id, 0, 65535));
      this.#engine.touch();
    }
    return MQTTErrorCode.MQTT_ERR_SUCCESS;
  }

  /** Calls `callback` for the messages whose topic matches `sub`; `on_message` then does not get them. */
  message_callback_add(
    sub: string | MessageCallbackArguments<this>,
    callback?: MessageHandler<this> | Named<MessageCallbackArguments<this>, "sub">,
  ): void;
  message_callback_add(...args: unknown[]): void {
    const [sub, callback] = positional("message_callback_add", ["sub", "callback"], args);
    this.#router.add(sub as string, callback as MessageCallback);
  }

  /** Takes the callback of `sub` away. */
  message_callback_remove(sub: string | { sub: string }): void;
  message_callback_remove(...args: unknown[]): void {
    const [sub] = positional("message_callback_remove", ["sub"], args);
    this.#router.remove(sub as string);
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
    if (!this.#engine.session.has_room) throw this.#inside.given_up() ?? unconnected_error();
  }

  /**
   * What an earlier process has published with this store and this one has still to send, in that order; known once the
   * store is open: at once, or with a store that answers by promises after `ready()` or `connect()`. Beyond paho.
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
    this.#keeper = keeper_of(this.#store, this.#inside, this.#clock);
    const engine = new Engine(this.#inside, this.#clock, this.#keeper);
    const { min_reconnect_delay, max_reconnect_delay } = this.#settings;
    engine.backoff.configure(min_reconnect_delay * 1000, max_reconnect_delay * 1000);
    return engine;
  }

  // ---- between the engine and the user -------------------------------------------------------------------------

  get #options(): SharedOptions {
    return this.#settings.options;
  }

  get #shape(): Shape {
    return { api: this.#options.callback_api_version, version: this.#engine.session.version };
  }

  /**
   * What the parts of a client see of it: one object, for the closures that it stands for would be a third of what an
   * idle client holds.
   */
  static readonly #Inside = class implements EngineOwner, ReporterOwner, Waiting, KeeperOwner {
    readonly #client: ClientClass<ApiVersion>;

    constructor(client: ClientClass<ApiVersion>) {
      this.#client = client;
    }

    // The engine's

    settings(): SessionSettings {
      return this.#client.#settings.for_session();
    }

    plan(attempt: number, signal: AbortSignal): Promise<Plan> {
      return this.#client.#plan(attempt, signal);
    }

    get round(): Round {
      return this.#client.#settings.servers;
    }

    deliver(event: EngineEvent): void | Promise<void> {
      return this.#client.#deliver(event);
    }

    settle(event: SettledEvent): void {
      this.#client.#settle(event);
    }

    give_up_waiting(error: Error): void {
      this.#client.#give_up_waiting(error);
    }

    get manual_ack(): boolean {
      return this.#client.#manual_ack;
    }

    get in_turn(): boolean {
      return this.#client._in_turn;
    }

    get reconnect_on_failure(): boolean {
      return this.#client.#options.reconnect_on_failure;
    }

    writes_by_hand(): boolean {
      return this.hears("socket_register_write");
    }

    is_watched(): boolean {
      return this.#client.#reporter.is_watched;
    }

    log(event: Extract<EngineEvent, { type: "trace" | "notice" }>): void {
      if (event.type === "notice") this.#client.#log(LogLevel.MQTT_LOG_INFO, `= ${event.text}`);
      else this.#client.#log(LogLevel.MQTT_LOG_DEBUG, `${event.mark} ${packet_text(event.packet)}`);
    }

    warn(text: string): void {
      this.#client.#warn(text);
    }

    hears(callback: string): boolean {
      return has_callback(this.target, callback);
    }

    random(): number {
      return Math.random();
    }

    // The keeper's

    new_ticket(): MQTTMessageInfo {
      return new MQTTMessageInfo(0, this);
    }

    // The reporter's

    get target(): EventEmitter {
      return this.#client as unknown as EventEmitter;
    }

    get userdata(): UserData {
      return this.#client.#userdata;
    }

    get warnings(): boolean {
      return this.#client.#options.warnings;
    }

    get suppress_exceptions(): boolean {
      return this.#client.suppress_exceptions;
    }

    // A message's, for which somebody waits

    begin(info: MQTTMessageInfo): void {
      const client = this.#client;
      client.#awaited.set(info, (client.#awaited.get(info) ?? 0) + 1);
      client.#engine.hold_for_waiter(1);
      if (client.#engine.is_unasked) client.#watch_for_connect();
    }

    end(info: MQTTMessageInfo): void {
      const client = this.#client;
      const left = (client.#awaited.get(info) ?? 1) - 1;
      if (left === 0) client.#awaited.delete(info);
      else client.#awaited.set(info, left);
      client.#engine.hold_for_waiter(-1);
    }

    given_up(): Error | null {
      return this.#client.#engine.has_given_up ? this.#client.#given_up : null;
    }

    after(ms: number, fn: () => void): () => void {
      return this.#client.#clock.after(ms, fn);
    }
  };

  /** @internal For the blocking flavour, which hosts a client in a thread of its own. */
  get _engine(): Engine {
    return this.#engine;
  }

  /** @internal Whether a message waits for the handler of the one before. */
  _in_turn = true;

  /** @internal */
  _new_info(waiting: Waiting): MQTTMessageInfo {
    return new MQTTMessageInfo(0, waiting);
  }

  #change(name: string, apply: () => void): void {
    if (!is_closed(this.#engine.state, this.#engine.session.phase !== "idle")) {
      throw new RuntimeError(
        `${name} cannot be changed while the client is connected or connecting: disconnect() first`,
      );
    }
    apply();
    this.#engine.session.configure(this.#settings.for_session());
  }

  async #plan(attempt: number, signal: AbortSignal): Promise<Plan> {
    if (this.#keeper !== null) await this.#keeper.open();
    await this.#before_attempt();
    const timeout_ms = this.#settings.connect_timeout * 1000;
    const asking = { attempt, signal, timeout_ms, clock: this.#clock };
    return plan_of(this.#settings, asking, (risk) => this.#warn(risk));
  }

  async #before_attempt(): Promise<void> {
    let failure: { error: unknown } | null = null;
    await call_all(this, "pre_connect", [this, this.#userdata], (error, name) => {
      this.#report(error, name);
      failure ??= { error };
    });
    if (failure !== null && !this.suppress_exceptions) throw (failure as { error: unknown }).error;
  }

  #deliver(event: EngineEvent): void | Promise<void> {
    switch (event.type) {
      case "message":
        return this.#deliver_message(event);
      case "connack":
        this.#check_shape();
        return this.#call("connect", connect_arguments(this.#shape, event.packet, event.session_present));
      case "closed":
        if (event.cause.rc !== 0 && event.cause.error !== null) {
          this.#log(LogLevel.MQTT_LOG_ERR, `= ${event.cause.error.message}`);
        }
        return this.#call("disconnect", disconnect_arguments(this.#shape, event.cause));
      case "published":
        return this.#deliver_published(event.message.mid, event.packet);
      case "left":
        for (const { mid } of event.tickets) void this.#deliver_published(mid, null);
        return undefined;
      case "subscribed":
        return this.#call("subscribe", subscribe_arguments(this.#shape, event.packet));
      case "unsubscribed":
        return this.#call("unsubscribe", unsubscribe_arguments(this.#shape, event.packet));
      case "connect_fail":
        this.#log(LogLevel.MQTT_LOG_ERR, `= ${event.error.message}`);
        return this.#call("connect_fail", [event.error]);
      case "socket_open":
      case "socket_close":
        return this.#call(event.type, [event.socket]);
      case "register_write":
      case "unregister_write":
        return this.#call(`socket_${event.type}`, [event.socket]);
      default:
        return undefined;
    }
  }

  #deliver_message({ packet }: Extract<EngineEvent, { type: "message" }>): void | Promise<void> {
    const is_v5 = this.#engine.session.version === 5;
    const message = MQTTMessage.received(packet, is_v5, this.#engine.received_at / 1000);
    const callbacks = this.#router.match(packet.topic);
    if (callbacks.length === 0)
      return call_all(this, "message", [this, this.#userdata, message], ClientClass.#on_failure);
    const pending: Promise<void>[] = [];
    for (const callback of callbacks) {
      const name = callback.name === "" ? "message callback" : callback.name;
      const args = [this, this.#userdata, message];
      const running = call_one(callback as never, this, args, name, ClientClass.#on_failure);
      if (running !== undefined) pending.push(running);
    }
    return all_of(pending);
  }

  #deliver_published(mid: number, packet: PublishedPacket): void | Promise<void> {
    if (!has_callback(this, "publish")) return undefined;
    const api = this.#options.callback_api_version;
    return call_all(
      this,
      "publish",
      publish_arguments(api, this, this.#userdata, mid, packet),
      ClientClass.#on_failure,
    );
  }

  #call(name: string, rest: readonly unknown[]): void | Promise<void> {
    return call_all(this, name, [this, this.#userdata, ...rest], ClientClass.#on_failure);
  }

  /** One for all clients, who would have a closure each. */
  static #on_failure(error: unknown, callback: string, self: unknown): void {
    (self as ClientClass<ApiVersion>).#report(error, callback);
  }

  #settle(event: SettledEvent): void {
    if (event.type === "left") {
      for (const info of event.tickets) (info as MQTTMessageInfo).succeed();
      return;
    }
    if (event.type === "lost") {
      const { tickets, error } = event;
      for (const info of tickets) (info as MQTTMessageInfo).fail(error, MQTTErrorCode.MQTT_ERR_CONN_LOST);
      this.#log(LogLevel.MQTT_LOG_WARNING, `= ${tickets.length} ${error.message}`);
      return;
    }
    const info = event.message.ticket as MQTTMessageInfo;
    if (event.type === "abandoned") {
      info.fail(event.error, MQTTErrorCode.MQTT_ERR_CONN_LOST);
      this.#log(LogLevel.MQTT_LOG_WARNING, `= ${event.error.message}`);
      return;
    }
    const { packet } = event;
    // What PUBCOMP says comes after PUBREC has taken the message: 0x92 means that the broker is done with it already.
    if (packet === null || packet.reason_code < 0x80 || packet.type === PacketTypes.PUBCOMP) {
      info.succeed();
      return;
    }
    const reason = new ReasonCode(packet.type, "", packet.reason_code);
    info.fail(
      new RuntimeError(`the broker refused message ${info.mid} to "${event.message.topic}": ${reason}`, {
        code: "ERR_MQTT_REFUSED",
      }),
    );
  }

  #give_up_waiting(error: Error): void {
    this.#given_up = error;
    for (const info of this.#awaited.keys()) info.give_up(error);
  }

  // ---- warnings ------------------------------------------------------------------------------------------------

  #log(level: LogLevel, text: string): void {
    this.#reporter.log(level, text);
  }

  #warn(text: string): void {
    this.#reporter.warn(text);
  }

  #report(error: unknown, callback_name: string): void {
    if (goes_on(error)) return;
    this.#reporter.failed(error, callback_name);
    if (!this.suppress_exceptions) this.#engine.stop_on(error);
  }

  #check_shape(): void {
    for (const warning of callback_warnings(this, this.#shape)) this.#warn(warning);
  }

  #watch_for_loop(): void {
    this.#stop_watching_for_loop();
    this.#cancel_loop_check = this.#clock.after(NO_LOOP_MS, () => {
      this.#cancel_loop_check = null;
      if (this.#engine.was_driven) return;
      if (this.#engine.state === "connect_async") {
        this.#warn(
          "connect_async() only remembers where the broker is: call loop_start() or loop_forever() to connect",
        );
      } else if (this.#wants_callbacks()) {
        this.#warn(
          "no loop runs, so no callback is ever called: call loop_start() or loop_forever() after connect()",
        );
      }
    });
  }

  /** Somebody waits for a message, and nothing is done about it yet: not for ever. */
  #watch_for_connect(): void {
    this.#clock.after(NO_LOOP_MS, () => {
      if (this.#engine.is_unasked) this.#give_up_waiting(unconnected_error());
    });
  }

  #stop_watching_for_loop(): void {
    this.#cancel_loop_check?.();
    this.#cancel_loop_check = null;
  }

  #wants_callbacks(): boolean {
    if (this.#router.size > 0 || this.#engine.session.is_subscribed) return true;
    return loop_callbacks.some((name) => has_callback(this, name));
  }
}

function unconnected_error(): RuntimeError {
  const text = "nobody sends the message: call connect(), or connect_async() and loop_start()";
  return new RuntimeError(text, { code: "ERR_MQTT_NOT_CONNECTED" });
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

/** The arguments of paho 1.x, which began with the client id. */
export type OldClientArguments = [
  client_id: string,
  clean_session?: boolean | Named<ClientOptions, "callback_api_version" | "client_id"> | null,
  userdata?: UserData,
  protocol?: MQTTProtocolVersion | Named<ClientOptions> | null,
  transport?: TransportName | Named<ClientOptions> | null,
];

/** The arguments of paho 2.x. All may be given by name in one object. */
export type ClientArguments<V extends ApiVersion> = [
  callback_api_version?: V | ClientOptions<V> | null,
  client_id?: string | boolean | Named<ClientOptions, "callback_api_version"> | null,
  clean_session?: UserData,
  userdata?: UserData,
  protocol?: MQTTProtocolVersion | Named<ClientOptions> | null,
  transport?: TransportName | Named<ClientOptions> | null,
  reconnect_on_failure?: boolean | Named<ClientOptions>,
  manual_ack?: boolean | Named<ClientOptions>,
];

/** What `new Client(...)` takes. Without a version it makes a `Client<1>`. */
export interface ClientConstructor {
  /** As in paho 1.x: a client of VERSION1. */
  new (...args: OldClientArguments): Client<1>;
  /**
   * @param callback_api_version the shape of the callbacks. Default VERSION1, as paho.
   * @param client_id see {@link ClientOptions}, as for all that follow. All may be given by name in one object.
   * @throws ValueError or TypeError for what is not allowed.
   */
  new <V extends ApiVersion = 1>(...args: ClientArguments<V>): Client<V>;
}

export const Client: ClientConstructor = ClientClass;
