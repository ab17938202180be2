// Decides what the request for a WebSocket says: path, headers, sub-protocol.

import { WebsocketConnectionError } from "../model/errors.ts";
import { is_plain_object } from "../model/keywords.ts";
import { name_type } from "../model/type_names.ts";
import { place, type Target } from "./failure.ts";

/** Headers of HTTP by name. */
export type HTTPHeader = Readonly<Record<string, string>>;

/** Headers that are added, or a function that gets the usual ones before each attempt and returns those to send. */
export type WebSocketHeaders =
  | HTTPHeader
  | ((headers: Record<string, string>) => HTTPHeader | Promise<HTTPHeader>);

export interface WebsocketTarget extends Target {
  /** Whether TLS lies below. */
  readonly secure: boolean;
  readonly path: string;
  readonly headers: WebSocketHeaders | null;
}

export interface WebsocketRequest {
  readonly url: string;
  readonly protocols: readonly string[];
  readonly headers: Record<string, string>;
}

/** What makes it a request for a WebSocket; a function of the user may leave these out. */
const indispensable = ["host", "upgrade", "connection", "sec-websocket-version", "sec-websocket-protocol"];
/** What ws writes itself. */
const written_below = ["upgrade", "connection", "sec-websocket-version", "sec-websocket-key"];
const protocol_header = "sec-websocket-protocol";

/** Asks the user's function, if there is one. Rejects with WebsocketConnectionError when that fails. */
export async function websocket_request(target: WebsocketTarget): Promise<WebsocketRequest> {
  const usual = usual_headers(target);
  const wanted = merged(await wanted_headers(target.headers, usual));
  const protocols = (wanted.get(protocol_header)?.value ?? "").split(",").map((name) => name.trim());
  const own = [...wanted].filter(([name]) => name !== protocol_header && !written_below.includes(name));
  return {
    url: url_of(target),
    protocols: protocols.filter((name) => name !== ""),
    headers: Object.fromEntries(own.map(([, { name, value }]) => [name, value])),
  };
}

/** `ws://host:port/path` */
export function url_of({ secure, host, port, path }: WebsocketTarget): string {
  return `${secure ? "wss" : "ws"}://${place(host, port)}${path}`;
}

/** The headers that paho sends, in its order. The key is left out: it is drawn for each attempt, below. */
function usual_headers({ secure, host, port }: WebsocketTarget): Record<string, string> {
  const authority =
    port === (secure ? 443 : 80) ? place(host, port).slice(0, -`:${port}`.length) : place(host, port);
  return {
    Host: authority,
    Upgrade: "websocket",
    Connection: "Upgrade",
    Origin: `${secure ? "https" : "http"}://${authority}`,
    "Sec-WebSocket-Version": "13",
    // [MQTT-6.0.0-3]
    "Sec-WebSocket-Protocol": "mqtt",
  };
}

/** One after the other; of the same name, in whatever case, the last counts. */
async function wanted_headers(
  given: WebSocketHeaders | null,
  usual: Record<string, string>,
): Promise<readonly HTTPHeader[]> {
  if (given === null) return [usual];
  if (typeof given !== "function") return [usual, given];
  const answer = await asked(given, usual);
  const needed = Object.entries(usual).filter(([name]) => indispensable.includes(name.toLowerCase()));
  return [Object.fromEntries(needed), answer];
}

async function asked(
  headers: Exclude<WebSocketHeaders, HTTPHeader>,
  usual: Record<string, string>,
): Promise<HTTPHeader> {
  let answer: unknown;
  try {
    answer = await headers({ ...usual });
  } catch (cause) {
    const hint = cause instanceof Error ? cause.message : String(cause);
    throw new WebsocketConnectionError("the headers function of ws_set_options() failed", { cause, hint });
  }
  if (is_plain_object(answer)) return answer as HTTPHeader;
  const hint = `it must return an object such as { Authorization: "..." }, not ${name_type(answer)}`;
  throw new WebsocketConnectionError("the headers function of ws_set_options() gave no headers", { hint });
}

function merged(sets: readonly HTTPHeader[]): Map<string, { name: string; value: string }> {
  const all = new Map<string, { name: string; value: string }>();
  for (const set of sets) {
    for (const [name, value] of Object.entries(set)) all.set(name.toLowerCase(), { name, value });
  }
  return all;
}
