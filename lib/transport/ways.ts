// Decides which ways to a broker this platform has, and how the client's settings become one of them. The only file of
// this folder that the client knows: another platform has another one with the same exports.

import type { Dial } from "./dial.ts";
import { place, type Target, transport_error } from "./failure.ts";
import { environment_proxy, type ProxyServer } from "./proxy.ts";
import { dial_http_proxy } from "./proxy_http.ts";
import { dial_socks_proxy } from "./proxy_socks.ts";
import { socket_transport } from "./socket_transport.ts";
import { dial_tcp } from "./tcp.ts";
import { broken_tls, dial_tls, type TlsPeer } from "./tls.ts";
import type { TlsSecurity } from "./tls_security.ts";
import type { OpenTransport } from "./transport.ts";
import { dial_unix } from "./unix.ts";
import { websocket } from "./websocket.ts";
import { url_of, type WebSocketHeaders } from "./websocket_request.ts";

export { type ProxyKind, type ProxyServer, usual_port } from "./proxy.ts";
export { local_domain, type ResolveSrv, type SrvRecord, servers_of_service } from "./srv.ts";
export {
  is_context,
  node_tls_options,
  type Pem,
  security_of_context,
  security_of_files,
  type TlsContext,
  type TlsRequest,
  type TlsSecurity,
} from "./tls_security.ts";
export type { HTTPHeader, WebSocketHeaders } from "./websocket_request.ts";

/** A way to a broker, with all that is needed to go it. */
export interface Way {
  readonly transport: "tcp" | "websockets" | "unix";
  /** The name or address; over "unix" the path of the socket. */
  readonly host: string;
  /** Means nothing over "unix". */
  readonly port: number;
  readonly bind_address: string;
  readonly bind_port: number;
  /** Null: no TLS. */
  readonly tls: TlsSecurity | null;
  /** Whether the certificate may be for other names. */
  readonly any_name: boolean;
  /** Over "websockets". */
  readonly path: string;
  readonly headers: WebSocketHeaders | null;
  /** Null: the one of the environment, if it names one. */
  readonly proxy: ProxyServer | null;
}

/** The name in a certificate by which a broker behind a Unix socket has to be known. */
const LOCAL_NAME = "localhost";

/** @throws ValueError when the environment names a proxy in a way that cannot be understood. */
export function open_way(way: Way): OpenTransport {
  const { transport, tls } = way;
  const not_opened = not_opened_to(way);
  const stream = stream_of(way, not_opened);
  const dial = tls === null ? stream : dial_tls(stream, tls, peer_of(way), not_opened);
  if (transport !== "websockets") return socket_transport(dial, way, explanation);
  const explain = (error: Error, is_up: boolean) => explanation(error, way, is_up);
  return websocket(dial, { ...way, secure: tls !== null }, { not_opened, broken: broken_on(way), explain });
}

/** Words an error of a way that was open, or (`is_up` false) that did not come to that. */
function explanation(error: Error, way: Way, is_up = true): Error {
  const { tls } = way;
  const what = is_up ? broken_on(way) : not_opened_to(way);
  return tls === null ? transport_error(what, error, way) : broken_tls(what, error, tls, peer_of(way));
}

function not_opened_to(way: Way): string {
  return `cannot connect to ${place_of(way)}`;
}

function broken_on(way: Way): string {
  return `the connection to ${place_of(way)} broke`;
}

function peer_of({ transport, host, port, any_name }: Way): TlsPeer {
  return { host: transport === "unix" ? LOCAL_NAME : host, port, any_name };
}

/** Where a way leads, for messages. */
export function place_of(way: Way): string {
  if (way.transport === "unix") return way.host;
  if (way.transport === "websockets") return url_of({ ...way, secure: way.tls !== null });
  return place(way.host, way.port);
}

function stream_of(way: Way, what: string): Dial {
  const carries_packets = way.tls === null && way.transport !== "websockets";
  if (way.transport === "unix") return dial_unix(way.host, carries_packets);
  const http = way.transport !== "websockets" ? null : way.tls === null ? "plain" : "secure";
  const proxy = way.proxy ?? environment_proxy(process.env, { ...way, http });
  if (proxy === null) return dial_tcp(way, what, carries_packets);
  const below = dial_tcp(
    { ...way, host: proxy.host, port: proxy.port },
    `cannot connect to the proxy ${place(proxy.host, proxy.port)}`,
  );
  const to: Target = way;
  return proxy.kind === "http" ? dial_http_proxy(below, proxy, to) : dial_socks_proxy(below, proxy, to);
}
