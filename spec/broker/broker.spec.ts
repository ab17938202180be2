// The broker over TCP, with clients of two kinds: ours, and MQTT.js.

import { once } from "node:events";
import { type AddressInfo, connect as connect_tcp } from "node:net";
import { Duplex, duplexPair } from "node:stream";
import { createServer } from "node:tls";
import { describe, expect, it, jest } from "@jest/globals";
import { connectAsync } from "mqtt";
import { createWebSocketStream, WebSocketServer } from "ws";
import { BrokerCore } from "../../lib/broker/core.ts";
import { Broker, type BrokerOptions } from "../../lib/broker/index.ts";
import type { Client } from "../../lib/client/index.ts";
import { encode } from "../../lib/codec/encoder.ts";
import { PacketTypes } from "../../lib/model/packettypes.ts";
import { Properties } from "../../lib/model/properties.ts";
import { ReasonCode } from "../../lib/model/reasoncodes.ts";
import { using_clock } from "../../lib/testing/fake_clock.ts";
import { connected, inbox, next_message, subscribed, texts, versions } from "../scenario/scene.ts";
import { connect, props } from "../support/core_packets.ts";
import { test_certificates } from "../support/doors.ts";
import { eventually } from "../support/eventually.ts";
import { bytes, packet_bytes } from "../support/packet_bytes.ts";
import { run_source } from "../support/run_script.ts";

async function listening(options: BrokerOptions = {}): Promise<Broker> {
  const broker = new Broker(options);
  await broker.listen({ port: 0 });
  return broker;
}

function error_log() {
  const errors: string[] = [];
  const nothing = () => {};
  const error = (line: string) => errors.push(line);
  return { errors, logger: { debug: nothing, info: nothing, warn: nothing, error } };
}

const code_of = (name: string) => new ReasonCode(PacketTypes.CONNACK, name);

