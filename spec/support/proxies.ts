// Decides how tiny proxies behave in specs: SOCKS 4, 4a and 5 and HTTP CONNECT, on 127.0.0.1, with or without a
// password. They hand on ends and resets, so that what lies behind them is as if it was near.

import { once } from "node:events";
import { type AddressInfo, connect, createServer, type Server, type Socket } from "node:net";
import { reset } from "../../lib/testing/reset.ts";

export interface TinyProxy extends AsyncDisposable {
  readonly port: number;
  /** Where it was asked to lead, as it was asked: `name:port`. */
  readonly asked: readonly string[];
  /** How many connections to it are open. */
  readonly open: number;
}

export interface TinyProxyOptions {
  credentials?: { username: string; password: string };
  /** When it says no more: at once, or after a part of the answer to what it is asked for. */
  silence?: "at once" | "halfway";
  /** Takes in the connections on which it has fallen silent. */
  stalled?: Socket[];
  /** HTTP: answers every request with this status. */
  refuse_with?: string;
  /** Ports that are elsewhere than they are asked for. */
  moved?: ReadonlyMap<number, number>;
}

type Greet = (near: Socket, asked: string[], options: TinyProxyOptions) => Promise<void>;

export function socks_proxy(options: TinyProxyOptions = {}): Promise<TinyProxy> {
  return listening(greet_socks, options);
}

export function http_proxy(options: TinyProxyOptions = {}): Promise<TinyProxy> {
  return listening(greet_http, options);
}

