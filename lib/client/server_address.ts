// Decides how the place of a broker may be written: a name or address, one with a port, a URL, or the path of a socket.

import { ValueError } from "../model/errors.ts";
import { check_password, check_username, type Login } from "./credentials.ts";
import { shown, type TransportName, whole_number } from "./options.ts";
import { check_path } from "./ws_settings.ts";

/** A server, and what its URL says of the way to it. */
export interface Server {
  /** The name or address; over "unix" the path of the socket. */
  readonly host: string;
  readonly port: number;
  /** Null for one that is not named by a URL: as the client is configured. */
  readonly url: ServerUrl | null;
}

export interface ServerUrl {
  readonly transport: TransportName;
  readonly secure: boolean;
  /** Of a WebSocket; null: as the client is configured. */
  readonly path: string | null;
  /** Null: the credentials of the client. */
  readonly login: Login | null;
}

interface Scheme {
  readonly transport: TransportName;
  readonly secure: boolean;
  readonly port: number;
}

const plain: Scheme = { transport: "tcp", secure: false, port: 1883 };
const secure: Scheme = { transport: "tcp", secure: true, port: 8883 };

const schemes: Readonly<Record<string, Scheme>> = {
  mqtt: plain,
  tcp: plain,
  mqtts: secure,
  ssl: secure,
  tls: secure,
  ws: { transport: "websockets", secure: false, port: 80 },
  wss: { transport: "websockets", secure: true, port: 443 },
};

const known_schemes = "mqtt://, mqtts://, ws://, wss:// or unix:";

/**
 * The server that `text` names.
 *
 * @param port what the caller has given besides; null: nothing, so the usual one.
 * @param transport how the client is configured: over "unix", what is no URL is a path.
 * @throws ValueError or TypeError for what names no server.
 */
export function server_of(text: unknown, port: number | null, transport: TransportName): Server {
  if (typeof text !== "string" || text === "") {
    throw new ValueError(`host must be a name, an address or a URL, not ${shown(text)}`);
  }
  if (/^unix:/i.test(text)) return { host: socket_path(text), port: port ?? 1883, url: unix };
  if (/^[a-z][a-z0-9+.-]*:\/\//i.test(text)) return server_of_url(text, port);
  if (transport === "unix") return { host: text, port: port ?? 1883, url: null };
  return plain_server(text, port);
}

export function check_port(port: unknown): number {
  return whole_number("port", port, 1, 65535);
}

const unix: ServerUrl = { transport: "unix", secure: false, path: null, login: null };

function socket_path(text: string): string {
  const path = text.slice("unix:".length).replace(/^\/\/(?=\/)/, "");
  if (path !== "" && !path.startsWith("//")) return path;
  throw new ValueError(`"${text}" names no socket: write unix: and its path, as in unix:/run/mosquitto.sock`);
}

/** `name`, `name:port`, `[address]:port`, or an IPv6 address as it is. */
function plain_server(text: string, port: number | null): Server {
  const [, bracketed, name, digits] = /^(?:\[([^\]]+)\]|([^:]+))(?::(\d+))?$/.exec(text) ?? [];
  const host = bracketed ?? name ?? text;
  if (/[\s/@?#]/.test(host)) {
    throw new ValueError(`"${without_login(text)}" is no name of a host. A URL begins with ${known_schemes}`);
  }
  return { host, port: one_port(text, digits, port) ?? 1883, url: null };
}

function server_of_url(text: string, port: number | null): Server {
  const shown_text = without_login(text);
  const name = text.slice(0, text.indexOf(":")).toLowerCase();
  const scheme = schemes[name];
  if (scheme === undefined) {
    const hint =
      name === "http" || name === "https" ? `: for a WebSocket write ${name.replace("http", "ws")}://` : "";
    throw new ValueError(`"${shown_text}" is no URL of a broker${hint}. It begins with ${known_schemes}`);
  }
  // Read as HTTP's, for other schemes the platforms differ in what they check; but then 80 is no port to speak of.
  const readable = text.replace(/^[^:]+/, name === "wss" ? "https" : "http");
  const url = URL.canParse(readable) ? new URL(readable) : null;
  const authority = /^[^:]+:\/\/([^/?#]*)/.exec(text)?.[1] ?? "";
  const digits = /:(\d+)$/.exec(authority)?.[1];
  if (url === null || url.hostname === "") {
    throw new ValueError(`"${shown_text}" cannot be read as a URL: write it like ${name}://host:port`);
  }
  return {
    host: url.hostname.replace(/^\[|\]$/g, ""),
    port: one_port(shown_text, digits, port) ?? scheme.port,
    url: {
      transport: scheme.transport,
      secure: scheme.secure,
      path: path_of(url, text, scheme, shown_text),
      login: login_of(url, shown_text),
    },
  };
}

/** Only a WebSocket has a path; `ws://host` without one leaves it to the client. */
function path_of(url: URL, text: string, { transport }: Scheme, shown_text: string): string | null {
  const rest = text.replace(/^[^:]+:\/\/[^/?#]*/, "");
  if (url.hash !== "") throw new ValueError(`"${shown_text}" has a "#", which no broker ever sees`);
  if (transport === "websockets") return rest === "" ? null : check_path(`${url.pathname}${url.search}`);
  if (rest === "" || rest === "/") return null;
  throw new ValueError(`"${shown_text}" has a path or a query: only ws:// and wss:// have one`);
}

function login_of(url: URL, shown_text: string): ServerUrl["login"] {
  if (url.username === "" && url.password === "") return null;
  try {
    return {
      username: check_username(decodeURIComponent(url.username)),
      password: url.password === "" ? null : check_password(decodeURIComponent(url.password)),
    };
  } catch (cause) {
    if (!(cause instanceof URIError)) throw cause;
    throw new ValueError(`the credentials in "${shown_text}" have a "%" that stands for nothing: write %25`, {
      cause,
    });
  }
}

function one_port(text: string, digits: string | undefined, port: number | null): number | null {
  if (digits === undefined) return port;
  const own = check_port(Number(digits));
  if (port === null || port === own) return own;
  throw new ValueError(`the port is given twice: ${own} in "${text}", and ${port}`);
}

/** A URL may hold a password, which must not get into messages. */
function without_login(text: string): string {
  return text.replace(/\/\/[^/?#]*@/, "//***@");
}