describe("a broker in the program", () => {
  it.each(versions)("carries messages of each QoS on %s", async (_name, protocol) => {
    await using broker = await listening();
    await using client = await connected(broker.port, { protocol });
    const messages = inbox(client);
    await subscribed(client, "house/#", 2);
    for (const qos of [0, 1, 2] as const)
      await client.publish("house/door", String(qos), qos).wait_for_publish();
    await eventually(() => expect(texts(messages)).toEqual(["0", "1", "2"]));
    expect(messages.map(({ qos }) => qos)).toEqual([0, 1, 2]);
  });

  it("serves all versions at once, and MQTT.js beside our client", async () => {
    await using broker = await listening();
    const clients: Client<2>[] = [];
    for (const [, protocol] of versions) clients.push(await connected(broker.port, { protocol }));
    const others = [];
    for (const protocolVersion of [3, 4, 5] as const) {
      const protocolId = protocolVersion === 3 ? "MQIsdp" : "MQTT";
      others.push(
        await connectAsync(broker.url, { protocolVersion, protocolId, clientId: `js${protocolVersion}` }),
      );
    }
    const got: string[] = [];
    for (const other of others) {
      other.on("message", (topic, payload) => got.push(`${topic} ${payload}`));
      await other.subscribeAsync("t", { qos: 2 });
    }
    for (const client of clients) await client.publish("t", "ours", 2).wait_for_publish();
    for (const other of others) await other.publishAsync("t", "js", { qos: 2 });
    await eventually(() => expect(got).toHaveLength(18));
    for (const other of others) await other.endAsync();
    for (const client of clients) await client.close();
    expect(broker.clients).toEqual([]);
  });

  it("tells where it is, and listens once", async () => {
    const broker = new Broker();
    expect([broker.port, broker.url]).toEqual([0, ""]);
    await broker.listen({ port: 0 });
    expect(broker.url).toBe(`mqtt://127.0.0.1:${broker.port}`);
    await expect(broker.listen({ port: 0 })).rejects.toMatchObject({ code: "ERR_MQTT_STATE" });
    const other = new Broker();
    await expect(other.listen({ port: 70_000 })).rejects.toThrow("port must be");
    await expect(other.listen({ port: broker.port })).rejects.toMatchObject({
      code: "ERR_MQTT_TRANSPORT",
      hint: expect.stringContaining("port 0"),
    });
    await broker.close();
    await broker.close();
    expect(broker.port).toBe(0);
    await other.listen({ port: 0, host: "::1" });
    expect(other.url).toBe(`mqtt://[::1]:${other.port}`);
    await other.close();
  });

  it.each([
    ["0.0.0.0", "127.0.0.1"],
    ["::", "[::1]"],
  ])("on all addresses, %s, is reached on that of the machine itself", async (host, there) => {
    await using broker = new Broker();
    await broker.listen({ port: 0, host });
    expect(broker.url).toBe(`mqtt://${there}:${broker.port}`);
  });

  it("does not listen any more when it is closed before it could", async () => {
    const broker = new Broker();
    const listening = broker.listen({ port: 0 });
    const failed = expect(listening).rejects.toMatchObject({ code: "ERR_MQTT_STATE" });
    await broker.close();
    await failed;
    expect(broker.port).toBe(0);
    await broker.listen({ port: 0 });
    await broker.close();
  });

  it("takes its arguments by name, and no others", async () => {
    const broker = new Broker();
    await expect(broker.listen({ prot: 1883 } as object)).rejects.toThrow('did you mean "port"');
    await expect(broker.listen(0 as unknown as object)).rejects.toThrow("{ port, host }, and not a number");
    expect(() => new Broker(1883 as BrokerOptions)).toThrow("not a number");
  });

  it("refuses options that do not exist or cannot be", () => {
    const wrong = (options: object) => () => new Broker(options as BrokerOptions);
    expect(wrong({ max_packet_sise: 1 })).toThrow("max_packet_size");
    expect(wrong({ authenticate: true })).toThrow(TypeError);
    expect(wrong({ logger: {} })).toThrow(TypeError);
    expect(wrong({ receive_maximum: 0 })).toThrow("receive_maximum");
  });

  it("takes streams that others have accepted", async () => {
    await using broker = new Broker();
    const [near, far] = duplexPair();
    broker.accept(far);
    near.write(packet_bytes(4).connect({ client_id: "a" }));
    const [connack] = await once(near, "data");
    expect([...connack]).toEqual([0x20, 2, 0, 0]);
    expect(broker.clients).toMatchObject([{ client_id: "a", address: "a stream" }]);
    near.end();
  });
});

it("a broker takes TLS and WebSockets from whoever accepts them", async () => {
  await using broker = new Broker();
  const { cert, key } = test_certificates().server;
  const secure = createServer({ cert, key }, (socket) => broker.accept(socket));
  const websockets = new WebSocketServer({ port: 0, host: "127.0.0.1", handleProtocols: () => "mqtt" });
  websockets.on("connection", (socket) => broker.accept(createWebSocketStream(socket)));
  await Promise.all([once(websockets, "listening"), once(secure.listen(0, "127.0.0.1"), "listening")]);
  const port_of = (server: { address(): unknown }) => (server.address() as AddressInfo).port;
  {
    const prepare = (client: Client<2>) => client.tls_set(test_certificates().ca.cert);
    await using one = await connected(port_of(secure), { prepare });
    await using other = await connected(port_of(websockets), { transport: "websockets" });
    await subscribed(other, "t", 2);
    const message = next_message(other);
    await one.publish("t", "x".repeat(100_000), 2).wait_for_publish();
    expect((await message).payload).toHaveLength(100_000);
  }
  await broker.close();
  secure.close();
  websockets.close();
});

it("a broker takes no stream that has ended already, and lets go of one that ends", async () => {
  await using broker = new Broker();
  const [near, far] = duplexPair();
  far.destroy();
  broker.accept(far);
  const [here, there] = duplexPair();
  broker.accept(there);
  here.write(packet_bytes(4).connect({ client_id: "a" }));
  await once(here, "data");
  const gone = new Promise<void>((resolve) => broker.once("disconnected", () => resolve()));
  here.end();
  await gone;
  near.destroy();
});

