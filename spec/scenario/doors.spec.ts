import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, it } from "@jest/globals";
import { type Client, type ConnectArguments, TransportError } from "../../lib/client/index.ts";
import type { Tls } from "../../lib/helpers/publish.ts";
import * as publish from "../../lib/helpers/publish.ts";
import * as subscribe from "../../lib/helpers/subscribe.ts";
import { authority } from "../support/certificates.ts";
import { eventually, in_time } from "../support/eventually.ts";
import { describe_mosquitto, free_port, type Mosquitto, mosquitto } from "../support/mosquitto.ts";
import { http_proxy, socks_proxy } from "../support/proxies.ts";
import { type WebsocketGateway, websocket_gateway } from "../support/websocket_gateway.ts";
import { for_many_messages, inbox, new_client, texts } from "./scene.ts";

type Transport = "tcp" | "websockets" | "unix";

/** A way in. */
interface Entrance {
  transport: Transport;
  host: string;
  port: number;
  tls?: Tls;
}

const ca = authority();
const server = ca.issue();
const mine = ca.issue({ name: "the client", hosts: [] });
const trusting = { ca_certs: ca.cert };
const known = { ...trusting, certfile: mine.cert, keyfile: mine.key };

let folder: string;
let broker: Mosquitto;
let gateway: WebsocketGateway;
let secure_gateway: WebsocketGateway;
const entrances: Record<string, () => Entrance> = {};

function client_for({ transport, tls }: Entrance): Client<2> {
  return new_client({
    transport,
    prepare: (client) => {
      if (tls !== undefined) client.tls_set(tls as typeof known);
    },
  });
}

/** Connects with the loop running; resolves when the broker has accepted. */
async function enter(client: Client<2>, { host, port }: Pick<ConnectArguments, "host" | "port">) {
  const accepted = new Promise<void>((resolve, reject) => {
    client.once("connect", (_client, _userdata, _flags, reason_code) => {
      if (reason_code.is_failure) reject(new Error(`${reason_code}`));
      else resolve();
    });
  });
  client.loop_start();
  await client.connect({ host, ...(port === undefined ? {} : { port }) });
  await in_time(accepted, "CONNACK", { within: 10_000 });
}

