// Decides which options a broker has, what they are where they are left out, and which values are refused.

import { check_logger, type Logger } from "../client/logging.ts";
import { check_seconds, whole_number } from "../client/options.ts";
import { unknown_name } from "../model/nearest.ts";
import { name_type } from "../model/type_names.ts";
import type { Action, BrokerClient, Verdict } from "./access.ts";

/** What a client shows before it may come in. */
export interface Credentials extends BrokerClient {
  /** As it came; null: none. */
  readonly password: Uint8Array | null;
}

export interface BrokerOptions {
  /**
   * Whether a client may come in: true, or a `ReasonCode` that says why not; false is "Not authorized". It may take its
   * time. What it throws refuses the client, and goes to the logger. Default: all may.
   *
   * ```ts
   * import { PacketTypes, ReasonCode } from "karere";
   * import { Broker } from "karere/broker";
   *
   * const wrong = new ReasonCode(PacketTypes.CONNACK, "Bad user name or password");
   * new Broker({ authenticate: ({ username }) => username === "me" || wrong });
   * ```
   */
  authenticate?: ((client: Credentials) => Verdict | Promise<Verdict>) | null;
  /**
   * Whether a client may publish to a topic, also as its will, or subscribe with a filter: true, or a `ReasonCode` that
   * says why not; false is "Not authorized". Asked for each message: it had better be quick. Default: all may do all.
   *
   * ```ts
   * import { Broker } from "karere/broker";
   *
   * new Broker({ authorize: ({ client_id }, action, topic) => action === "subscribe" || topic === client_id });
   * ```
   */
  authorize?: ((client: BrokerClient, action: Action, topic: string) => Verdict) | null;
  /** Where the log goes: anything with debug, info, warn and error. Default: nowhere. */
  logger?: Logger | null;
  /** The largest packet that a client may send, in bytes. Default 16 MiB. */
  max_packet_size?: number;
  /** As many QoS 1 and 2 messages are on their way to a client at most. Default 20; the client may want fewer. */
  max_inflight_messages?: number;
  /**
   * As many QoS 1 and 2 messages wait at most for a client that is away, or has read nothing for 2 seconds; what is more is
   * dropped. Default 1000. For a client that reads it is 500,000 at least.
   */
  max_queued_messages?: number;
  /**
   * As many bytes wait for a client at most, topics and properties included; those of retained messages do not count. Default
   * 64 MiB. For QoS 0 it is 4 MiB at least, and no more than that for a client that has read nothing for 2 seconds.
   */
  max_queued_bytes?: number;
  /**
   * As many subscriptions a client may have, and wish for in one packet; those beyond are refused with "Quota exceeded".
   * Default 1000.
   */
  max_subscriptions?: number;
  /**
   * As many sessions there may be, of clients that are connected or not; a client for whom there is no room is refused with
   * "Quota exceeded". Default 100,000.
   */
  max_sessions?: number;
  /**
   * As many messages clients may have retained; one to another topic is refused with "Quota exceeded", and goes to nobody.
   * Default 100,000.
   */
  max_retained?: number;
  /** As many QoS 2 messages a client may have open at a time, on MQTT 5: our Receive Maximum. Default 65535. */
  receive_maximum?: number;
  /** The highest topic alias that clients may use, on MQTT 5; 0: none. Default 10. */
  topic_alias_maximum?: number;
  /** How many seconds a connection may take for its CONNECT. Default 10. */
  connect_timeout?: number;
}

/** @throws TypeError for a name that does not exist, TypeError or ValueError for a value that is not allowed. */
export function resolve_broker_options(options: BrokerOptions): Required<BrokerOptions> {
  if (typeof options !== "object" || options === null)
    throw new TypeError(`the options of a broker are a plain object, not ${name_type(options)}`);
  const resolved = {
    authenticate: hook("authenticate", options.authenticate),
    authorize: hook("authorize", options.authorize),
    logger: check_logger(options.logger),
    max_packet_size: count(options, "max_packet_size", 16 * 1024 * 1024, 2, 268_435_460),
    max_inflight_messages: count(options, "max_inflight_messages", 20, 1, 65_535),
    max_queued_messages: count(options, "max_queued_messages", 1000, 0),
    max_queued_bytes: count(options, "max_queued_bytes", 64 * 1024 * 1024, 0),
    max_subscriptions: count(options, "max_subscriptions", 1000, 0),
    max_sessions: count(options, "max_sessions", 100_000, 1),
    max_retained: count(options, "max_retained", 100_000, 0),
    receive_maximum: count(options, "receive_maximum", 65_535, 1, 65_535),
    topic_alias_maximum: count(options, "topic_alias_maximum", 10, 0, 65_535),
    connect_timeout: check_seconds("connect_timeout", options.connect_timeout ?? 10, 0),
  };
  const names = Object.keys(resolved);
  const stranger = Object.keys(options).find((name) => !names.includes(name));
  if (stranger !== undefined) throw new TypeError(unknown_name("Broker", stranger, names, "option"));
  return resolved;
}

type Numeric = {
  [Name in keyof BrokerOptions]-?: Required<BrokerOptions>[Name] extends number ? Name : never;
};

function count(
  options: BrokerOptions,
  name: Numeric[keyof BrokerOptions],
  if_absent: number,
  min: number,
  max = Number.MAX_SAFE_INTEGER,
): number {
  return whole_number(name, options[name] ?? if_absent, min, max);
}

function hook<F>(name: string, given: F | null | undefined): F | null {
  if (given == null) return null;
  if (typeof given !== "function") throw new TypeError(`${name} must be a function, not ${name_type(given)}`);
  return given;
}