describe("what a broker tells its program", () => {
  it("is who comes and goes, and what they do", async () => {
    await using broker = await listening();
    const told: string[] = [];
    broker.on("connected", ({ client_id, protocol }, present) =>
      told.push(`+ ${client_id} ${protocol} ${present}`),
    );
    broker.on("subscribed", ({ client_id }, filter, qos) =>
      told.push(`${client_id} subscribed ${filter} ${qos}`),
    );
    broker.on("unsubscribed", ({ client_id }, filter) => told.push(`${client_id} unsubscribed ${filter}`));
    broker.on("published", (message, client) =>
      told.push(`${client?.client_id ?? "-"} published ${message.topic} ${message.text()} ${message.qos}`),
    );
    broker.on("disconnected", ({ client_id }, reason) => told.push(`- ${client_id} ${reason}`));
    const client = await connected(broker.port, { client_id: "me", protocol: 5 });
    await subscribed(client, "t", 1);
    expect(broker.sessions).toEqual([
      { client_id: "me", is_connected: true, subscriptions: ["t"], queued: 0, dropped: 0 },
    ]);
    const message = next_message(client);
    broker.publish("t", "from the program");
    await message;
    await client.publish("t", "x", 1).wait_for_publish();
    client.unsubscribe("t");
    await eventually(() => expect(broker.sessions).toMatchObject([{ subscriptions: [] }]));
    await client.close();
    await eventually(() => expect(broker.clients).toEqual([]));
    expect(told).toEqual([
      "+ me 5 false",
      "me subscribed t 1",
      "- published t from the program 0",
      "me published t x 1",
      "me unsubscribed t",
      "- me Normal disconnection",
    ]);
  });

  it("is what it keeps", async () => {
    await using broker = new Broker();
    const properties = new Properties(PacketTypes.PUBLISH, { ContentType: "text", TopicAlias: 3 });
    broker.publish("a", "x", 1, true, properties);
    broker.publish({ topic: "b", payload: 5, retain: true });
    broker.publish("$SYS/c", null, { retain: true });
    broker.publish("$SYS/d", "y", 0, { retain: true });
    expect(
      broker
        .retained()
        .map((message) => [message.topic, message.text()])
        .sort(),
    ).toEqual([
      ["a", "x"],
      ["b", "5"],
    ]);
    expect(broker.retained("$SYS/#").map(({ topic }) => topic)).toEqual(["$SYS/d"]);
    // The program's own object is as it was.
    expect(properties.TopicAlias).toBe(3);
    expect(broker.retained("a")[0]?.properties?.json()).toEqual({ ContentType: "text" });
    broker.clear();
    expect(broker.retained()).toEqual([]);
  });

  it("refuses what cannot be published", () => {
    const broker = new Broker();
    expect(() => broker.publish("a/#", "x")).toThrow("wildcard");
    expect(() => broker.publish("a", "x", 3)).toThrow("QoS");
    expect(() => broker.retained("a#")).toThrow("wildcard");
  });

  it("goes to a logger, packets and all, without payloads and passwords", async () => {
    const lines: string[] = [];
    const write = (level: string) => (line: string) => lines.push(`${level} ${line}`);
    const logger = { debug: write("D"), info: write("I"), warn: write("W"), error: write("E") };
    const broker = await listening({
      logger,
      authenticate: ({ client_id }) => client_id !== "stranger",
      max_queued_messages: 1,
    });
    await using client = await connected(broker.port, {
      protocol: 5,
      client_id: "me",
      persistent: true,
      prepare: (client) => client.username_pw_set("user", "secret"),
    });
    await subscribed(client, "t", 1);
    await client.publish("t", "payload", 1).wait_for_publish();
    await expect(connected(broker.port, { client_id: "stranger" })).rejects.toThrow("Not authorized");
    client.unsubscribe("t");
    await subscribed(client, "kept", 1);
    await client.close();
    await eventually(() => expect(broker.clients).toEqual([]));
    const dropped: string[] = [];
    broker.on("dropped", (client_id, message) =>
      dropped.push(`${client_id} ${message.topic} ${message.text()}`),
    );
    for (const text of ["one", "two"]) broker.publish("kept", text, 1);
    expect(dropped).toEqual(["me kept two"]);
    await broker.close();
    const text = lines.join("\n");
    expect(text).toMatch(/^I = listening on mqtt:/);
    for (const line of [
      /^D < me CONNECT .*client_id="me"/m,
      /^I = me connected from 127\.0\.0\.1:\d+, version=5$/m,
      /^D > me CONNACK rc=0/m,
      /^D = me subscribed "t"$/m,
      /^D < me PUBLISH mid=\d+ qos=1 topic="t" \(7 bytes\)$/m,
      /^D = me published to "t"$/m,
      /^W = stranger refused: Not authorized$/m,
      /^I = me disconnected: Normal disconnection$/m,
      /^D = the broker published to "kept"$/m,
      /^W = me has no room: a message to "kept" was dropped$/m,
    ])
      expect(text).toMatch(line);
    expect(text).not.toMatch(/secret|payload/);
  });
});

