// Decides how each kind of way meets a server in a spec: what listens, how the way there is described, and what the
// far end of a connection can be told to do.

import { once } from "node:events";
import { mkdtemp, rm } from "node:fs/promises";
import { createServer as create_http, Server as HttpServer, type RequestListener } from "node:http";
import { createServer as create_https, Server as HttpsServer } from "node:https";
import { type AddressInfo, createServer as create_tcp, type Server, type Socket } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createServer as create_tls } from "node:tls";
import { type WebSocket, WebSocketServer } from "ws";
import { security_of_files, type TlsRequest, type Way } from "../../lib/transport/ways.ts";
import { type Authority, authority, type Certificate } from "./certificates.ts";
import { in_time } from "./eventually.ts";
import { http_proxy, socks_proxy, type TinyProxy } from "./proxies.ts";
import { reset } from "./reset.ts";

export type Layer = "tcp" | "unix" | "tls" | "ws" | "wss";
export type ProxyName = "SOCKS 5" | "HTTP";

export interface DoorOptions {
  layer: Layer;
  proxy?: ProxyName;
  /** Who takes connections and never says a word, so that no handshake with it comes to its end. */
  silent?: "server" | "proxy";
}

/** The far end of one connection. */
export interface FarEnd {
  readonly received: readonly Buffer[];
  readonly received_bytes: number;
  send(bytes: Uint8Array): void;
  /** Reads no more until `resume`. */
  pause(): void;
  resume(): void;
  /** Ends the connection in good order. */
  close(): void;
  /** Breaks it. */
  reset(): void;
  /** Resolves when it is gone, with how the client has ended it. */
  readonly closed: Promise<"in order" | "broken">;
}

export interface Door extends AsyncDisposable {
  /** The way to it. */
  readonly way: Way;
  /** The far end of the next connection, in the order in which they came. */
  accept(): Promise<FarEnd>;
  /** How many connections are open, those to its proxy included. */
  readonly open: number;
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

export async function door({ layer, proxy, silent }: DoorOptions): Promise<Door> {
  const folder = layer === "unix" ? await mkdtemp(join(tmpdir(), "karere-door-")) : null;
  const path = join(folder ?? "", "socket");
  const raws = new Set<Socket>();
  const far_ends: FarEnd[] = [];
  const server =
    silent === "server"
      ? create_tcp((raw) => void raw.resume())
      : server_of(layer, (far) => {
          far_ends.push(far);
          server.emit("met");
        });
  server.on("connection", (raw: Socket) => {
    raws.add(raw);
    raw.on("error", () => {});
    raw.once("close", () => raws.delete(raw));
  });
  if (folder === null) server.listen(0, "127.0.0.1");
  else server.listen(path);
  await once(server, "listening");
  const tiny = await proxy_of(proxy, silent === "proxy");
  const { port } = folder === null ? (server.address() as AddressInfo) : { port: 1883 };

  let accepted = 0;
  const stop = async () => {
    for (const raw of raws) raw.destroy();
    if (!server.listening) return;
    server.close();
    await once(server, "close");
  };
  return {
    way: plain_way(port, {
      transport: layer === "unix" ? "unix" : layer.startsWith("ws") ? "websockets" : "tcp",
      ...(folder === null ? {} : { host: path }),
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
    async accept() {
      while (far_ends.length <= accepted) {
        await in_time(once(server, "met"), `connection ${accepted + 1}`, { within: 10_000 });
      }
      accepted += 1;
      return far_ends[accepted - 1] as FarEnd;
    },
    get open() {
      return raws.size + (tiny?.open ?? 0);
    },
    stop,
    async [Symbol.asyncDispose]() {
      await stop();
      await tiny?.[Symbol.asyncDispose]();
      if (folder !== null) await rm(folder, { recursive: true });
    },
  };
}

function proxy_of(name: ProxyName | undefined, silent: boolean): Promise<TinyProxy> | null {
  if (name === undefined) return null;
  return name === "HTTP" ? http_proxy({ silent }) : socks_proxy({ silent });
}

function server_of(layer: Layer, meet: (far: FarEnd) => void): Server {
  if (layer === "tcp" || layer === "unix") {
    return create_tcp((socket) => meet(far_end_of_stream(socket, socket)));
  }
  // What a connection was accepted as, below TLS.
  const raws = new Map<number | undefined, Socket>();
  const raw_of = ({ remotePort }: Socket) => raws.get(remotePort) as Socket;
  const server = server_over_tcp(layer, (socket) => meet(far_end_of_stream(socket, raw_of(socket))));
  if (server instanceof HttpServer || server instanceof HttpsServer) {
    const upgrades = new WebSocketServer({ server, path: "/mqtt", handleProtocols: () => "mqtt" });
    upgrades.on("connection", (websocket, { socket }) => {
      meet(far_end_of_websocket(websocket, raw_of(socket)));
    });
  }
  server.on("connection", (raw: Socket) => raws.set(raw.remotePort, raw));
  server.on("tlsClientError", () => {});
  return server;
}

function server_over_tcp(layer: "tls" | "ws" | "wss", on_secure: (socket: Socket) => void): Server {
  const { cert, key } = test_certificates().server;
  const no_page: RequestListener = (_request, response) => response.writeHead(404).end();
  if (layer === "tls") return create_tls({ cert, key }, on_secure);
  return layer === "ws" ? create_http(no_page) : create_https({ cert, key }, no_page);
}

/** @param raw what the connection was accepted as, below TLS. */
function far_end_of_stream(socket: Socket, raw: Socket): FarEnd {
  const { received, take, length } = inbox();
  socket.on("data", take);
  socket.on("error", () => {});
  return {
    received,
    get received_bytes() {
      return length();
    },
    send: (bytes) => void socket.write(bytes),
    pause: () => void socket.pause(),
    resume: () => void socket.resume(),
    close: () => void socket.end(),
    reset: () => reset(raw),
    closed: new Promise((resolve) => {
      socket.once("close", (had_error) => resolve(had_error ? "broken" : "in order"));
    }),
  };
}

function far_end_of_websocket(websocket: WebSocket, socket: Socket): FarEnd {
  const { received, take, length } = inbox();
  websocket.on("message", (data) => take(data as Buffer));
  websocket.on("error", () => {});
  return {
    received,
    get received_bytes() {
      return length();
    },
    send: (bytes) => websocket.send(bytes),
    pause: () => websocket.pause(),
    resume: () => websocket.resume(),
    close: () => websocket.close(1000),
    reset: () => reset(socket),
    closed: new Promise((resolve) => {
      websocket.once("close", (code) => resolve(code === 1000 ? "in order" : "broken"));
    }),
  };
}

function inbox() {
  const received: Buffer[] = [];
  let total = 0;
  return {
    received,
    take(bytes: Buffer) {
      received.push(Buffer.from(bytes));
      total += bytes.length;
    },
    length: () => total,
  };
}
