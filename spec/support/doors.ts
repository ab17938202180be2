// Decides how each kind of way meets a server in a spec: what listens, and how the way there is described.

import { randomUUID } from "node:crypto";
import { once } from "node:events";
import { createServer as create_http, Server as HttpServer, type RequestListener } from "node:http";
import { createServer as create_https, Server as HttpsServer } from "node:https";
import { type AddressInfo, createServer as create_tcp, type Server, type Socket } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createServer as create_tls } from "node:tls";
import { WebSocketServer } from "ws";
import { security_of_files, type TlsRequest, type Way } from "../../lib/transport/ways.ts";
import { type Authority, authority, type Certificate } from "./certificates.ts";
import { in_time, type Patience } from "./eventually.ts";
import { type FarEnd, far_end_of_stream, far_end_of_websocket } from "./far_end.ts";
import { http_proxy, socks_proxy, type TinyProxy } from "./proxies.ts";

export type Layer = "tcp" | "unix" | "tls" | "ws" | "wss";
export type ProxyName = "SOCKS 5" | "HTTP";

/** Who says nothing when it is his turn, so that opening does not come to its end. */
export type SilentOne =
  /** The proxy, from the beginning. */
  | "proxy"
  /** The proxy, when it has been asked for the way: after a part of its answer. */
  | "half a proxy"
  /** The server, from the beginning. */
  | "server"
  /** A server that does speak TLS, when it is asked for a WebSocket. */
  | "upgrade";

/** What a client calls a server by. */
export interface Address {
  readonly host: string;
  readonly port: number;
}

export interface DoorOptions {
  layer: Layer;
  proxy?: ProxyName;
  silent?: SilentOne;
  /** Where to listen, instead of somewhere free. */
  at?: Address;
  /** Called with the far end of each connection, before any byte of it is heard. */
  on_met?: (far: FarEnd) => void;
}

export interface Door extends AsyncDisposable {
  /** The way to it. */
  readonly way: Way;
  /** The far end of the next connection, in the order in which they came. */
  accept(patience?: Patience): Promise<FarEnd>;
  /** How many connections are open, those to its proxy included. */
  readonly open: number;
  /** The connections on which it is the turn of the silent one. */
  readonly stalled: readonly Socket[];
  /** Stops listening, so that nothing is there any more. */
  stop(): Promise<void>;
}

let shared: { ca: Authority; server: Certificate } | null = null;

/** One authority, and a certificate of it for localhost, for all specs of a file. */
export function test_certificates(): { ca: Authority; server: Certificate } {
  if (shared === null) {
    const ca = authority();
    shared = { ca, server: ca.issue() };
  }
  return shared;
}

export const plain_tls_request: TlsRequest = {
  ca_certs: null,
  certfile: null,
  keyfile: null,
  keyfile_password: null,
  verify: true,
  min_version: "TLSv1.2",
  max_version: null,
  ciphers: null,
  alpn_protocols: null,
};

/** A way with nothing special about it. */
export function plain_way(port: number, changes: Partial<Way> = {}): Way {
  return {
    transport: "tcp",
    host: "127.0.0.1",
    port,
    bind_address: "",
    bind_port: 0,
    tls: null,
    any_name: false,
    path: "/mqtt",
    headers: null,
    proxy: null,
    ...changes,
  };
}

