// Decides how a helper that connects, does one thing and leaves is set up and ends: with its result, with the broker's
// refusal, or when its time is over. What both helper modules share.

import type { WillArguments } from "../client/call_arguments.ts";
import { Client } from "../client/client.ts";
import type { ConnectArguments } from "../client/connect_arguments.ts";
import type { TransportName } from "../client/options.ts";
import { check_seconds } from "../client/options.ts";
import { type ProxyArguments, proxy_parameters } from "../client/proxy_arguments.ts";
import { check_port } from "../client/server_address.ts";
import type { Host, HostFunction } from "../client/servers.ts";
import { check_keepalive } from "../client/settings.ts";
import { type TlsArguments, tls_parameters } from "../client/tls_arguments.ts";
import { CallbackAPIVersion, MQTTProtocolVersion } from "../model/enums.ts";
import { KeyError, MQTTException, TimeoutError, ValueError } from "../model/errors.ts";
import { is_plain_object, positional } from "../model/keywords.ts";
import { unknown_name } from "../model/nearest.ts";
import { system_clock } from "../network/clock.ts";
import { waiting } from "../network/interrupts.ts";
import { node_tls_options, type TlsContext } from "../transport/ways.ts";

const SESSION_TAKEN_OVER = 0x8e;

/** User name and password for a helper. */
export interface Auth {
  username: string;
  password?: string | Uint8Array | null;
}

/** TLS for a helper: the arguments of `tls_set()`, with what `tls_insecure_set()` gets as `insecure`, or a context. */
export type Tls = (TlsArguments & { insecure?: boolean }) | TlsContext;

/** What all helpers take to reach the broker, in paho's order, by name. */
export interface Destination {
  /** A name, address or URL, or a list of them, or a function that gives one, as for `connect()`. Default "localhost". */
  hostname?: Host | HostFunction;
  /** Default 1883, or what is usual for a URL. */
  port?: number;
  client_id?: string;
  /** Seconds, default 60. */
  keepalive?: number;
  will?: WillArguments | null;
  auth?: Auth | null;
  /** Turns TLS on: the arguments of `tls_set()`, and `insecure`; or what `tls_set_context()` takes. */
  tls?: Tls | null;
  /** MQTTv31, MQTTv311 (default) or MQTTv5. */
  protocol?: MQTTProtocolVersion;
  /** "tcp" (default), "websockets" or "unix". */
  transport?: TransportName;
  /** The arguments of `proxy_set()`. */
  proxy_args?: ProxyArguments | null;
  /** How long the whole may take, in seconds; null (default): as long as it takes. Beyond paho. */
  timeout?: number | null;
}

/** The parameters that all helpers have in the same places, in paho's order; `proxy_args` follows last. */
export const destination_parameters = [
  "hostname",
  "port",
  "client_id",
  "keepalive",
  "will",
  "auth",
  "tls",
  "protocol",
  "transport",
] as const satisfies readonly (keyof Destination)[];

/** Those whose value is an object of its own, not named arguments. */
export const object_parameters = ["will", "auth", "tls", "proxy_args", "userdata"] as const;

/** One call's arguments by name, whichever way they were given. */
export function named_arguments<Name extends string>(
  call: string,
  parameters: readonly Name[],
  args: readonly unknown[],
): Partial<Record<Name, unknown>> {
  const values = positional(call, parameters, args, object_parameters);
  const entries = parameters.map((name, index) => [name, values[index]] as const);
  return Object.fromEntries(entries.filter(([, value]) => value !== undefined)) as Partial<
    Record<Name, unknown>
  >;
}

/** Who hears of each connection of a helper: the blocking flavour, which has to end those that a script leaves. */
export const watch: { begun?: (shot: OneShot) => void } = {};

/** One connection of a helper. */
export class OneShot {
  readonly client: Client<2>;
  readonly #client_id: string;
  readonly #place: Pick<ConnectArguments, "host" | "port">;
  /** How many there are to be tried. */
  readonly #servers: number;
  readonly #keepalive: number;
  readonly #timeout: number | null;
  #fail: (error: unknown) => void = () => {};