describe("a program that decides who may do what", () => {
  it("lets clients in after a while, or not, for its own reasons", async () => {
    await using broker = await listening({
      authenticate: async ({ client_id, username, password }) => {
        await new Promise((resolve) => setImmediate(resolve));
        if (client_id === "banned") return code_of("Banned");
        if (client_id === "broken") throw new Error("no database");
        if (client_id === "odd") return new ReasonCode(PacketTypes.SUBACK, "Granted QoS 1");
        return username === "user" && password !== null && Buffer.from(password).toString() === "secret";
      },
    });
    const refused: string[] = [];
    broker.on("refused", ({ client_id }, reason_code) => refused.push(`${client_id}: ${reason_code}`));
    await using client = await connected(broker.port, {
      client_id: "me",
      prepare: (client) => client.username_pw_set("user", "secret"),
    });
    expect(client.is_connected()).toBe(true);
    await using odd = await connected(broker.port, { client_id: "odd" });
    expect(odd.is_connected()).toBe(true);
    for (const client_id of ["banned", "broken", "nobody"]) {
      await expect(connected(broker.port, { client_id, protocol: 5 })).rejects.toThrow("refused");
    }
    expect(refused).toEqual(["banned: Banned", "broken: Unspecified error", "nobody: Not authorized"]);
  });

  it("allows topics, or not, for its own reasons", async () => {
    const { logger, errors } = error_log();
    await using broker = await listening({
      logger,
      authorize: ({ client_id }, action, topic) => {
        if (topic === "broken") throw new Error("no database");
        if (topic === "full") return new ReasonCode(PacketTypes.PUBACK, "Quota exceeded");
        return action === "subscribe" || topic.startsWith(client_id);
      },
    });
    await using client = await connected(broker.port, { client_id: "me", protocol: 5 });
    const answers = await subscribed(client, [
      ["me/#", 1],
      ["full", 1],
      ["broken", 1],
    ]);
    expect(answers.map(String)).toEqual(["Granted QoS 1", "Quota exceeded", "Unspecified error"]);
    await client.publish("me/x", "", 1).wait_for_publish();
    await expect(client.publish("you/x", "", 1).wait_for_publish()).rejects.toThrow("Not authorized");
    await expect(client.publish("full", "", 1).wait_for_publish()).rejects.toThrow("Quota exceeded");
    expect(errors).toEqual(["= authorize failed: Error: no database"]);
  });

  it("cannot take its time with topics: a promise refuses, and the log says so", async () => {
    const { logger, errors } = error_log();
    await using broker = await listening({
      logger,
      authorize: (async (_client: unknown, _action: unknown, topic: string) => {
        if (topic === "broken") throw new Error("no database");
        return true;
      }) as unknown as () => boolean,
    });
    await using client = await connected(broker.port, { protocol: 5 });
    const answers = await subscribed(client, [
      ["a", 1],
      ["broken", 1],
    ]);
    expect(answers.map(String)).toEqual(["Not authorized", "Not authorized"]);
    const sentence = "= authorize must return true, false or a ReasonCode, not a Promise";
    expect(errors).toEqual([sentence, sentence, "= authorize failed: Error: no database"]);
  });

  it("refuses by whatever is no verdict, and the log says so", async () => {
    const { logger, errors } = error_log();
    await using broker = await listening({
      logger,
      authenticate: (({ client_id }: { client_id: string }) =>
        client_id === "me" || undefined) as unknown as () => boolean,
      authorize: () => 0 as unknown as boolean,
    });
    await expect(connected(broker.port, { client_id: "you", protocol: 5 })).rejects.toThrow("Not authorized");
    await using client = await connected(broker.port, { client_id: "me", protocol: 5 });
    expect((await subscribed(client, [["a", 1]])).map(String)).toEqual(["Not authorized"]);
    expect(errors).toEqual([
      "= authenticate must return true, false or a ReasonCode, not undefined",
      "= authorize must return true, false or a ReasonCode, not a number",
    ]);
  });
});

