import { duplexPair } from "node:stream";
import { describe, expect, it } from "@jest/globals";
import { PacketTypes } from "../../lib/model/packettypes.ts";
import { ReasonCode } from "../../lib/model/reasoncodes.ts";
import { disturber } from "../../lib/testing/disturber.ts";
import { using_clock } from "../../lib/testing/fake_clock.ts";
import { using_broker } from "../../lib/testing/test_broker.ts";
import { connected, inbox, subscribed, texts } from "../scenario/scene.ts";
import { eventually } from "../support/eventually.ts";
import { packet_bytes } from "../support/packet_bytes.ts";

const busy = new ReasonCode(PacketTypes.CONNACK, "Server busy");

describe("a broker for a test", () => {
  it("waits for what the program does, and gives each message once", async () => {
    await using broker = await using_broker();
    const waiting = Promise.all([broker.connected("me"), broker.connected(), broker.subscribed("house/#")]);
    await using client = await connected(broker.port, { client_id: "me" });
    await subscribed(client, "house/#");
    await waiting;
    const next = broker.received("house/+");
    client.publish("other", "not asked for");
    client.publish("house/a", "first");
    client.publish("house/b", "second");
    expect((await next).text()).toBe("first");
    expect((await broker.received("house/+")).text()).toBe("second");
    expect((await broker.received("#")).text()).toBe("not asked for");
  });

  it("says what it has waited for in vain", async () => {
    await using broker = await using_broker();
    await expect(broker.received("a/+", 0.01)).rejects.toMatchObject({
      code: "ERR_MQTT_TIMEOUT",
      message: 'waited 0.01 s in vain for a message to "a/+"',
    });
    await expect(broker.subscribed("a", 0)).rejects.toThrow('a subscription with "a"');
    await expect(broker.connected("me", 0)).rejects.toThrow("the client me");
    await expect(broker.connected(undefined, 0)).rejects.toThrow("a client");
    expect(() => broker.received("a#")).toThrow("wildcard");
  });

  it.each([Number.POSITIVE_INFINITY, 1e9])("waits for %d seconds, if it is told so", async (timeout) => {
    await using broker = await using_broker();
    const received = broker.received("t", timeout);
    await expect(broker.received("other", 0.01)).rejects.toThrow("in vain");
    broker.publish("t", "x");
    expect((await received).text()).toBe("x");
  });

  it.each(["FIN", "RST"] as const)("cuts all connections by %s, and the program comes back", async (how) => {
    await using broker = await using_broker();
    await using client = await connected(broker.port, { client_id: "me", persistent: true });
    const gone = new Promise<string>((resolve) => {
      broker.once("disconnected", (_client, reason_code) => resolve(String(reason_code)));
    });
    broker.cut(how);
    expect(await gone).toBe("Unspecified error");
    await client.publish("t", "after all", 1).wait_for_publish();
    expect((await broker.received("t")).text()).toBe("after all");
  });

  it.each(["FIN", "RST"] as const)("knows nobody any more after a cut by %s", async (how) => {
    await using broker = await using_broker();
    await using client = await connected(broker.port, { client_id: "me", persistent: true });
    await subscribed(client, "t");
    broker.cut(how);
    expect(broker.clients).toEqual([]);
    expect(broker.sessions).toMatchObject([{ is_connected: false }]);
    let is_back = false;
    broker.once("connected", () => {
      is_back = true;
    });
    await broker.subscribed("t");
    expect(is_back).toBe(true);
  });

  it("does not wait for somebody who does not close his half", async () => {
    await using broker = await using_broker();
    await using wire = await disturber(broker.port);
    await using client = await connected(wire.port, { client_id: "me", reconnect_on_failure: false });
    wire.freeze();
    broker.cut("FIN");
    expect([client.is_connected(), broker.clients]).toEqual([true, []]);
  });

  it("cuts a stream that is no socket", async () => {
    await using broker = await using_broker();
    const [near, far] = duplexPair();
    broker.accept(far);
    near.write(packet_bytes(4).connect({ client_id: "a" }));
    await broker.connected("a");
    broker.cut();
    expect([far.destroyed, broker.clients]).toEqual([true, []]);
    near.destroy();
  });

  it("has its port for life", async () => {
    await using broker = await using_broker();
    const { port } = broker;
    await broker.stop();
    await broker.stop();
    await broker.start();
    await expect(broker.start()).rejects.toMatchObject({ code: "ERR_MQTT_STATE" });
    await broker.stop();
    await broker.restart();
    await broker.close();
    await broker.start();
    expect(broker.port).toBe(port);
  });

  it("tells who still waits when it is closed, and not when it is stopped", async () => {
    await using broker = await using_broker();
    const received = broker.received("t");
    await broker.restart({ forget: true });
    broker.publish("t", "after all");
    expect((await received).text()).toBe("after all");
    const refused = expect(broker.connected("me")).rejects.toMatchObject({
      code: "ERR_MQTT_STATE",
      message: "the broker was closed while a test waited for the client me",
    });
    await broker.close();
    await refused;
  });

  it("forgets what has arrived with all else, and all but the latest", async () => {
    await using broker = await using_broker();
    broker.publish("t", "stale");
    await broker.restart({ forget: true });
    await expect(broker.received("t", 0)).rejects.toThrow("in vain");
    for (let count = 1; count <= 10_001; count += 1) broker.publish("t", count);
    expect((await broker.received("t")).text()).toBe("2");
    broker.clear();
    await expect(broker.received("t", 0)).rejects.toThrow("in vain");
  });

  it("takes its arguments by name, and reason codes as such", async () => {
    await using broker = await using_broker();
    await expect(broker.restart({ forgot: true } as object)).rejects.toThrow('did you mean "forget"');
    await expect(broker.start(true as unknown as object)).rejects.toThrow(
      "start() takes its arguments by name",
    );
    expect(broker.port).toBeGreaterThan(0);
    const refuse = (value: unknown) => () => broker.refuse(value as ReasonCode);
    expect(refuse("Server busy")).toThrow('new ReasonCode(PacketTypes.CONNACK, "Server busy"), not a string');
    expect(refuse(0)).toThrow(TypeError);
    expect(refuse(new ReasonCode(PacketTypes.CONNACK, "Success"))).toThrow("null");
    await expect(using_broker({ authenticate: true } as object)).rejects.toThrow(TypeError);
  });

  it("says that time stands still, when it waits in vain", async () => {
    await using broker = await using_broker();
    using _clock = using_clock();
    await expect(broker.connected("me", 0)).rejects.toThrow("restore()");
  });

  it("keeps what it knows over a restart, or forgets it", async () => {
    await using broker = await using_broker();
    const { port } = broker;
    const flags: boolean[] = [];
    await using client = await connected(port, {
      client_id: "me",
      persistent: true,
      prepare: (client) => {
        client.on_connect = (_client, _userdata, { session_present }) => flags.push(session_present);
      },
    });
    const messages = inbox(client);
    await subscribed(client, "t", 1);
    broker.publish("kept", "x", 0, true);
    await broker.restart();
    expect(broker.port).toBe(port);
    expect(broker.retained()).toHaveLength(1);
    await broker.connected("me");
    await broker.stop();
    broker.publish("t", "while it was away", 1);
    await broker.start();
    await eventually(() => expect(texts(messages)).toEqual(["while it was away"]));
    await broker.restart({ forget: true });
    expect(broker.retained()).toEqual([]);
    await broker.connected("me");
    await eventually(() => expect(flags).toEqual([false, true, true, false]));
  });

  it("refuses all who want to come in, until it does not", async () => {
    await using broker = await using_broker();
    broker.refuse(busy);
    await expect(connected(broker.port, { protocol: 5 })).rejects.toThrow("Server busy");
    broker.refuse(null);
    await using client = await connected(broker.port, { protocol: 5 });
    expect(client.is_connected()).toBe(true);
  });

  it("asks the program's own hook when it refuses nobody", async () => {
    await using broker = await using_broker({ authenticate: ({ client_id }) => client_id === "me" });
    await expect(connected(broker.port, { client_id: "you" })).rejects.toThrow("Not authorized");
    await using client = await connected(broker.port, { client_id: "me" });
    expect(client.is_connected()).toBe(true);
  });

  it("lets nobody in whom the program's own hook says nothing about", async () => {
    await using broker = await using_broker({ authenticate: () => undefined as unknown as boolean });
    await expect(connected(broker.port)).rejects.toThrow("Not authorized");
  });

  it("stands behind a disturber", async () => {
    await using broker = await using_broker();
    await using wire = await disturber(broker.port);
    await using client = await connected(wire.port);
    wire.cut("RST");
    await client.publish("t", "x", 1).wait_for_publish();
    expect(wire.connections).toBe(2);
  });
});
