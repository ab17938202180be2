// What is different about the WebSocket of a web page. What is not, the contract of all transports tells.

import { afterEach, beforeEach, describe, expect, it, jest } from "@jest/globals";
import { proxy_of } from "../../lib/client/proxy_settings_browser.ts";
import { TlsSettings } from "../../lib/client/tls_settings_browser.ts";
import { TransportError, ValueError, WebsocketConnectionError } from "../../lib/model/errors.ts";
import { CERT_NONE, CERT_REQUIRED, PROTOCOL_TLS_CLIENT, PROTOCOL_TLSv1_2 } from "../../lib/model/ssl.ts";
import type { Transport } from "../../lib/transport/transport.ts";
import {
  is_context,
  local_domain,
  open_way,
  place_of,
  security_of_context,
  servers_of_service,
  type Way,
} from "../../lib/transport/ways_browser.ts";
import { caught } from "../model/caught.ts";
import { plain_way } from "../support/doors.ts";
import { page_websocket } from "../support/page_websocket.ts";

const secure = security_of_context();
const way = (changes: Partial<Way> = {}) => plain_way(9001, { transport: "websockets", ...changes });

/** A WebSocket that does what a spec says. */
class PuppetWebSocket {
  static last: PuppetWebSocket;
  static refusal: Error | null = null;
  binaryType = "blob";
  bufferedAmount = 0;
  readonly sent: number[] = [];
  readonly closes: (number | undefined)[] = [];
  onopen: (() => void) | null = null;
  onmessage: ((event: { data: unknown }) => void) | null = null;
  onclose: ((event: { code: number; reason: string }) => void) | null = null;
  readonly url: string;
  readonly protocols: string[];

  constructor(url: string, protocols: string[]) {
    if (PuppetWebSocket.refusal !== null) throw PuppetWebSocket.refusal;
    this.url = url;
    this.protocols = protocols;
    PuppetWebSocket.last = this;
  }

  send(bytes: Uint8Array): void {
    this.sent.push(bytes.length);
    this.bufferedAmount += bytes.length;
  }

  close(code?: number): void {
    this.closes.push(code);
  }

  get(...values: number[]): void {
    this.onmessage?.({ data: Uint8Array.from(values).buffer });
  }
}

interface Opened {
  transport: Transport;
  websocket: PuppetWebSocket;
  told: string[];
  error(): Error | null;
}

function open(changes: Partial<Way> = {}): Opened {
  const told: string[] = [];
  let last: Error | null = null;
  const transport = open_way(way(changes))({
    opened: () => told.push("opened"),
    data: (bytes) => told.push(`data ${bytes.join(",")}`),
    drained: () => told.push("drained"),
    closed(error) {
      told.push(error === null ? "closed" : "failed");
      last = error;
    },
  });
  return { transport, websocket: PuppetWebSocket.last, told, error: () => last };
}

function opened(changes: Partial<Way> = {}): Opened {
  const all = open(changes);
  all.websocket.onopen?.();
  all.told.length = 0;
  return all;
}

let page: Disposable;
const globals = globalThis as { origin?: string; navigator?: unknown };

beforeEach(() => {
  page = page_websocket(PuppetWebSocket);
  PuppetWebSocket.refusal = null;
});
afterEach(() => {
  page[Symbol.dispose]();
  delete globals.origin;
});

