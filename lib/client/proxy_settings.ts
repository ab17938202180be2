// Decides what proxy_set() takes.

import { ValueError } from "../model/errors.ts";
import { positional } from "../model/keywords.ts";
import { HTTP, SOCKS4, SOCKS5 } from "../model/socks.ts";
import { name_type } from "../model/type_names.ts";
import { type ProxyKind, type ProxyServer, usual_port } from "../transport/ways.ts";
import { shown, whole_number } from "./options.ts";
import { proxy_parameters } from "./proxy_arguments.ts";

const kinds = new Map<unknown, ProxyKind>([
  [HTTP, "http"],
  [SOCKS4, "socks4"],
  [SOCKS5, "socks5"],
  ["http", "http"],
  ["socks4", "socks4"],
  ["socks5", "socks5"],
]);

/** @throws ValueError or TypeError for what is not allowed. */
export function proxy_of(args: readonly unknown[]): ProxyServer {
  const [type, addr, port, rdns, username, password] = positional("proxy_set", proxy_parameters, args);
  const kind = kinds.get(typeof type === "string" ? type.toLowerCase() : type);
  if (kind === undefined) {
    throw new ValueError(`proxy_type must be socks.HTTP, socks.SOCKS4 or socks.SOCKS5, not ${shown(type)}`);
  }
  if (typeof addr !== "string" || addr === "") {
    throw new ValueError(`proxy_addr must be the name or address of the proxy, not ${shown(addr)}`);
  }
  if (rdns != null && typeof rdns !== "boolean") {
    throw new TypeError(`proxy_rdns must be true or false, not ${name_type(rdns)}`);
  }
  return {
    kind,
    host: addr,
    port: whole_number("proxy_port", port ?? usual_port[kind], 1, 65535),
    remote_dns: rdns !== false,
    username: text_or_null("proxy_username", username),
    password: text_or_null("proxy_password", password),
  };
}

function text_or_null(name: string, value: unknown): string | null {
  if (value == null) return null;
  if (typeof value === "string") return value;
  throw new TypeError(`${name} must be text, not ${name_type(value)}`);
}