describe("a broker that ends", () => {
  it("tells its clients, and has their sessions when it listens again", async () => {
    const broker = await listening();
    const { port } = broker;
    const reasons: string[] = [];
    await using client = await connected(port, {
      client_id: "me",
      persistent: true,
      protocol: 5,
      prepare: (client) => {
        client.on_disconnect = (_client, _userdata, _flags, reason_code) => reasons.push(String(reason_code));
      },
    });
    await subscribed(client, "t", 1);
    await broker.close();
    await eventually(() => expect(reasons).toEqual(["Server shutting down"]));
    broker.publish("t", "kept", 1);
    const message = next_message(client);
    await broker.listen({ port });
    expect((await message).text()).toBe("kept");
    await broker.close();
  });

  it("publishes a will that has waited while it was closed", async () => {
    using clock = using_clock();
    const broker = new Broker();
    const topics: string[] = [];
    broker.on("published", ({ topic }) => topics.push(topic));
    const dies = async (client_id: string, delay: number) => {
      await broker.listen({ port: 0 });
      const came = new Promise((resolve) => broker.once("connected", resolve));
      const socket = connect_tcp(broker.port, "127.0.0.1");
      const will = {
        topic: client_id,
        payload: new Uint8Array(),
        qos: 0 as const,
        retain: false,
        properties: props(PacketTypes.WILLMESSAGE, { WillDelayInterval: delay }),
      };
      const properties = props(PacketTypes.CONNECT, { SessionExpiryInterval: 1000 });
      socket.write(encode(connect({ version: 5, client_id, properties, will }), 5));
      await came;
      await broker.close();
      socket.destroy();
    };
    await dies("early", 10);
    await clock.advance(60);
    await dies("late", 10);
    expect(topics).toEqual(["early"]);
    await broker.listen({ port: 0 });
    await clock.advance(10);
    expect(topics).toEqual(["early", "late"]);
    await broker.close();
  });

  it("and listens again before all has ended still knows the time", async () => {
    using clock = using_clock();
    await using broker = await listening();
    const lingering = connect_tcp({ port: broker.port, host: "127.0.0.1", allowHalfOpen: true });
    lingering.resume().write(packet_bytes(4).connect({ client_id: "lingering" }));
    await once(lingering, "data");
    const closed = broker.close();
    await broker.listen({ port: 0 });
    const silent = connect_tcp(broker.port, "127.0.0.1");
    silent.resume().write(packet_bytes(4).connect({ client_id: "silent", keepalive: 2 }));
    await once(silent, "data");
    lingering.end();
    await closed;
    await clock.advance(4);
    expect(broker.clients).toEqual([]);
  });

  it("publishes no will when it forgets everything", async () => {
    await using broker = await listening();
    const topics: string[] = [];
    broker.on("published", ({ topic }) => topics.push(topic));
    await using _client = await connected(broker.port, {
      client_id: "me",
      reconnect_on_failure: false,
      prepare: (client) => client.will_set("will", "gone"),
    });
    broker.clear();
    expect([topics, broker.clients, broker.sessions]).toEqual([[], [], []]);
  });

  it("ends the connection of one client", async () => {
    await using broker = await listening();
    const reasons: string[] = [];
    await using client = await connected(broker.port, { client_id: "me", protocol: 5 });
    client.on_disconnect = (_client, _userdata, _flags, reason_code) => reasons.push(String(reason_code));
    expect(broker.disconnect("me")).toBe(true);
    expect(broker.disconnect("nobody")).toBe(false);
    await eventually(() => expect(reasons).toEqual(["Administrative action"]));
    expect(() => broker.disconnect("me", code_of("Banned"))).toThrow("not for");
    expect(() => broker.disconnect("me", 0x98 as unknown as ReasonCode)).toThrow("PacketTypes.DISCONNECT");
  });

  it("waits also for streams that keep no process alive, or do not tell that they are closed", async () => {
    const { stdout } = await run_source(`
      import { Duplex, duplexPair } from "node:stream";
      import { Broker } from "karere/broker";
      const broker = new Broker();
      const [near, far] = duplexPair();
      near.resume();
      broker.accept(far);
      broker.accept(new Duplex({ emitClose: false, read() {}, write: (_chunk, _encoding, done) => done() }));
      await broker.close();
      console.log("closed");`);
    expect(stdout).toBe("closed\n");
  });

  it("does not wait for a client that does not close its half", async () => {
    const broker = await listening();
    const socket = connect_tcp({ port: broker.port, host: "127.0.0.1", allowHalfOpen: true });
    socket.write(packet_bytes(4).connect({ client_id: "a" }));
    await once(socket, "data");
    await broker.close();
    socket.destroy();
  });
});

