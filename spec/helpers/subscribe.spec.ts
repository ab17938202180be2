import { describe, expect, it } from "@jest/globals";
import { type MQTTMessage, subscribe } from "../../lib/index.ts";
import { caught } from "../model/caught.ts";
import { packet_bytes } from "../support/packet_bytes.ts";
import { run_source } from "../support/run_script.ts";
import { scripted_broker } from "../support/scripted_broker.ts";
import { at, farewell, welcomed } from "./counterpart.ts";

const packets = packet_bytes(4);
const packets_5 = packet_bytes(5);

describe("subscribe.simple()", () => {
  it("connects, subscribes, gives the first message and leaves", async () => {
    await using broker = await scripted_broker();
    const done = subscribe.simple("a/#", { qos: 1, ...at(broker) });
    const link = await broker.accept();
    await link.expect(packets.connect());
    link.send(packets.connack());
    await link.expect(packets.subscribe(1, [["a/#", 1]]));
    link.send(packets.suback(1, [1]));
    link.send(packets.publish({ topic: "a/b", payload: "first", qos: 1, mid: 5 }));
    link.send(packets.publish({ topic: "a/b", payload: "late" }));
    await link.expect(packets.puback(5));
    await farewell(link);
    const message: MQTTMessage = await done;
    expect([message.topic, message.text(), message.qos]).toEqual(["a/b", "first", 1]);
  });

  it("gives a list of msg_count messages, and no more", async () => {
    await using broker = await scripted_broker();
    const done = subscribe.simple("t", 0, 2, at(broker) as never);
    const link = await welcomed(broker);
    await link.expect_packet("SUBSCRIBE");
    for (const payload of ["1", "2", "3"]) link.send(packets.publish({ topic: "t", payload }));
    await farewell(link);
    const messages = (await done) as unknown as MQTTMessage[];
    expect(messages.map((message) => message.text())).toEqual(["1", "2"]);
  });

  it("gives a list for a msg_count by name", async () => {
    await using broker = await scripted_broker();
    const done: Promise<MQTTMessage[]> = subscribe.simple("t", { msg_count: 2, ...at(broker) });
    const link = await welcomed(broker);
    await link.expect_packet("SUBSCRIBE");
    for (const payload of ["1", "2"]) link.send(packets.publish({ topic: "t", payload }));
    await farewell(link);
    expect(await done).toHaveLength(2);
  });

  it("skips what the broker has kept when retained is false", async () => {
    await using broker = await scripted_broker();
    const done = subscribe.simple("t", { retained: false, ...at(broker) });
    const link = await welcomed(broker);
    await link.expect_packet("SUBSCRIBE");
    link.send(packets.publish({ topic: "t", payload: "old", retain: true }));
    link.send(packets.publish({ topic: "t", payload: "new" }));
    await farewell(link);
    expect((await done).text()).toBe("new");
  });

  it("subscribes each filter of a list by its own, on every connection", async () => {
    await using broker = await scripted_broker();
    const done = subscribe.simple(["a", "b"], { qos: 2, ...at(broker) });
    const first = await welcomed(broker);
    await first.expect(packets.subscribe(1, [["a", 2]]));
    await first.expect(packets.subscribe(2, [["b", 2]]));
    for (const mid of [1, 2]) first.send(packets.suback(mid, [2]));
    first.close();
    const second = await welcomed(broker);
    await second.expect(packets.subscribe(3, [["a", 2]]));
    await second.expect(packets.subscribe(4, [["b", 2]]));
    second.send(packets.publish({ topic: "b", payload: "x" }));
    await farewell(second);
    expect((await done).topic).toBe("b");
  });

  it("takes paho's positions", async () => {
    await using broker = await scripted_broker();
    const will = { topic: "w" };
    const auth = { username: "u" };
    const done = subscribe.simple(
      "t",
      0,
      1,
      true,
      "127.0.0.1",
      broker.port,
      "id",
      30,
      will,
      auth,
      null,
      3,
      "tcp",
      false,
    );
    const link = await broker.accept();
    await link.expect(
      packet_bytes(3).connect({ client_id: "id", keepalive: 30, will, username: "u", clean: false }),
    );
    link.send(packets.connack());
    await link.expect_packet("SUBSCRIBE");
    link.send(packets.publish({ topic: "t" }));
    await farewell(link);
    await done;
  });

  it("speaks MQTT 5 without further ado, clean_session or not", async () => {
    await using broker = await scripted_broker();
    for (const clean_session of [undefined, true, false, null]) {
      const more = clean_session === undefined ? {} : { clean_session };
      const done = subscribe.simple("t", { protocol: 5, ...at(broker), ...more });
      const link = await broker.accept();
      await link.expect(packets_5.connect());
      link.send(packets_5.connack());
      await link.expect(packets_5.subscribe(1, [["t", 0]]));
      link.send(packets_5.publish({ topic: "t" }));
      await farewell(link);
      await done;
    }
  });
});

