import { afterAll, beforeAll, expect, it } from "@jest/globals";
import { type Client, type ConnectArguments, TransportError } from "../../lib/client/index.ts";
import * as publish from "../../lib/helpers/publish.ts";
import * as subscribe from "../../lib/helpers/subscribe.ts";
import { eventually, in_time } from "../support/eventually.ts";
import { describe_mosquitto, free_port } from "../support/mosquitto.ts";
import { http_proxy, socks_proxy } from "../support/proxies.ts";
import {
  type Entrance,
  entrance_names,
  type House,
  mosquitto_with_all_entrances,
  trusting,
} from "./entrances.ts";
import { inbox, new_client, texts } from "./scene.ts";

let house: House;
const at = (name: string) => house.at(name);

function client_for({ transport, tls }: Entrance): Client<2> {
  return new_client({
    transport,
    prepare: (client) => {
      if (tls !== undefined) client.tls_set(tls);
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
    house = await mosquitto_with_all_entrances();
  });

  afterAll(async () => {
    await house[Symbol.asyncDispose]();
  });

  it.each(entrance_names)(
    "takes 10,000 messages of QoS 1 there and back over %s",
    async (name) => {
      const client = client_for(at(name));
      await enter(client, at(name));
      const received = inbox(client);
      client.subscribe("doors/#", 1);
      const sent = Array.from({ length: 10_000 }, (_, number) => `${number}`);
      const infos = sent.map((text) => client.publish("doors/room", text, 1));
      await Promise.all(infos.map((info) => info.wait_for_publish(25)));
      await eventually(() => expect(received.length).toBe(sent.length), { within: 25_000 });
      expect(texts(received)).toEqual(sent);
      expect(client.stats()).toMatchObject({ queued: 0, in_flight: 0, dropped: 0, reconnects: 0 });
      await client.close();
    },
    60_000,
  );

  it.each(entrance_names)("lets the helpers in over %s", async (name) => {
    const { host: hostname, port, transport, tls } = at(name);
    const to = { hostname, port, transport, ...(tls === undefined ? {} : { tls }), timeout: 10 };
    const topic = `doors/kept/${entrance_names.indexOf(name)}`;
    await publish.single(topic, name, { qos: 1, retain: true, ...to });
    expect((await subscribe.simple(topic, { ...to })).text()).toBe(name);
  });

  it.each(entrance_names)("takes a client back that lost its connection over %s", async (name) => {
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

  it.each<[string, string, Entrance["transport"], Entrance["tls"], RegExp]>([
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