describe("a WebSocket from a page", () => {
  it("asks for MQTT, in binary", () => {
    const { websocket } = open({ path: "/ws", tls: secure });
    expect(websocket).toMatchObject({
      url: "wss://127.0.0.1:9001/ws",
      protocols: ["mqtt"],
      binaryType: "arraybuffer",
    });
  });

  it("says that a browser does not say why, and what to look at", async () => {
    const { websocket, told, error } = open();
    websocket.onclose?.({ code: 1006, reason: "" });
    expect(told).toEqual([]);
    await null;
    expect(told).toEqual(["failed"]);
    expect(error()).toBeInstanceOf(WebsocketConnectionError);
    expect(error()?.message).toBe(
      'cannot connect to ws://127.0.0.1:9001/mqtt: a browser does not say why. Does the broker take WebSockets on this port, without TLS, at the path "/mqtt", with the sub-protocol "mqtt"? Does the Content-Security-Policy of the page allow it? The browser\'s console may say more',
    );
  });

  it("asks about the certificate where there is one", async () => {
    const { websocket, error } = open({ tls: secure });
    websocket.onclose?.({ code: 1006, reason: "" });
    await null;
    expect(error()?.message).toMatch(/with TLS, .* Does the browser trust the broker's certificate/);
  });

  it("says that the browser is offline", async () => {
    const before = Object.getOwnPropertyDescriptor(globalThis, "navigator");
    Object.defineProperty(globalThis, "navigator", { value: { onLine: false }, configurable: true });
    try {
      const { websocket, error } = open();
      websocket.onclose?.({ code: 1006, reason: "" });
      await null;
      expect(error()?.message).toMatch(/: the browser is offline$/);
    } finally {
      if (before === undefined) delete globals.navigator;
      else Object.defineProperty(globalThis, "navigator", before);
    }
  });

  it("tells what the browser says against the attempt itself", async () => {
    PuppetWebSocket.refusal = new SyntaxError("The URL is invalid.");
    const { told, error } = open();
    expect(told).toEqual([]);
    await null;
    expect(error()).toBeInstanceOf(TransportError);
    expect(error()?.message).toBe("cannot connect to ws://127.0.0.1:9001/mqtt: The URL is invalid.");
    expect(error()?.cause).toBe(PuppetWebSocket.refusal);
  });

  it.each([
    [1000, "", null],
    [1001, "", null],
    [1006, "", /without the close of a WebSocket/],
    [1008, "go away", /with code 1008, "go away"/],
  ])("tells that it was closed with code %d", async (code, reason, wanted) => {
    const { websocket, told, error } = opened();
    websocket.onclose?.({ code, reason });
    await null;
    expect(told).toEqual([wanted === null ? "closed" : "failed"]);
    if (wanted !== null) expect(error()?.message).toMatch(wanted);
  });

  it("ends when the server sends text [MQTT-6.0.0-1]", async () => {
    const { websocket, told, error } = opened();
    websocket.onmessage?.({ data: "hello" });
    websocket.onclose?.({ code: 1005, reason: "" });
    await null;
    expect(websocket.closes).toEqual([undefined]);
    expect(told).toEqual(["failed"]);
    expect(error()?.message).toMatch(/the server sent text, and MQTT is binary/);
  });

  it("tells what came while it was paused later, in order, before the end", async () => {
    const { transport, websocket, told } = opened();
    transport.pause();
    websocket.get(1);
    websocket.get(2, 3);
    websocket.onclose?.({ code: 1000, reason: "" });
    await null;
    expect(told).toEqual([]);
    transport.resume();
    expect(told).toEqual([]);
    await null;
    expect(told).toEqual(["data 1", "data 2,3", "closed"]);
  });

  it("keeps the order when more comes before the held is told", async () => {
    const { transport, websocket, told } = opened();
    transport.pause();
    websocket.get(1);
    transport.resume();
    websocket.get(2);
    await null;
    websocket.get(3);
    expect(told).toEqual(["data 1", "data 2", "data 3"]);
  });

  it("can be paused again by what it hands over", async () => {
    const told: number[] = [];
    const transport = open_way(way())({
      opened() {},
      data(bytes) {
        told.push(...bytes);
        transport.pause();
      },
      drained() {},
      closed() {},
    });
    const websocket = PuppetWebSocket.last;
    websocket.get(1);
    for (const value of [2, 3, 4]) websocket.get(value);
    for (const wanted of [[1], [1, 2], [1, 2, 3], [1, 2, 3, 4]]) {
      expect(told).toEqual(wanted);
      transport.resume();
      await null;
    }
  });

  it("tells a large frame in portions, and stops between them when it is paused", async () => {
    const told: number[] = [];
    let ended = false;
    const transport = open_way(way())({
      opened() {},
      data(bytes) {
        told.push(bytes.length);
        transport.pause();
      },
      drained() {},
      closed() {
        ended = true;
      },
    });
    const websocket = PuppetWebSocket.last;
    websocket.onmessage?.({ data: new ArrayBuffer(150_000) });
    websocket.onclose?.({ code: 1000, reason: "" });
    for (const wanted of [[65_536], [65_536, 65_536], [65_536, 65_536, 18_928]]) {
      await null;
      expect(told).toEqual(wanted);
      expect(ended).toBe(false);
      transport.resume();
    }
    await null;
    expect(ended).toBe(true);
  });

  it("tells nothing any more once it is destroyed", async () => {
    const { transport, websocket, told } = opened();
    transport.pause();
    websocket.get(1);
    transport.destroy();
    transport.resume();
    websocket.get(2);
    websocket.onclose?.({ code: 1006, reason: "" });
    await null;
    expect(told).toEqual([]);
    expect(websocket.closes).toEqual([undefined]);
  });
});

describe("writing from a page", () => {
  beforeEach(() => void jest.useFakeTimers({ doNotFake: ["queueMicrotask"] }));
  afterEach(() => void jest.useRealTimers());

  it("holds back above a megabyte, and looks with one timer until half has left", () => {
    const { transport, websocket, told } = opened();
    expect(transport.write(new Uint8Array(1_000_000))).toBe(true);
    expect(jest.getTimerCount()).toBe(0);
    expect(transport.write(new Uint8Array(100_000))).toBe(false);
    expect(transport.write(new Uint8Array(100_000))).toBe(false);
    expect(transport.pending).toBe(1_200_000);
    expect(jest.getTimerCount()).toBe(1);
    websocket.bufferedAmount = 600_000;
    jest.advanceTimersByTime(100);
    expect([told, jest.getTimerCount()]).toEqual([[], 1]);
    websocket.bufferedAmount = 500_000;
    jest.advanceTimersByTime(100);
    expect([told, jest.getTimerCount()]).toEqual([["drained"], 0]);
  });

  it.each<[string, (all: Opened) => void]>([
    ["is destroyed", ({ transport }) => transport.destroy()],
    ["ends", ({ transport }) => transport.end()],
    ["has broken", ({ websocket }) => websocket.onclose?.({ code: 1006, reason: "" })],
  ])("leaves no timer when it %s", (_how, end) => {
    const all = opened();
    all.transport.write(new Uint8Array(2_000_000));
    end(all);
    expect(jest.getTimerCount()).toBe(0);
  });
});

describe("what a page cannot do", () => {
  it.each<[string, Partial<Way>, RegExp]>([
    ["tcp", { transport: "tcp" }, /only by WebSocket, not by "tcp": connect to a URL such as "ws:/],
    ["a Unix socket", { transport: "unix", host: "/run/broker" }, /not by "unix"/],
    ["headers", { headers: { Authorization: "x" } }, /headers of ws_set_options\(\) out/],
    ["a function for headers", { headers: (usual) => usual }, /headers of ws_set_options\(\) out/],
    ["a local address", { bind_address: "127.0.0.1" }, /leave bind_address and bind_port out/],
    ["a local port", { bind_port: 4000 }, /leave bind_address and bind_port out/],
  ])("%s is refused with what to do instead", (_what, changes, wanted) => {
    const error = caught(() => open_way(way(changes)));
    expect(error).toBeInstanceOf(ValueError);
    expect(error).toMatchObject({ code: "ERR_MQTT_UNSUPPORTED", message: expect.stringMatching(wanted) });
  });

  it("ws: is refused to a page of https:, but not to this machine", () => {
    const attempt = (host: string) => () => open_way(way({ host }));
    globals.origin = "https://example.org";
    for (const host of ["broker.example.org", "10.0.0.1", "localhost.example.org", "::2"]) {
      expect(caught(attempt(host)).message).toMatch(
        /may not open ws: .*, only wss: connect to a URL that begins with "wss:/,
      );
    }
    for (const host of ["localhost", "broker.localhost", "127.0.0.1", "::1"]) {
      expect(attempt(host)).not.toThrow();
    }
    expect(() => open_way(way({ host: "broker.example.org", tls: secure }))).not.toThrow();
    globals.origin = "http://example.org";
    expect(attempt("broker.example.org")).not.toThrow();
  });

  it("a WebSocket where there is none is missed", () => {
    page[Symbol.dispose]();
    page = page_websocket(null);
    expect(caught(() => open_way(way())).message).toMatch(/there is no WebSocket here/);
  });

  it.each<[string, object]>([
    ["ca_certs", { ca_certs: "ca.pem" }],
    ["certfile, keyfile, keyfile_password", { certfile: "c", keyfile: "k", keyfile_password: "p" }],
    ["cert_reqs", { cert_reqs: CERT_NONE }],
    ["tls_version", { tls_version: PROTOCOL_TLSv1_2 }],
    ["ciphers", { ciphers: "DEFAULT" }],
    ["alpn_protocols", { alpn_protocols: ["mqtt"] }],
  ])("%s of tls_set() is refused in the call", (names, given) => {
    const settings = new TlsSettings();
    const error = caught(() => settings.set([given]));
    expect(error).toMatchObject({ code: "ERR_MQTT_UNSUPPORTED" });
    expect(error.message).toContain(`leave ${names} of tls_set() out`);
    expect(settings.security).toBeNull();
  });

  it("what a browser does anyway may be asked for", () => {
    const settings = new TlsSettings();
    settings.set([{ cert_reqs: CERT_REQUIRED, tls_version: PROTOCOL_TLS_CLIENT }]);
    settings.set_insecure([false]);
    expect(settings.security).toMatchObject({ verify: true });
    expect(settings.security_of_url).toEqual(settings.security);
    expect(settings.risk_of()).toBeNull();
  });

  it("tls_insecure_set() and settings of tls_set_context() are refused in the call", () => {
    const settings = new TlsSettings();
    settings.set_context([]);
    expect(settings.security).toMatchObject({ verify: true });
    for (const given of [{ context: {} }, { servername: "broker" }]) {
      expect(caught(() => settings.set_context([given])).message).toMatch(/use tls_set\(\) in place/);
    }
    expect(is_context({ context: {} })).toBe(false);
    expect(caught(() => settings.set_insecure([true])).message).toMatch(/leave tls_insecure_set\(\) out/);
  });

  it("proxy_set() is refused in the call", () => {
    expect(caught(proxy_of)).toMatchObject({
      code: "ERR_MQTT_UNSUPPORTED",
      message: expect.stringMatching(/leave proxy_set/),
    });
  });

  it("DNS is not asked", () => {
    for (const attempt of [local_domain, servers_of_service]) {
      expect(caught(attempt).message).toMatch(/use connect\(\) in place of connect_srv\(\)/);
    }
  });

  it("all of it has a place, for messages", () => {
    expect(place_of(way({ path: "/ws" }))).toBe("ws://127.0.0.1:9001/ws");
    expect(place_of(way({ transport: "tcp" }))).toBe("127.0.0.1:9001");
  });
});
