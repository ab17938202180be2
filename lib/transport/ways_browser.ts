// Decides which ways to a broker a web page has: one, the page's WebSocket. It stands in for ways.ts in what is built
// for browsers, and needs nothing of Node. Whatever else a way may ask for is refused, with what to do instead.

import type { SecureContext } from "node:tls";
import { ValueError } from "../model/errors.ts";
import { place } from "./failure.ts";
import type { OpenTransport } from "./transport.ts";
import type { ProxyKind, TlsSecurity, Way } from "./ways.ts";
import { type PageWebSocketClass, page_websocket } from "./websocket_browser.ts";
import { url_of } from "./websocket_request.ts";

export type {
  HTTPHeader,
  Pem,
  ProxyKind,
  ProxyServer,
  ResolveSrv,
  SrvRecord,
  TlsContext,
  TlsRequest,
  TlsSecurity,
  Way,
  WebSocketHeaders,
} from "./ways.ts";

/** What a page has at hand; a worker has it, too. */
interface Page {
  readonly WebSocket?: PageWebSocketClass;
  /** `https://example.org`; of what this code belongs to. */
  readonly origin?: string;
  readonly navigator?: { readonly onLine?: boolean };
}

/** @throws ValueError for what a page cannot do. */
export function open_way(way: Way): OpenTransport {
  const { WebSocket: Opened, origin = "" } = globalThis as Page;
  check(way, origin);
  if (Opened === undefined) throw refusal("there is no WebSocket here: karere was built for a browser");
  const url = place_of(way);
  const words = { not_opened: `cannot connect to ${url}`, broken: `the connection to ${url} broke` };
  return page_websocket(Opened, url, { ...words, hint: () => hint(way) });
}

/** Where a way leads, for messages. */
export function place_of(way: Way): string {
  return way.transport === "websockets"
    ? url_of({ ...way, secure: way.tls !== null })
    : place(way.host, way.port);
}

function check(way: Way, origin: string): void {
  const { transport, host, tls, headers, bind_address, bind_port } = way;
  if (transport !== "websockets") {
    throw refusal(
      `a browser reaches a broker only by WebSocket, not by "${transport}": connect to a URL such as "ws://localhost:9001/mqtt" (with TLS "wss://..."), or set transport to "websockets". Brokers have another port for that`,
    );
  }
  if (headers !== null) {
    throw refusal(
      "a browser sends no headers of your own: leave headers of ws_set_options() out, and use username_pw_set(), or the path",
    );
  }
  if (bind_address !== "" || bind_port !== 0) {
    throw refusal("a browser chooses the local address itself: leave bind_address and bind_port out");
  }
  if (tls === null && origin.startsWith("https:") && !is_this_machine(host)) {
    throw refusal(
      `a page from https: may not open ws: to "${host}", only wss: connect to a URL that begins with "wss://", or call tls_set(). Brokers have another port for that`,
    );
  }
}

/** To their own machine browsers let every page speak. */
function is_this_machine(host: string): boolean {
  return /^((.+\.)?localhost|127(\.\d+){3}|::1)$/i.test(host);
}

function hint({ path, tls }: Way): string {
  if ((globalThis as Page).navigator?.onLine === false) return "the browser is offline";
  const certificate =
    tls === null ? "" : " Does the browser trust the broker's certificate, and is it for this host?";
  return `a browser does not say why. Does the broker take WebSockets on this port, ${tls === null ? "without" : "with"} TLS, at the path "${path}", with the sub-protocol "mqtt"?${certificate} Does the Content-Security-Policy of the page allow it? The browser's console may say more`;
}

function refusal(why: string): ValueError {
  return new ValueError(why, { code: "ERR_MQTT_UNSUPPORTED" });
}

// ---- TLS: the browser's own. What may be asked of it, tls_settings_browser.ts decides. ---------------------------

/** There is nothing of Node's TLS here to have options. */
export const node_tls_options: readonly string[] = [];

export function security_of_context(): TlsSecurity {
  return {
    context: {} as SecureContext,
    connection: {},
    verify: true,
    has_certificate: false,
    session: null,
  };
}

export function security_of_files(): TlsSecurity {
  return security_of_context();
}

export function is_context(_value: object): _value is SecureContext {
  return false;
}

// ---- what needs a network of one's own ---------------------------------------------------------------------------

/** Only for checks: no proxy is ever used. */
export const usual_port: Readonly<Record<ProxyKind, number>> = { http: 8080, socks4: 1080, socks5: 1080 };

export function servers_of_service(): Promise<never> {
  throw no_dns();
}

export function local_domain(): never {
  throw no_dns();
}

function no_dns(): ValueError {
  return refusal(
    "a browser cannot ask DNS for the broker of a domain: use connect() in place of connect_srv()",
  );
}
