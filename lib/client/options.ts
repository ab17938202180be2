// Decides what the constructor takes: each option with its type, meaning, unit, default and check in one place.

import { CallbackAPIVersion, MQTTProtocolVersion } from "../model/enums.ts";
import { ValueError } from "../model/errors.ts";
import { positional } from "../model/keywords.ts";
import { name_type } from "../model/type_names.ts";
import { check_string } from "../model/utf8.ts";
import type { QueuePolicy } from "../protocol/settings.ts";
import type { Store } from "../store/store.ts";
import type { ApiVersion, UserData } from "./callback_api.ts";
import { check_store } from "./store_argument.ts";

/** The largest packet of MQTT: a fixed header of 5 bytes and 268435455 bytes behind it. */
const LARGEST_PACKET = 268_435_460;

/** How many bytes of messages are kept unless the user says otherwise. */
export const DEFAULT_QUEUED_BYTES = 64 * 1024 * 1024;

/** The ways to a broker. */
const transports = ["tcp", "websockets", "unix"] as const;

export type TransportName = (typeof transports)[number];

/** paho's constructor arguments in their order, and after them what karere adds (by name only). */
export interface ClientOptions<V extends ApiVersion = ApiVersion> {
  /** The shape of the callbacks. Default VERSION1; new code takes VERSION2. */
  callback_api_version?: V;
  /** 1 to 65535 bytes of UTF-8. Default "": the broker chooses (a random id is sent on MQTT 3.1). */
  client_id?: string | null;
  /** 3.x only: whether the broker forgets this client at the end of each connection. Default true. */
  clean_session?: boolean | null;
  /** Passed to every callback. Default null. */
  userdata?: UserData;
  /** MQTTv31, MQTTv311 (default) or MQTTv5. */
  protocol?: MQTTProtocolVersion;
  /** The way to the broker: "tcp" (default), "websockets" or "unix", where the host is the path of a socket. */
  transport?: TransportName;
  /** Whether the loop reconnects after a lost connection. Default true. */
  reconnect_on_failure?: boolean;
  /** Whether the application acknowledges messages itself, by `ack()`. Default false. */
  manual_ack?: boolean;
  /** What gives way when a queue limit is reached. Default "reject": the new message. */
  queue_policy?: QueuePolicy;
  /** How many bytes of payload and topic may wait or be in flight; 0: no limit. Default 64 MiB. */
  max_queued_bytes?: number;
  /**
   * How long a message may wait until it is sent for the first time, in seconds; 0: no limit. Then it is dropped. Default
   * 0. What has been sent once is sent again whatever its age.
   */
  max_queued_age?: number;
  /** Larger packets of the broker are refused before they are buffered, in bytes. Default 268435460, the largest of MQTT. */
  max_packet_size?: number;
  /** Whether subscriptions are restored when the broker has lost the session. Default true. */
  resubscribe?: boolean;
  /** Whether QoS 0 messages are kept while there is no connection. Default false, as paho. */
  queue_qos0?: boolean;
  /** Whether warnings, and failures of callbacks, are printed when nobody else takes them. Default true. */
  warnings?: boolean;
  /**
   * Where QoS 1 and 2 messages, and the state of the session, are kept until they are settled, so that the end of the
   * process loses nothing: a store, or the path of a file for a `FileStore`. Default null: in memory.
   */
  store?: Store | string | null;
}

/** The options, all of them, checked. */
export type ResolvedOptions = Readonly<
  Required<Omit<ClientOptions, "callback_api_version" | "client_id" | "clean_session" | "store">>
> & {
  readonly callback_api_version: ApiVersion;
  readonly client_id: string;
  /** Null on MQTT 5. */
  readonly clean_session: boolean | null;
  readonly store: Store | null;
};

const parameters = [
  "callback_api_version",
  "client_id",
  "clean_session",
  "userdata",
  "protocol",
  "transport",
  "reconnect_on_failure",
  "manual_ack",
  "queue_policy",
  "max_queued_bytes",
  "max_queued_age",
  "max_packet_size",
  "resubscribe",
  "queue_qos0",
  "warnings",
  "store",
] as const satisfies readonly (keyof ClientOptions)[];

const queue_policies: readonly QueuePolicy[] = ["reject", "drop_oldest", "latest_per_topic"];