describe("subscribe.callback()", () => {
  it("calls with client, userdata and message until the client is disconnected", async () => {
    await using broker = await scripted_broker();
    const userdata = { seen: [] as string[] };
    const done = subscribe.callback(
      (client, data, message) => {
        data.seen.push(message.text());
        if (message.text() === "stop") client.disconnect();
      },
      "t",
      0,
      userdata,
      at(broker),
    );
    const link = await welcomed(broker);
    await link.expect_packet("SUBSCRIBE");
    for (const payload of ["1", "2", "stop"]) link.send(packets.publish({ topic: "t", payload }));
    await farewell(link);
    expect(await done).toBe(undefined);
    expect(userdata.seen).toEqual(["1", "2", "stop"]);
  });

  it("goes on over a broken connection, and over a DISCONNECT of the broker", async () => {
    await using broker = await scripted_broker();
    const seen: string[] = [];
    const done = subscribe.callback({
      callback: (client, _userdata, message) => {
        seen.push(message.text());
        if (seen.length === 2) client.disconnect();
      },
      topics: "t",
      protocol: 5,
      ...at(broker),
    });
    const first = await welcomed(broker, packets_5);
    await first.expect_packet("SUBSCRIBE");
    first.send(packets_5.publish({ topic: "t", payload: "1" }));
    first.send("e001 00");
    const second = await welcomed(broker, packets_5);
    await second.expect_packet("SUBSCRIBE");
    second.send(packets_5.publish({ topic: "t", payload: "2" }));
    await farewell(second);
    await done;
    expect(seen).toEqual(["1", "2"]);
  });

  it.each(["throws", "rejects"])("rejects with what the callback %s with, and leaves", async (how) => {
    await using broker = await scripted_broker();
    const boom = new Error("boom");
    const done = subscribe.callback(
      () => {
        if (how === "throws") throw boom;
        return Promise.reject(boom);
      },
      "t",
      at(broker),
    );
    const failed = expect(done).rejects.toBe(boom);
    const link = await welcomed(broker);
    await link.expect_packet("SUBSCRIBE");
    link.send(packets.publish({ topic: "t" }));
    await farewell(link);
    await failed;
  });
});

describe("the subscribe helpers reject", () => {
  it("with the reason when the broker refuses the connection", async () => {
    await using broker = await scripted_broker();
    const refused = expect(subscribe.simple("t", at(broker))).rejects.toThrow("Not authorized");
    const link = await broker.accept();
    await link.expect_packet("CONNECT");
    link.send(packets.connack({ code: 5 }));
    await refused;
  });

  it.each([
    [4, 128, "Unspecified error"],
    [5, 0x87, "Not authorized"],
  ] as const)(
    "with the reason when the broker refuses the filter (version %i)",
    async (protocol, code, text) => {
      await using broker = await scripted_broker();
      const refused = expect(subscribe.simple("t", { protocol, ...at(broker) })).rejects.toMatchObject({
        name: "MQTTException",
        code: "ERR_MQTT_REFUSED",
        message: expect.stringContaining(text),
      });
      const link = await welcomed(broker, packet_bytes(protocol));
      await link.expect_packet("SUBSCRIBE");
      link.send(packet_bytes(protocol).suback(1, [code]));
      await farewell(link);
      await refused;
    },
  );

  it("when nothing listens there", async () => {
    const broker = await scripted_broker();
    await broker.close();
    await expect(subscribe.simple("t", at(broker))).rejects.toMatchObject({ name: "TransportError" });
  });

  it("when the time is over", async () => {
    await using broker = await scripted_broker();
    const late = expect(subscribe.simple("t", { timeout: 0.2, ...at(broker) })).rejects.toMatchObject({
      name: "TimeoutError",
      message: "waiting for messages took longer than 0.2 s",
    });
    const link = await welcomed(broker);
    await link.expect_packet("SUBSCRIBE");
    await farewell(link);
    await late;
  });

  it("when another client takes the session over", async () => {
    await using broker = await scripted_broker();
    const done = subscribe.simple("t", { protocol: 5, client_id: "twin", ...at(broker) });
    const gone = expect(done).rejects.toMatchObject({
      code: "ERR_MQTT_CONNECTION_LOST",
      message: expect.stringContaining("twin"),
    });
    const link = await welcomed(broker, packets_5);
    await link.expect_packet("SUBSCRIBE");
    link.send("e001 8e");
    await gone;
  });

  it.each([
    ["a wrong QoS", () => subscribe.simple("t", 3 as never), "ValueError", "QoS"],
    ["msg_count 0", () => subscribe.simple("t", 0, 0), "ValueError", "msg_count"],
    [
      "no topics",
      () => subscribe.simple([]),
      "ValueError",
      "subscribe.simple() takes 1 to 65535 topic filters",
    ],
    [
      "a list of pairs",
      () => subscribe.simple([["a", 1]] as never),
      "ValueError",
      "subscribe.simple() takes a topic filter or a list of them",
    ],
    ["a wrong filter", () => subscribe.simple("a/#/b"), "ValueError", "last level"],
    ["a filter that is no text", () => subscribe.simple(["a", 1] as never), "ValueError", "number"],
    ["no callback", () => subscribe.callback(null as never, "t"), "ValueError", "function"],
    ["an unknown name", () => subscribe.simple("t", { mgs_count: 1 } as never), "TypeError", '"msg_count"'],
    ["a name twice", () => subscribe.simple("t", { topics: "x" } as never), "TypeError", "twice"],
    [
      "clean_session false without a client id",
      () => subscribe.simple("t", { clean_session: false }),
      "ValueError",
      "client_id",
    ],
  ])("at once, before anything is opened: %s", (_name, call, name, text) => {
    const error = caught(call);
    expect(error.name).toBe(name);
    expect(error.message).toContain(text);
  });
});

describe("a script that awaits subscribe.simple()", () => {
  it("lives until the message comes, and then ends by itself", async () => {
    await using broker = await scripted_broker();
    const script = run_source(
      `import * as subscribe from "karere/subscribe";
       const message = await subscribe.simple("t", { hostname: "127.0.0.1", port: ${broker.port} });
       console.log(message.text());`,
    );
    const link = await welcomed(broker);
    await link.expect_packet("SUBSCRIBE");
    link.send(packets.suback(1, [0]));
    link.send(packets.pingreq());
    await link.expect(packets.pingresp());
    link.send(packets.publish({ topic: "t", payload: "at last" }));
    await farewell(link);
    expect(await script).toMatchObject({ exit_code: 0, stdout: "at last\n", stderr: "" });
  });
});
