// Decides what of a client may be set, by paho's properties and `*_set()` methods, and when: what the broker is told once
// for a connection can be changed only without one.

import type { MQTTProtocolVersion } from "../model/enums.ts";
import { RuntimeError, ValueError } from "../model/errors.ts";
import { is_plain_object, positional } from "../model/keywords.ts";
import type { PayloadType } from "../model/payload.ts";
import { is_closed } from "../network/connection_state.ts";
import type { Engine } from "../network/engine.ts";
import type { TlsContext, WebSocketHeaders } from "../transport/ways.ts";
import type { Named, WillArguments } from "./call_arguments.ts";
import { type ArgumentLists, CallbackMembers } from "./callback_members.ts";
import { type Credentials, type CredentialsFunction, check_password, check_username } from "./credentials.ts";
import { ENGINE, SETTINGS } from "./inside.ts";
import { check_seconds, check_transport, type TransportName, whole_number } from "./options.ts";
import type { ProxyArguments } from "./proxy_arguments.ts";
import { proxy_of } from "./proxy_settings.ts";
import { type Flag, refuse_object_payload } from "./publication.ts";
import { check_port } from "./server_address.ts";
import { type ClientSettings, check_keepalive, make_will } from "./settings.ts";
import type { TlsArguments } from "./tls_arguments.ts";
import type { WsArguments } from "./ws_settings.ts";

export abstract class SettingMembers<Arguments extends ArgumentLists> extends CallbackMembers<Arguments> {
  /** @internal */
  [SETTINGS]: ClientSettings;

  constructor(settings: ClientSettings) {
    super();
    this[SETTINGS] = settings;
  }

  /** @internal */
  abstract readonly [ENGINE]: Engine;

  /**
   * The broker's name or address, or the path of its socket; `""` before `connect()`. Of several servers the one in
   * use, or tried last. Setting takes what {@link connect} takes; it throws RuntimeError while connected.
   */
  get host(): string {
    return this[SETTINGS].servers.host;
  }
  set host(host: string) {
    change(this, "host", (settings) => {
      const { servers, transport } = settings;
      servers.name(host, null, transport);
    });
  }

  /** The broker's port. Default 1883. */
  get port(): number {
    return this[SETTINGS].servers.port;
  }
  set port(port: number) {
    change(this, "port", (settings) => {
      settings.servers.port = check_port(port);
    });
  }

  /** In seconds; 0 turns it off. Default 60. */
  get keepalive(): number {
    return this[SETTINGS].keepalive;
  }
  set keepalive(keepalive: number) {
    change(this, "keepalive", (settings) => {
      settings.keepalive = check_keepalive(keepalive);
    });
  }

  /**
   * The way to the broker: "tcp", "websockets" or "unix", where the host is the path of a socket. A host that is a URL
   * names its own.
   */
  get transport(): TransportName {
    return this[SETTINGS].servers.current?.url?.transport ?? this[SETTINGS].transport;
  }
  set transport(transport: TransportName) {
    change(this, "transport", (settings) => {
      settings.transport = check_transport(transport);
    });
  }

  /** MQTTv31, MQTTv311 or MQTTv5: the configured one, or MQTTv31 after a broker refused 3.1.1. */
  get protocol(): MQTTProtocolVersion {
    return this[ENGINE].session.version;
  }

  /** How long opening a connection may take, in seconds. Default 5. */
  get connect_timeout(): number {
    return this[SETTINGS].connect_timeout;
  }
  set connect_timeout(seconds: number) {
    change(this, "connect_timeout", (settings) => {
      if (check_seconds("connect_timeout", seconds, 0) === 0)
        throw new ValueError("connect_timeout must be above 0");
      settings.connect_timeout = seconds;
    });
  }

  /** null: none is sent. */
  get username(): string | null {
    return this[SETTINGS].access.login.username;
  }
  set username(username: string | null) {
    change(this, "username", (settings) => {
      settings.own_access.login.username = check_username(username);
    });
  }

  /** null: none is sent. Reads as text. */
  get password(): string | null {
    const { password } = this[SETTINGS].access.login;
    return password === null ? null : new TextDecoder().decode(password);
  }
  set password(password: string | Uint8Array | null) {
    change(this, "password", (settings) => {
      settings.own_access.login.password = check_password(password);
    });
  }

  /** How many QoS 1 and 2 messages may be in flight; 0: no limit of the client's. Default 20. */
  get max_inflight_messages(): number {
    return this[SETTINGS].max_inflight_messages;
  }
  set max_inflight_messages(count: number) {
    change(this, "max_inflight_messages", (settings) => {
      settings.max_inflight_messages = whole_number("max_inflight_messages", count, 0, 65535);
    });
  }

  /** How many QoS 1 and 2 messages may wait or be in flight; 0: no limit. Default 0. */
  get max_queued_messages(): number {
    return this[SETTINGS].max_queued_messages;
  }
  set max_queued_messages(count: number) {
    change(this, "max_queued_messages", (settings) => {
      settings.max_queued_messages = whole_number("max_queued_messages", count, 0, Number.MAX_SAFE_INTEGER);
    });
  }

  /** The topic of the will; null without one. */
  get will_topic(): string | null {
    return this[SETTINGS].will?.topic ?? null;
  }

  /** The payload of the will; null without one. */
  get will_payload(): Uint8Array | null {
    return this[SETTINGS].will?.payload ?? null;
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
    this[SETTINGS].own_access.login.set(args);
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
    this[SETTINGS].own_access.tls.set(args);
  }

  /**
   * Turns TLS on, with what `tls.createSecureContext()` of Node gives, or with Node's options for it and for the
   * connection (`ca`, `cert`, `key`, `minVersion`, `servername` ...). Without an argument: as `tls_set()`.
   */
  tls_set_context(context?: TlsContext | { context: TlsContext } | null): void;
  tls_set_context(...args: unknown[]): void {
    this[SETTINGS].own_access.tls.set_context(args);
  }

  /**
   * Whether the broker's certificate may be for another name than its host; its authority is checked all the same.
   * May be called before or after `tls_set()`. For a broker under test only.
   */
  tls_insecure_set(value: boolean | { value: boolean }): void;
  tls_insecure_set(...args: unknown[]): void {
    this[SETTINGS].own_access.tls.set_insecure(args);
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
    this[SETTINGS].own_access.ws.set(args);
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
    this[SETTINGS].proxy = proxy_of(args);
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
    const version = this[SETTINGS].options.protocol;
    this[SETTINGS].will = make_will(topic, payload, qos ?? 0, retain ?? false, properties, version);
  }

  /** Takes the will back. Counts from the next connection on. */
  will_clear(): void {
    this[SETTINGS].will = null;
  }

  /** Announces this client as a bridge to the broker. Counts from the next connection on. */
  enable_bridge_mode(): void {
    this[SETTINGS].bridge = true;
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
    this[SETTINGS].min_reconnect_delay = min;
    this[SETTINGS].max_reconnect_delay = max;
    this[ENGINE].backoff.configure(min * 1000, max * 1000);
  }
}

function change(
  { [ENGINE]: { state, session }, [SETTINGS]: settings }: SettingMembers<ArgumentLists>,
  name: string,
  apply: (settings: ClientSettings) => void,
): void {
  if (!is_closed(state, session.phase !== "idle")) {
    throw new RuntimeError(
      `${name} cannot be changed while the client is connected or connecting: disconnect() first`,
    );
  }
  apply(settings);
  session.configure(settings.for_session());
}