/** @throws ValueError or TypeError for what is not allowed, TypeError for a name that does not exist. */
export function resolve_options(args: readonly unknown[]): ResolvedOptions {
  // paho 1.x began with the client id: "id", or null before a boolean clean_session.
  const is_paho_1 = typeof args[0] === "string" || (args[0] === null && typeof args[1] === "boolean");
  const shifted = is_paho_1 ? [undefined, ...args] : args;
  const values = positional("Client", parameters, shifted, ["userdata"]);
  const given = Object.fromEntries(
    parameters.map((name, index) => [name, values[index] ?? undefined]),
  ) as Record<(typeof parameters)[number], unknown>;
  const protocol = one_of("protocol", given.protocol ?? MQTTProtocolVersion.MQTTv311, [3, 4, 5] as const);
  const client_id = given.client_id ?? "";
  check_string(client_id, "The client id");
  return Object.freeze({
    callback_api_version: api_version(given.callback_api_version ?? CallbackAPIVersion.VERSION1),
    client_id,
    clean_session: clean_session(given.clean_session, protocol, client_id),
    userdata: given.userdata ?? null,
    protocol,
    transport: check_transport(given.transport ?? "tcp"),
    reconnect_on_failure: flag("reconnect_on_failure", given.reconnect_on_failure, true),
    manual_ack: flag("manual_ack", given.manual_ack, false),
    queue_policy: one_of("queue_policy", given.queue_policy ?? "reject", queue_policies),
    max_queued_bytes: whole_number(
      "max_queued_bytes",
      given.max_queued_bytes ?? DEFAULT_QUEUED_BYTES,
      0,
      Number.MAX_SAFE_INTEGER,
    ),
    max_queued_age: check_seconds("max_queued_age", given.max_queued_age ?? 0, 0),
    max_packet_size: whole_number(
      "max_packet_size",
      given.max_packet_size ?? LARGEST_PACKET,
      2,
      LARGEST_PACKET,
    ),
    resubscribe: flag("resubscribe", given.resubscribe, true),
    queue_qos0: flag("queue_qos0", given.queue_qos0, false),
    warnings: flag("warnings", given.warnings, true),
    store: check_store(given.store ?? null),
  });
}

/** @throws TypeError unless it is a number; ValueError unless it is a whole one within the bounds. */
export function whole_number(name: string, value: unknown, min: number, max: number): number {
  if (typeof value !== "number") throw new TypeError(`${name} must be a number, not ${name_type(value)}`);
  if (!Number.isInteger(value) || value < min || value > max) {
    throw new ValueError(`${name} must be a whole number from ${min} to ${max}, not ${value}`);
  }
  return value;
}

/** @throws TypeError unless it is a number; ValueError unless it is at least `min`. */
export function check_seconds(name: string, value: unknown, min: number): number {
  if (typeof value !== "number")
    throw new TypeError(`${name} must be a number of seconds, not ${name_type(value)}`);
  if (!(value >= min)) throw new ValueError(`${name} must be at least ${min} seconds, not ${value}`);
  return value;
}

/** @throws ValueError unless it is the name of a transport, in whatever case. */
export function check_transport(value: unknown): TransportName {
  return one_of("transport", lower_case(value), transports);
}

function api_version(value: unknown): ApiVersion {
  if (value === 1 || value === 2) return value;
  throw new ValueError(
    `callback_api_version must be CallbackAPIVersion.VERSION1 or VERSION2, not ${shown(value)}`,
  );
}

/** A wrong value as an error shows it. */
export function shown(value: unknown): string {
  return typeof value === "string" || typeof value === "number" ? JSON.stringify(value) : name_type(value);
}

function clean_session(value: unknown, protocol: MQTTProtocolVersion, client_id: string): boolean | null {
  if (protocol === MQTTProtocolVersion.MQTTv5) {
    if (value === undefined) return null;
    throw new ValueError("clean_session is for MQTT 3.x: on MQTT 5 use clean_start of connect()");
  }
  const clean = flag("clean_session", value, true);
  if (!clean && client_id === "") {
    // [MQTT-3.1.3-7]
    throw new ValueError(
      "clean_session=false needs a client_id: the broker keeps the session under that name",
    );
  }
  return clean;
}

function flag(name: string, value: unknown, if_absent: boolean): boolean {
  return value === undefined ? if_absent : check_flag(name, value);
}

/** @throws TypeError unless it is true or false; 1 and 0 are the same, as in Python. */
export function check_flag(name: string, value: unknown): boolean {
  if (typeof value === "boolean") return value;
  if (value === 1 || value === 0) return value === 1;
  throw new TypeError(`${name} must be true or false, not ${shown(value)}`);
}

function one_of<T extends string | number>(name: string, value: unknown, allowed: readonly T[]): T {
  if ((allowed as readonly unknown[]).includes(value)) return value as T;
  throw new ValueError(`${name} must be one of ${allowed.join(", ")}, not ${String(value)}`);
}

function lower_case(value: unknown): unknown {
  return typeof value === "string" ? value.toLowerCase() : value;
}