it("each listener has messages of its own, and can do no harm with them", async () => {
  await using broker = await listening();
  const got: string[] = [];
  broker.on("published", (message) => {
    message.payload.fill(0x21);
    message.properties?.clear();
  });
  broker.on("published", (message) => {
    got.push(`${message.text()} ${message.properties?.ContentType}`);
    structuredClone(message.payload.buffer, { transfer: [message.payload.buffer as ArrayBuffer] });
  });
  const properties = new Properties(PacketTypes.PUBLISH, { ContentType: "text" });
  broker.publish("t", "x", 1, true, properties);
  broker.retained()[0]?.payload.fill(0x21);
  expect([got, broker.retained()[0]?.text()]).toEqual([["x text"], "x"]);
});

it("a line of the log stays one, whatever names clients have", async () => {
  const lines: string[] = [];
  const log = (line: string) => lines.push(line);
  await using broker = await listening({ logger: { debug: log, info: log, warn: log, error: log } });
  await using _client = await connected(broker.port, { client_id: "a\n= admin\u2028" });
  expect(lines.join("")).not.toMatch(/[\n\u2028]/);
  expect(lines).toContainEqual(expect.stringContaining("= a\\u000a= admin\\u2028 connected from"));
});

it("a listener may do anything with the broker: publish, end connections, forget everything", async () => {
  await using broker = await listening();
  const told: string[] = [];
  broker.on("disconnected", ({ client_id }, reason_code) => told.push(`${client_id}: ${reason_code}`));
  broker.on("published", ({ topic }) => {
    if (topic === "echo") broker.publish("answer", "x", 1);
    if (topic === "out") broker.disconnect("other");
    if (topic === "clear") broker.clear();
  });
  await using client = await connected(broker.port, {
    client_id: "me",
    protocol: 5,
    reconnect_on_failure: false,
  });
  await using _other = await connected(broker.port, { client_id: "other", reconnect_on_failure: false });
  await subscribed(client, "answer", 1);
  const answer = next_message(client);
  client.publish("echo", "", 1);
  expect((await answer).topic).toBe("answer");
  client.publish("out", "", 1);
  await eventually(() => expect(told).toEqual(["other: Administrative action"]));
  client.publish("clear", "", 0);
  await eventually(() => expect(told).toContain("me: Server shutting down"));
  await eventually(() => expect(client.is_connected()).toBe(false));
  expect([broker.sessions, broker.clients]).toEqual([[], []]);
});

