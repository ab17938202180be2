import { connect } from "node:net";
import { afterEach, describe, expect, it, jest } from "@jest/globals";
import { PacketTypes, Properties } from "../../lib/client/index.ts";
import { type FakeClock, using_clock } from "../../lib/testing/fake_clock.ts";
import { using_broker } from "../../lib/testing/test_broker.ts";
import { connected, inbox, subscribed } from "../scenario/scene.ts";
import { eventually } from "../support/eventually.ts";
import { describe_mosquitto, mosquitto } from "../support/mosquitto.ts";
import { packet_bytes } from "../support/packet_bytes.ts";

let clock: FakeClock;

afterEach(() => clock.restore());

describe("a fake clock", () => {
  it("lets the keepalive of a client pass, with the answers of the broker", async () => {
    clock = using_clock();
    const lines: string[] = [];
    const log = (line: string) => lines.push(line.slice(0, 9));
    await using broker = await using_broker({ logger: { debug: log, info: log, warn: log, error: log } });
    await using client = await connected(broker.port, { client_id: "me", connect: { keepalive: 60 } });
    const pings = () => lines.filter((line) => line === "< me PING").length;
    await clock.advance(59.9);
    expect(pings()).toBe(0);
    await clock.advance(0.1);
    expect(pings()).toBe(1);
    await clock.advance(600);
    expect([pings(), client.is_connected(), clock.elapsed]).toEqual([11, true, 660]);
  });

  it("lets a client try again, however long its pauses become", async () => {
    clock = using_clock();
    await using broker = await using_broker();
    await using client = await connected(broker.port, { client_id: "me", connect: { keepalive: 60 } });
    client.reconnect_delay_set(1, 120);
    const port = broker.port;
    await broker.stop();
    await clock.advance(0);
    expect(client.is_connected()).toBe(false);
    await clock.advance(600);
    await broker.start();
    expect(broker.port).toBe(port);
    await clock.advance(120);
    expect(client.is_connected()).toBe(true);
  });

  it("lets the broker find out that a client is silent", async () => {
    clock = using_clock();
    await using broker = await using_broker();
    const reasons: string[] = [];
    broker.on("disconnected", (_client, reason_code) => reasons.push(String(reason_code)));
    const socket = connect(broker.port, "127.0.0.1");
    socket.write(packet_bytes(4).connect({ client_id: "a", keepalive: 10 }));
    await broker.connected("a");
    await clock.advance(14.9);
    expect(reasons).toEqual([]);
    await clock.advance(0.1);
    expect(reasons).toEqual(["Keep alive timeout"]);
    socket.destroy();
  });

  it("lets what is retained expire", async () => {
    clock = using_clock();
    await using broker = await using_broker();
    const properties = new Properties(PacketTypes.PUBLISH, { MessageExpiryInterval: 3600 });
    broker.publish("t", "x", { retain: true, properties });
    await clock.advance(3599);
    expect(broker.retained()).toHaveLength(1);
    await clock.advance(1);
    expect(broker.retained()).toEqual([]);
  });

  it("lets a session expire while the broker is down", async () => {
    clock = using_clock();
    await using broker = await using_broker();
    const flags: boolean[] = [];
    const properties = new Properties(PacketTypes.CONNECT, { SessionExpiryInterval: 60 });
    await using client = await connected(broker.port, {
      client_id: "me",
      protocol: 5,
      connect: { properties, clean_start: false },
      prepare: (client) => {
        client.on_connect = (_client, _userdata, { session_present }) => flags.push(session_present);
      },
    });
    await broker.restart();
    await clock.advance(1);
    await broker.stop();
    await clock.advance(60);
    await broker.start();
    await clock.advance(1);
    expect([client.is_connected(), flags]).toEqual([true, [false, true, false]]);
  });

  it("is one at a time, and after it time passes by itself", async () => {
    clock = using_clock();
    expect(using_clock).toThrow("restore");
    clock.restore();
    clock.restore();
    {
      using other = using_clock();
      expect(other.elapsed).toBe(0);
      // Of an earlier one nothing is left to be restored.
      clock.restore();
      expect(using_clock).toThrow("restore");
    }
    await using broker = await using_broker();
    await using client = await connected(broker.port);
    const messages = inbox(client);
    await subscribed(client, "t");
    expect(messages).toEqual([]);
  });

  it("says so when somebody does not come to rest, and passes when they have", async () => {
    clock = using_clock();
    await using broker = await using_broker();
    // Each look at the machine's clock finds it a second later.
    let machine = 0;
    const now = jest.spyOn(performance, "now").mockImplementation(() => {
      machine += 1000;
      return machine;
    });
    let is_restless = true;
    const chatter = () => {
      broker.publish("t", "x");
      if (is_restless) setImmediate(chatter);
    };
    chatter();
    await expect(clock.advance(1)).rejects.toMatchObject({
      code: "ERR_MQTT_TIMEOUT",
      message: expect.stringContaining("not come to rest"),
    });
    now.mockRestore();
    is_restless = false;
    await clock.advance(1);
    expect(clock.elapsed).toBe(1);
  });

  it("does not go back", async () => {
    clock = using_clock();
    for (const seconds of [-1, Number.NaN, Number.POSITIVE_INFINITY])
      expect(() => clock.advance(seconds)).toThrow("seconds");
    await clock.advance(5);
    const passing = clock.advance(5);
    expect(() => clock.advance(1)).toThrow("time passes already");
    await passing;
    await clock.advance(1);
    expect(clock.elapsed).toBe(11);
    clock.restore();
    for (const quiet of [-1, Number.POSITIVE_INFINITY]) expect(() => using_clock({ quiet })).toThrow("quiet");
    expect(() => using_clock({ quit: 1 } as object)).toThrow('did you mean "quiet"');
  });

  it("lets a day with a keepalive of a minute pass in a moment", async () => {
    clock = using_clock();
    await using broker = await using_broker();
    await using client = await connected(broker.port, { client_id: "me", connect: { keepalive: 60 } });
    const before = performance.now();
    await clock.advance(86_400);
    expect(performance.now() - before).toBeLessThan(5000);
    expect([client.is_connected(), broker.clients.length]).toEqual([true, 1]);
  });
});

describe_mosquitto("a fake clock for a client alone", () => {
  it("lets its time pass, whatever time it is for a broker in another process", async () => {
    await using broker = await mosquitto();
    clock = using_clock({ quiet: 0.05 });
    await using client = await connected(broker.port, { connect: { keepalive: 60 } });
    for (const count of [1, 2, 3]) {
      await clock.advance(60);
      await eventually(() => expect(broker.log.match(/Sending PINGRESP/g)).toHaveLength(count));
      // For the answer to arrive.
      await clock.advance(0);
    }
    expect(client.is_connected()).toBe(true);
  });
});
