// Decides what connect() and connect_async() take: where the broker is, and how it is greeted.

import { MQTT_CLEAN_START_FIRST_ONLY } from "../model/enums.ts";
import { ValueError } from "../model/errors.ts";
import { positional } from "../model/keywords.ts";
import { PacketTypes } from "../model/packettypes.ts";
import { name_type } from "../model/type_names.ts";
import type { ResolveSrv } from "../transport/ways.ts";
import { whole_number } from "./options.ts";
import { check_port } from "./server_address.ts";
import type { Host, HostFunction } from "./servers.ts";
import {
  type CleanStart,
  type ClientSettings,
  type ConnectProperties,
  check_clean_start,
  check_keepalive,
  check_properties,
} from "./settings.ts";

interface Greeting {
  keepalive?: number;
  bind_address?: string;
  bind_port?: number;
  clean_start?: CleanStart;
  properties?: ConnectProperties | null;
}

/** The arguments of `connect()` and `connect_async()` by name. */
export interface ConnectArguments extends Greeting {
  /** Name, address or URL; over "unix" the path of the socket. Or a list, or a function that gives one or the other. */
  host: Host | HostFunction;
  /** For those that do not name their own. */
  port?: number;
}

/** As {@link ConnectArguments}, for several servers. */
export interface ServersArguments extends Greeting {
  /** Each a name or address, with its port or without, or a URL. They are tried in turn. */
  servers: readonly string[];
  /** For those that do not name their own. */
  port?: number;
}

/** The arguments of `connect_srv()` by name. */
export interface ConnectSrvArguments extends Greeting {
  /** Default: the domain of this machine. */
  domain?: string | null;
  /** Looks up the records of a name such as `_mqtt._tcp.example.org`. Default: Node's DNS. Beyond paho. */
  resolve_srv?: ResolveSrv | null;
}

export const greeting = ["keepalive", "bind_address", "bind_port", "clean_start", "properties"] as const;
const SERVERS = 2 + greeting.length;

/** Takes in where to connect to, checked as a whole before anything changes. */
export function aim(settings: ClientSettings, call: "connect" | "connect_async", args: unknown[]): void {
  const values = positional(call, ["host", "port", ...greeting, "servers"], args);
  const [given, given_port, ...rest] = values;
  const servers = values[SERVERS];
  if (given !== undefined && servers !== undefined)
    throw new TypeError(`${call}() takes host or servers, not both`);
  const host = given ?? servers;
  const port = given_port == null ? null : check_port(given_port);
  const checked = checked_greeting(settings, call, rest);
  if (typeof host === "function") settings.servers.ask(host as HostFunction, port, settings.transport);
  else settings.servers.name(host as Host, port, settings.transport);
  Object.assign(settings, checked);
}

/** The arguments of a call behind those that say where the broker is, in the order of {@link greeting}. */
export function checked_greeting(settings: ClientSettings, call: string, values: readonly unknown[]) {
  const [keepalive, bind_address, bind_port, clean_start, properties] = values;
  const version = settings.options.protocol;
  if (version !== 5 && properties != null) throw new ValueError(`properties of ${call}() are for MQTT 5`);
  if (bind_address != null && typeof bind_address !== "string") {
    throw new TypeError(`bind_address must be an address, not ${name_type(bind_address)}`);
  }
  return {
    keepalive: check_keepalive(keepalive ?? 60),
    bind_address: bind_address ?? "",
    bind_port: whole_number("bind_port", bind_port ?? 0, 0, 65535),
    clean_start: check_clean_start(clean_start ?? MQTT_CLEAN_START_FIRST_ONLY, version),
    connect_properties: check_properties(properties, PacketTypes.CONNECT, version),
  };
}