describe("what a broker and a client agree on, on MQTT 5", () => {
  it("is how many messages may be in flight to the broker, and to the client", async () => {
    await using broker = await listening({ receive_maximum: 3, max_inflight_messages: 2 });
    await using client = await connected(broker.port, { protocol: 5, manual_ack: true });
    const messages = inbox(client);
    await subscribed(client, "t", 2);
    let most = 0;
    client.on_publish = () => {
      most = Math.max(most, client.stats().in_flight);
    };
    const infos = Array.from({ length: 50 }, (_, number) => client.publish("t", number, number % 2 ? 1 : 2));
    await Promise.all(infos.map((info) => info.wait_for_publish()));
    expect(most).toBeLessThanOrEqual(3);
    for (let count = 0; count < 50; count += 2) {
      await eventually(() => expect(messages).toHaveLength(count + 2));
      for (const { mid, qos } of messages.slice(count)) client.ack(mid, qos);
    }
    await eventually(() => expect(broker.sessions).toMatchObject([{ queued: 0 }]));
    expect(client.stats().reconnects).toBe(0);
  });

  it("is how large a packet may be", async () => {
    await using broker = await listening({ max_packet_size: 1000 });
    await using client = await connected(broker.port, { protocol: 5 });
    await expect(client.publish("t", "x".repeat(1000), 1).wait_for_publish()).rejects.toMatchObject({
      code: "ERR_MQTT_REFUSED",
    });
    await client.publish("t", "x".repeat(900), 1).wait_for_publish();
    expect(client.stats().reconnects).toBe(0);
  });

  it("is the client id, which the client keeps when it comes back", async () => {
    await using broker = await listening();
    const flags: boolean[] = [];
    const properties = new Properties(PacketTypes.CONNECT, { SessionExpiryInterval: 1000 });
    await using _client = await connected(broker.port, {
      protocol: 5,
      connect: { properties },
      prepare: (client) => {
        client.on_connect = (_client, _userdata, { session_present }) => flags.push(session_present);
      },
    });
    const client_id = broker.clients[0]?.client_id ?? "";
    expect(client_id).toMatch(/^karere-[0-9a-f-]{36}$/);
    broker.disconnect(client_id);
    await eventually(() => expect(flags).toEqual([false, true]));
    expect(broker.clients).toMatchObject([{ client_id }]);
  });
});