describe_mosquitto("mosquitto behind every door", () => {
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), "karere-doors-"));
    const file = async (name: string, text: string) => {
      await writeFile(join(folder, name), text);
      return join(folder, name);
    };
    const [ca_file, cert_file, key_file] = await Promise.all([
      file("ca.pem", ca.cert),
      file("server.pem", server.cert),
      file("server.key", server.key),
    ]);
    const [tls_port, mutual_port] = [await free_port(), await free_port()];
    const keys = [`cafile ${ca_file}`, `certfile ${cert_file}`, `keyfile ${key_file}`];
    const socket = join(folder, "broker.sock");
    broker = await mosquitto({
      config: [
        ...for_many_messages,
        ...[`listener ${tls_port} 127.0.0.1`, ...keys],
        ...[`listener ${mutual_port} 127.0.0.1`, ...keys, "require_certificate true"],
        `listener 0 ${socket}`,
      ],
    });
    gateway = await websocket_gateway(broker.port);
    secure_gateway = await websocket_gateway(broker.port, server);
    const host = "localhost";
    Object.assign(entrances, {
      TCP: () => ({ transport: "tcp", host: "127.0.0.1", port: broker.port }),
      TLS: () => ({ transport: "tcp", host, port: tls_port, tls: trusting }),
      "mutual TLS": () => ({ transport: "tcp", host, port: mutual_port, tls: known }),
      WebSocket: () => ({ transport: "websockets", host: "127.0.0.1", port: gateway.port }),
      "WebSocket over TLS": () => ({
        transport: "websockets",
        host,
        port: secure_gateway.port,
        tls: trusting,
      }),
      "a Unix socket": () => ({ transport: "unix", host: socket, port: 1883 }),
    });
  });

  afterAll(async () => {
    await gateway[Symbol.asyncDispose]();
    await secure_gateway[Symbol.asyncDispose]();
    await broker[Symbol.asyncDispose]();
    await rm(folder, { recursive: true });
  });

  const names = ["TCP", "TLS", "mutual TLS", "WebSocket", "WebSocket over TLS", "a Unix socket"];
  const at = (name: string) => entrances[name]?.() as Entrance;

  it.each(names)("takes 1,000 messages of QoS 1 there and back over %s", async (name) => {
    const client = client_for(at(name));
    await enter(client, at(name));
    const received = inbox(client);
    client.subscribe("doors/#", 1);
    const sent = Array.from({ length: 1000 }, (_, number) => `${number}`);
    const infos = sent.map((text) => client.publish("doors/room", text, 1));
    await Promise.all(infos.map((info) => info.wait_for_publish(10)));
    await eventually(() => expect(received.length).toBe(sent.length), { within: 10_000 });
    expect(texts(received)).toEqual(sent);
    await client.close();
  });

  it.each(names)("lets the helpers in over %s", async (name) => {
    const { host: hostname, port, transport, tls } = at(name);
    const to = { hostname, port, transport, ...(tls === undefined ? {} : { tls }), timeout: 10 };
    const topic = `doors/kept/${names.indexOf(name)}`;
    await publish.single(topic, name, { qos: 1, retain: true, ...to });
    expect((await subscribe.simple(topic, { ...to })).text()).toBe(name);
  });

  it.each(names)("takes a client back that lost its connection over %s", async (name) => {
    const client = client_for(at(name));
    await enter(client, at(name));
    const back = new Promise<void>((resolve) => client.once("connect", () => resolve()));
    (client.socket() as { destroy?(): void; terminate?(): void }).destroy?.();
    (client.socket() as { terminate?(): void } | null)?.terminate?.();
    await in_time(back, "the second CONNACK", { within: 10_000 });
    await client.publish("doors/again", "x", 1).wait_for_publish(10);
    expect(client.stats().reconnects).toBe(1);
    await client.close();
  });

  it.each([
    ["SOCKS 5", socks_proxy, "socks5"],
    ["HTTP CONNECT", http_proxy, "http"],
  ] as const)("is reached through a proxy by %s", async (_name, make, proxy_type) => {
    const credentials = { username: "me", password: "secret" };
    await using proxy = await make({ credentials });
    const { host: hostname, port } = at("TLS");
    const proxy_args = {
      proxy_type,
      proxy_addr: "127.0.0.1",
      proxy_port: proxy.port,
      proxy_username: credentials.username,
      proxy_password: credentials.password,
    };
    const topic = `doors/${proxy_type}`;
    const to = { hostname, port, tls: trusting, proxy_args, timeout: 10 };
    await publish.single(topic, "through", { retain: true, qos: 1, ...to });
    expect((await subscribe.simple(topic, to)).text()).toBe("through");
    expect(proxy.asked).toEqual([`${hostname}:${port}`, `${hostname}:${port}`]);
  });

  it("is found by DNS", async () => {
    const client = client_for(at("TLS"));
    const asked: string[] = [];
    client.loop_start();
    const rc = await client.connect_srv("example.org", {
      resolve_srv: async (service) => {
        asked.push(service);
        const dead = { name: "127.0.0.1", port: await free_port(), priority: 1, weight: 0 };
        return [{ ...dead, name: "localhost", port: at("TLS").port, priority: 2 }, dead];
      },
    });
    expect([rc, asked]).toEqual([0, ["_secure-mqtt._tcp.example.org"]]);
    expect([client.host, client.port]).toEqual(["localhost", at("TLS").port]);
    await client.publish("doors/found", "x", 1).wait_for_publish(10);
    await client.close();
  });

  it("refuses a client without a certificate, which tells what is missing", async () => {
    const { host, port } = at("mutual TLS");
    const lines: string[] = [];
    const client = new_client({
      prepare: (made) => {
        made.tls_set(trusting);
        made.on_log = (_client, _userdata, _level, text) => lines.push(text);
      },
      reconnect_on_failure: false,
    });
    const running = client.connect(host, port).then(
      () => client.loop_forever(),
      (error) => error,
    );
    await running;
    // With TLS 1.3 that is known only when the connection is open already.
    await eventually(() => expect(lines.join("\n")).toMatch(/tls_set\(\{ certfile, keyfile \}\)/));
    await client.close();
  });

  it.each<[string, string, Transport, Tls | undefined, RegExp]>([
    ["TLS at the port for TCP", "TCP", "tcp", trusting, /is port \d+ one for TLS\?/],
    ["WebSocket at the port for TCP", "TCP", "websockets", undefined, /is the port one for WebSockets\?/],
    ["WebSocket at the port for TLS", "TLS", "websockets", undefined, /is the port one for WebSockets\?/],
    ["an unknown authority", "TLS", "tcp", {}, /ca_certs/],
  ])("tells what to look at: %s", async (_what, name, transport, tls, wanted) => {
    const { host, port } = at(name);
    const client = client_for({ host, port, transport, ...(tls === undefined ? {} : { tls }) });
    const error = await client.connect(host, port).catch((reason) => reason);
    expect(error).toBeInstanceOf(TransportError);
    expect(error.message).toMatch(wanted);
    await client.close();
  });
});