export async function door({ layer, proxy, silent, at, on_met }: DoorOptions): Promise<Door> {
  const raws = new Set<Socket>();
  const stalled: Socket[] = [];
  const far_ends: FarEnd[] = [];
  const server = server_of(layer, silent, stalled, (far) => {
    on_met?.(far);
    far_ends.push(far);
    server.emit("met");
  });
  server.on("connection", (raw: Socket) => {
    raws.add(raw);
    raw.on("error", () => {});
    raw.once("close", () => raws.delete(raw));
  });
  const path = at?.host ?? join(tmpdir(), `karere-${randomUUID()}.sock`);
  if (layer === "unix") server.listen(path);
  else server.listen(at?.port ?? 0, "127.0.0.1");
  await once(server, "listening");
  const tiny = await proxy_of(proxy, silent, stalled);
  const address =
    layer === "unix" ? { host: path, port: 1883 } : { port: (server.address() as AddressInfo).port };

  let accepted = 0;
  const stop = async () => {
    for (const raw of raws) raw.destroy();
    if (!server.listening) return;
    server.close();
    await once(server, "close");
  };
  return {
    way: plain_way(address.port, {
      ...address,
      transport: layer === "unix" ? "unix" : layer.startsWith("ws") ? "websockets" : "tcp",
      tls:
        layer === "tls" || layer === "wss"
          ? security_of_files({ ...plain_tls_request, ca_certs: test_certificates().ca.cert })
          : null,
      proxy:
        tiny === null
          ? null
          : {
              kind: proxy === "HTTP" ? "http" : "socks5",
              host: "127.0.0.1",
              port: tiny.port,
              remote_dns: true,
              username: null,
              password: null,
            },
    }),
    async accept(patience = { within: 10_000 }) {
      while (far_ends.length <= accepted) {
        await in_time(once(server, "met"), `connection ${accepted + 1}`, patience);
      }
      accepted += 1;
      return far_ends[accepted - 1] as FarEnd;
    },
    get open() {
      return raws.size + (tiny?.open ?? 0);
    },
    stalled,
    stop,
    async [Symbol.asyncDispose]() {
      await stop();
      await tiny?.[Symbol.asyncDispose]();
    },
  };
}

function proxy_of(
  name: ProxyName | undefined,
  silent: SilentOne | undefined,
  stalled: Socket[],
): Promise<TinyProxy> | null {
  if (name === undefined) return null;
  const silence = ({ proxy: "at once", "half a proxy": "halfway" } as const)[silent as "proxy"];
  const options = silence === undefined ? {} : { silence, stalled };
  return name === "HTTP" ? http_proxy(options) : socks_proxy(options);
}

function server_of(
  layer: Layer,
  silent: SilentOne | undefined,
  stalled: Socket[],
  meet: (far: FarEnd) => void,
): Server {
  if (silent === "server") {
    return create_tcp((raw) => raw.resume().once("data", () => stalled.push(raw)));
  }
  if (layer === "tcp" || layer === "unix") {
    return create_tcp((socket) => meet(far_end_of_stream(socket, socket)));
  }
  // What a connection was accepted as, below TLS.
  const raws = new Map<number | undefined, Socket>();
  // One whose client has gone already has no port any more.
  const raw_of = (socket: Socket) => raws.get(socket.remotePort) ?? socket;
  const server = server_over_tcp(layer, (socket) => meet(far_end_of_stream(socket, raw_of(socket))));
  if (silent === "upgrade") {
    server.on("upgrade", (_request, socket: Socket) => {
      socket.on("error", () => {}).resume();
      stalled.push(raw_of(socket));
    });
  } else if (server instanceof HttpServer || server instanceof HttpsServer) {
    const upgrades = new WebSocketServer({ server, path: "/mqtt", handleProtocols: () => "mqtt" });
    upgrades.on("connection", (websocket, { socket }) => {
      meet(far_end_of_websocket(websocket, socket, raw_of(socket)));
    });
  }
  server.on("connection", (raw: Socket) => {
    if (raw.remotePort !== undefined) raws.set(raw.remotePort, raw);
  });
  server.on("tlsClientError", () => {});
  return server;
}

function server_over_tcp(layer: "tls" | "ws" | "wss", on_secure: (socket: Socket) => void): Server {
  const { cert, key } = test_certificates().server;
  const no_page: RequestListener = (_request, response) => response.writeHead(404).end();
  if (layer === "tls") return create_tls({ cert, key }, on_secure);
  return layer === "ws" ? create_http(no_page) : create_https({ cert, key }, no_page);
}