  /** @throws ValueError, TypeError or KeyError for what is not allowed; nothing has been opened then. */
  constructor(to: Destination, clean_session: boolean | null, userdata: unknown = null) {
    const protocol = to.protocol ?? MQTTProtocolVersion.MQTTv311;
    this.#client_id = to.client_id ?? "";
    this.client = new Client(CallbackAPIVersion.VERSION2, {
      client_id: this.#client_id,
      clean_session: protocol === MQTTProtocolVersion.MQTTv5 ? null : clean_session,
      userdata,
      protocol,
      transport: to.transport ?? "tcp",
    });
    this.#place = {
      host: to.hostname ?? "localhost",
      ...(to.port == null ? {} : { port: check_port(to.port) }),
    };
    this.#servers = Array.isArray(to.hostname) ? to.hostname.length : 1;
    this.#keepalive = check_keepalive(to.keepalive ?? 60);
    this.#timeout = to.timeout == null ? null : check_seconds("timeout", to.timeout, 0);
    if (to.proxy_args != null) set_proxy(this.client, to.proxy_args);
    if (to.auth != null) set_auth(this.client, to.auth);
    if (to.will != null) this.client.will_set(to.will);
    if (to.tls != null) set_tls(this.client, to.tls);
  }

  /** Ends the helper with an error. */
  fail(error: unknown): void {
    this.#fail(error);
  }

  /**
   * Connects and does `act` as often as the broker accepts a connection, until it has resolved once or `act` gives up;
   * then disconnects. `what` names it for the time-out.
   */
  async run<T>(what: string, act: (failed: Promise<never>) => Promise<T>): Promise<T> {
    const { client } = this;
    const failed = waiting<never>((_, reject) => {
      this.#fail = reject;
    });
    watch.begun?.(this);
    failed.catch(() => {});
    let last: Error | null = null;
    // One chance is spent by a refusal, half a one by a server that hangs up: it may be about to restart.
    let chances = this.#servers;
    let was_accepted = false;
    const missed = (error: Error | null) => {
      last = error ?? last;
      const is_refusal = error instanceof MQTTException && error.code === "ERR_MQTT_CONNECT_REFUSED";
      chances -= is_refusal ? 1 : 0.5;
      if (!was_accepted && chances <= 0 && last !== null) this.fail(last);
    };
    const too_late = () => this.fail(late_error(`${what} took longer than ${this.#timeout} s`, last));
    const cancel = this.#timeout === null ? null : system_clock.after(this.#timeout * 1000, too_late);
    client.on("connect", (_client, _userdata, _flags, reason_code) => {
      was_accepted ||= !reason_code.is_failure;
    });
    client.on("connect_fail", (_client, _userdata, error) => missed(error));
    client.on("disconnect", (_client, _userdata, flags, reason_code) => {
      if (reason_code.value !== 0) missed(flags.error);
      if (!flags.is_disconnect_packet_from_server || reason_code.value !== SESSION_TAKEN_OVER) return;
      // The client does not come back from this.
      const text = `${reason_code}: another client has connected with the client id "${this.#client_id}"`;
      this.fail(new MQTTException(text, { code: "ERR_MQTT_CONNECTION_LOST" }));
    });
    try {
      client.loop_start({ daemon: false });
      const connecting = client.connect({ ...this.#place, keepalive: this.#keepalive });
      await Promise.race([connecting, failed]);
      return await Promise.race([act(failed), failed]);
    } finally {
      cancel?.();
      // Whatever comes now, nobody waits for a failure any more.
      this.#fail(null);
      await client.close({ timeout: 0 });
    }
  }
}

/** What was in the way says more than that the time is over. */
function late_error(text: string, cause: Error | null): TimeoutError {
  return cause === null ? new TimeoutError(text) : new TimeoutError(`${text}: ${cause.message}`, { cause });
}

/** @throws ValueError unless it is an object, TypeError for a member that does not exist. */
function check_members(argument: string, value: unknown, names: readonly string[]): void {
  if (!is_plain_object(value)) {
    throw new ValueError(`${argument} must be an object such as { ${names.slice(0, 2).join(", ")} }`);
  }
  for (const name of Object.keys(value)) {
    if (!names.includes(name)) throw new TypeError(unknown_name(argument, name, names, "member"));
  }
}

function set_auth(client: Client<2>, auth: Auth): void {
  check_members("auth", auth, ["username", "password"]);
  if (auth.username == null || auth.username === "") throw new KeyError("auth has no username");
  client.username_pw_set(auth.username, auth.password ?? null);
}

function set_proxy(client: Client<2>, proxy_args: ProxyArguments): void {
  check_members("proxy_args", proxy_args, proxy_parameters);
  client.proxy_set(proxy_args);
}

function set_tls(client: Client<2>, tls: Tls): void {
  if (!is_plain_object(tls)) {
    client.tls_set_context(tls as TlsContext);
    return;
  }
  const { insecure, ...settings } = tls;
  if (insecure !== undefined) client.tls_insecure_set(insecure as boolean);
  const paho_names: readonly string[] = tls_parameters;
  const is_context = Object.keys(settings).some(
    (name) => node_tls_options.includes(name) && !paho_names.includes(name),
  );
  if (is_context) {
    client.tls_set_context(settings as TlsContext);
    return;
  }
  check_members("tls", settings, tls_parameters);
  client.tls_set(settings as TlsArguments);
}