async function listening(greet: Greet, options: TinyProxyOptions): Promise<TinyProxy> {
  const asked: string[] = [];
  const sockets = new Set<Socket>();
  const server: Server = createServer({ allowHalfOpen: true, noDelay: true }, (near) => {
    sockets.add(near);
    near.on("error", () => {});
    near.once("close", () => sockets.delete(near));
    if (options.silence === "at once") near.once("data", () => stall(near, options));
    // A client that hangs up in the middle of a greeting is no fault of the proxy.
    else greet(near, asked, options).catch(() => near.destroy());
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  return {
    port: (server.address() as AddressInfo).port,
    asked,
    get open() {
      return sockets.size;
    },
    async [Symbol.asyncDispose]() {
      for (const socket of sockets) socket.destroy();
      server.close();
      await once(server, "close");
    },
  };
}

/** From now on nothing is heard of this one, until the client has had enough. */
function stall(near: Socket, { stalled }: TinyProxyOptions): void {
  near.resume().once("end", () => near.destroy());
  stalled?.push(near);
}

async function greet_http(near: Socket, asked: string[], options: TinyProxyOptions): Promise<void> {
  let head = "";
  while (!head.includes("\r\n\r\n")) head += String.fromCharCode(...(await take(near, 1)));
  const [, authority = ""] = /^CONNECT (\S+) HTTP\/1\.1\r\n/.exec(head) ?? [];
  asked.push(authority);
  const answer = (status: string) => near.write(`HTTP/1.1 ${status}\r\n\r\n`);
  const refuse = (status: string) => near.end(`HTTP/1.1 ${status}\r\nContent-Length: 2\r\n\r\nno`);
  const { credentials, refuse_with } = options;
  if (options.silence === "halfway") {
    near.write("HTTP/1.1 200 OK\r\n");
    stall(near, options);
    return;
  }
  if (refuse_with !== undefined) {
    refuse(refuse_with);
    return;
  }
  if (credentials !== undefined) {
    const pair = Buffer.from(`${credentials.username}:${credentials.password}`).toString("base64");
    if (!head.includes(`Proxy-Authorization: Basic ${pair}\r\n`)) {
      refuse("407 Proxy Authentication Required");
      return;
    }
  }
  const [, host = "", port = ""] = /^\[?(.*?)\]?:(\d+)$/.exec(authority) ?? [];
  const far = await reach(host, Number(port), options);
  if (far === null) {
    refuse("502 Bad Gateway");
    return;
  }
  answer("200 Connection established");
  join(near, far);
}

async function greet_socks(near: Socket, asked: string[], options: TinyProxyOptions): Promise<void> {
  const [version] = await take(near, 1);
  if (version === 4) await greet_socks4(near, asked, options);
  else await greet_socks5(near, asked, options);
}

async function greet_socks4(near: Socket, asked: string[], options: TinyProxyOptions): Promise<void> {
  const request = await take(near, 7);
  await text(near);
  const port = request.readUInt16BE(1);
  const address = request.subarray(3);
  // SOCKS 4a: an impossible address says that a name follows.
  const is_named = address[0] === 0 && address[1] === 0 && address[2] === 0 && address[3] !== 0;
  const host = is_named ? await text(near) : [...address].join(".");
  asked.push(`${host}:${port}`);
  const far = await reach(host, port, options);
  near.write(Buffer.of(0, far === null ? 91 : 90, 0, 0, 0, 0, 0, 0));
  if (far === null) near.end();
  else join(near, far);
}

async function greet_socks5(near: Socket, asked: string[], options: TinyProxyOptions): Promise<void> {
  const { credentials, silence } = options;
  const methods = await take(near, (await take(near, 1)).readUInt8(0));
  const method = credentials === undefined ? 0 : 2;
  if (!methods.includes(method)) {
    near.end(Buffer.of(5, 0xff));
    return;
  }
  near.write(Buffer.of(5, method));
  if (credentials !== undefined) {
    await take(near, 1);
    const username = await short_text(near);
    const password = await short_text(near);
    const is_right = username === credentials.username && password === credentials.password;
    near.write(Buffer.of(1, is_right ? 0 : 1));
    if (!is_right) {
      near.end();
      return;
    }
  }
  const kind = (await take(near, 4)).readUInt8(3);
  const host = await socks5_host(near, kind);
  const port = (await take(near, 2)).readUInt16BE(0);
  asked.push(`${host}:${port}`);
  if (silence === "halfway") {
    near.write(Buffer.of(5, 0));
    stall(near, options);
    return;
  }
  const far = await reach(host, port, options);
  near.write(Buffer.of(5, far === null ? 5 : 0, 0, 1, 0, 0, 0, 0, 0, 0));
  if (far === null) near.end();
  else join(near, far);
}

async function socks5_host(near: Socket, kind: number): Promise<string> {
  if (kind === 3) return short_text(near);
  if (kind === 1) return [...(await take(near, 4))].join(".");
  const address = await take(near, 16);
  return Array.from({ length: 8 }, (_, group) => address.readUInt16BE(group * 2).toString(16)).join(":");
}

async function reach(host: string, port: number, { moved }: TinyProxyOptions): Promise<Socket | null> {
  const far = connect({ host, port: moved?.get(port) ?? port, allowHalfOpen: true, noDelay: true });
  try {
    await once(far, "connect");
    return far;
  } catch {
    return null;
  }
}

/** Hands everything on, both ways: bytes with backpressure, ends, and resets. */
function join(near: Socket, far: Socket): void {
  near.pipe(far).pipe(near);
  for (const [from, to] of [
    [near, far],
    [far, near],
  ] as const) {
    from.on("error", () => reset(to));
    from.once("close", () => {
      // One that has its end already still has to see that of the other side.
      if (to.writableEnded) to.resume();
      else to.destroy();
    });
  }
}

async function take(from: Socket, count: number): Promise<Buffer> {
  if (count === 0) return Buffer.alloc(0);
  for (;;) {
    const bytes: Buffer | null = from.read(count);
    if (bytes !== null && bytes.length === count) return bytes;
    if (from.destroyed || from.readableEnded) throw new Error("the client has hung up");
    await Promise.race([once(from, "readable"), once(from, "end"), once(from, "close")]);
  }
}

/** Up to a zero byte. */
async function text(from: Socket): Promise<string> {
  let all = "";
  for (;;) {
    const [byte = 0] = await take(from, 1);
    if (byte === 0) return all;
    all += String.fromCharCode(byte);
  }
}

/** Behind its length. */
async function short_text(from: Socket): Promise<string> {
  return (await take(from, (await take(from, 1)).readUInt8(0))).toString();
}