describe("a hostile client", () => {
  it("that asks and never reads is not read any more, and costs no more memory", async () => {
    await using broker = await listening();
    const socket = connect_tcp(broker.port, "127.0.0.1");
    socket.pause();
    socket.write(packet_bytes(5).connect({ client_id: "a" }));
    const pings = Buffer.alloc(1024 * 1024, bytes("c0 00"));
    const taken = () => socket.bytesWritten - socket.writableLength;
    // Each PINGREQ has an answer as long as itself.
    let before = -1;
    await eventually(
      async () => {
        while (socket.writableLength < 4 * pings.length) socket.write(pings);
        const stuck = taken() === before;
        before = taken();
        return stuck;
      },
      { within: 20_000 },
    );
    await using other = await connected(broker.port);
    await other.publish("t", "x", 1).wait_for_publish();
    socket.destroy();
  }, 30_000);

  it("is none that only reads slowly what others send: its own words are heard", async () => {
    using clock = using_clock();
    await using broker = await listening();
    const socket = connect_tcp(broker.port, "127.0.0.1");
    socket.write(packet_bytes(4).connect({ client_id: "slow", keepalive: 10 }));
    await once(socket, "data");
    socket.write(bytes("82 06 00 01 00 01 74 00"));
    await once(socket, "data");
    const MiB = 1024 * 1024;
    const large = Buffer.alloc(MiB);
    const read_one_MiB = async () => {
      for (let came = 0; came < MiB; ) {
        const data = once(socket, "data");
        socket.resume();
        came += (await data)[0].length;
        socket.pause();
      }
    };
    for (let round = 0; round < 10; round += 1) {
      // More than anybody would keep for it: a part is dropped.
      for (let count = 0; count < 20; count += 1) broker.publish("t", large);
      socket.write(bytes("c0 00"));
      await read_one_MiB();
      await clock.advance(8);
    }
    expect(broker.sessions).toMatchObject([{ client_id: "slow", is_connected: true }]);
    expect(broker.sessions[0]?.dropped).toBeGreaterThan(10);
    socket.destroy();
  });

  it("is none that reads very slowly what it has asked for, though it is not heard meanwhile [MQTT-3.1.2-22]", async () => {
    using clock = using_clock();
    await using broker = new Broker({ max_queued_messages: 10 });
    for (let number = 0; number < 3; number += 1)
      broker.publish(`r/${number}`, Buffer.alloc(500_000), 0, true);
    const taken: number[] = [];
    let take = () => {};
    const stream = new Duplex({
      read() {},
      write({ length }, _encoding, done) {
        taken.push(length);
        take = () => setImmediate(done);
      },
    });
    broker.accept(stream);
    const say = (...packets: Uint8Array[]) => stream.push(Buffer.concat(packets));
    say(packet_bytes(4).connect({ client_id: "slow", keepalive: 2 }));
    await eventually(() => expect(taken).toHaveLength(1));
    take();
    // Thrice all that is retained, and one filter more.
    const filters = ["r/#", "r/+", "+/#", "live"].map((filter): [string, number] => [filter, 1]);
    say(packet_bytes(4).subscribe(1, filters));
    for (let count = 2; count < 40; count += 1) {
      await eventually(() => expect(taken).toHaveLength(count));
      take();
      say(bytes("c0 00"));
      await clock.advance(1);
      // It reads: what comes meanwhile waits for it.
      broker.publish("live", "x", 1);
    }
    expect(Math.max(...taken)).toBeLessThan(100_000);
    expect(broker.sessions).toMatchObject([{ client_id: "slow", is_connected: true, dropped: 0 }]);
    await clock.advance(4);
    expect(broker.sessions).toEqual([]);
    stream.destroy();
  });

  it("that finds a mistake of the broker ends its own connection, and no more", async () => {
    const { logger, errors } = error_log();
    await using broker = await listening({
      logger,
    });
    await using client = await connected(broker.port, { client_id: "other" });
    const receive = jest.spyOn(BrokerCore.prototype, "receive").mockImplementationOnce(() => {
      throw new Error("a mistake");
    });
    const socket = connect_tcp(broker.port, "127.0.0.1");
    socket.resume().write(bytes("c0 00"));
    await once(socket, "close");
    receive.mockRestore();
    await client.publish("t", "x", 1).wait_for_publish();
    expect(errors).toEqual([expect.stringMatching(/^= 127\.0\.0\.1:\d+ broke the broker: Error: a mistake/)]);
  });

  it("gets no further than the fixed header of what is too large", async () => {
    await using broker = await listening({ max_packet_size: 1000 });
    const socket = connect_tcp(broker.port, "127.0.0.1");
    socket.write(packet_bytes(4).connect({ client_id: "a" }));
    await once(socket, "data");
    socket.write(bytes("30 ff 7f"));
    await once(socket, "close");
    expect(broker.clients).toEqual([]);
  });
});

it("goes on when a listener of the program fails, and leaves the error to the program", async () => {
  const { stdout } = await run_source(`
    import { Broker } from "karere/broker";
    process.on("uncaughtException", (error) => console.log("uncaught:", error.message));
    const broker = new Broker();
    broker.on("published", () => {
      throw new Error("a mistake of the program");
    });
    broker.publish("t", "x", 0, true);
    console.log(broker.retained().length, "retained");`);
  expect(stdout).toBe("1 retained\nuncaught: a mistake of the program\n");
});
