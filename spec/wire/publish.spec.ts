import { describe, expect, it } from "@jest/globals";
import { Client } from "../../lib/client/index.ts";
import { caught } from "../model/caught.ts";
import { eventually } from "../support/eventually.ts";
import { connected, next_call, publish_properties, record, strangers } from "./talk.ts";

describe("publish()", () => {
  it.each([
    ["text", "é", "é"],
    ["an empty text", "", ""],
    ["null", null, ""],
    ["nothing", undefined, ""],
    ["bytes", Uint8Array.of(0, 255), Uint8Array.of(0, 255)],
    ["a Buffer", Buffer.from("b"), "b"],
    ["an ArrayBuffer", Uint8Array.of(7).buffer, Uint8Array.of(7)],
    ["a view on a part of a buffer", new DataView(Uint8Array.of(1, 2, 3).buffer, 1, 1), Uint8Array.of(2)],
    ["a whole number", 42, "42"],
    ["4.0", 4.0, "4"],
    ["a float", 21.5, "21.5"],
    ["1e16", 1e16, "1e+16"],
    ["1e-7", 1e-7, "1e-07"],
    ["NaN", Number.NaN, "nan"],
    ["Infinity", Number.POSITIVE_INFINITY, "inf"],
    ["-0.0", -0, "-0.0"],
    ["a bigint", 2n ** 70n, "1180591620717411303424"],
  ])("sends %s as these bytes", async (_name, payload, sent) => {
    await using talk = await connected();
    talk.client.publish("t", payload);
    await talk.link.expect(talk.packets.publish({ topic: "t", payload: sent }));
  });

  it.each([
    [3, '3004 0001 "t" "p"', '3206 0001 "t" 0001 "p"'],
    [4, '3004 0001 "t" "p"', '3206 0001 "t" 0001 "p"'],
    [5, '3005 0001 "t" 00 "p"', '3207 0001 "t" 0001 00 "p"'],
  ] as const)("sends the bytes of version %i", async (protocol, qos0, qos1) => {
    await using talk = await connected({ protocol });
    talk.client.publish("t", "p", 1);
    talk.client.publish("t", "p");
    await talk.link.expect(`${qos1} ${qos0}`);
  });

  it("takes 1 for a true retain, as Python does", async () => {
    await using talk = await connected();
    talk.client.publish("t", "p", 0, 1);
    await talk.link.expect(talk.packets.publish({ topic: "t", payload: "p", retain: true }));
  });

  it("sets RETAIN when it is asked for [MQTT-3.3.1-5]", async () => {
    await using talk = await connected();
    talk.client.publish("t", "p", 0, true);
    await talk.link.expect('3104 0001 "t" "p"');
  });

  it("takes its arguments by position, by name, and both mixed", async () => {
    await using talk = await connected();
    const { client } = talk;
    client.publish("t", "p", 1, true);
    client.publish("t", "p", 1, { retain: true });
    client.publish("t", "p", { qos: 1, retain: true });
    client.publish("t", { payload: "p", qos: 1, retain: true });
    client.publish({ topic: "t", payload: "p", qos: 1, retain: true });
    for (const mid of [1, 2, 3, 4, 5]) {
      await talk.link.expect(talk.packets.publish({ topic: "t", payload: "p", qos: 1, mid, retain: true }));
    }
  });

  it("sends the properties of MQTT 5, as they were at the call", async () => {
    await using talk = await connected({ protocol: 5 });
    const properties = publish_properties({ ContentType: "a", UserProperty: [["k", "v"]] });
    talk.client.publish("t", "p", { properties });
    properties.ContentType = "b";
    await talk.link.expect(
      talk.packets.publish({
        topic: "t",
        payload: "p",
        properties: '03 0001 "a" 26 0001 "k" 0001 "v"',
      }),
    );
  });

  it("copies a payload: what the caller does to it afterwards is not sent", async () => {
    await using talk = await connected();
    const payload = Uint8Array.of(1);
    talk.client.publish("t", payload);
    payload[0] = 2;
    await talk.link.expect(talk.packets.publish({ topic: "t", payload: Uint8Array.of(1) }));
  });

  it("ignores properties on 3.1.1, as paho", async () => {
    await using talk = await connected();
    talk.client.publish("t", "p", { properties: publish_properties({ ContentType: "a" }) });
    await talk.link.expect('3004 0001 "t" "p"');
  });

  it("keeps the order of the calls while the link is opened and CONNACK is awaited [MQTT-4.6.0-6]", async () => {
    await using talk = await strangers();
    const { client, packets } = talk;
    const dialled = talk.dial();
    client.publish("0", "early");
    client.publish("1", "early", 1);
    client.subscribe("s");
    await dialled;
    client.publish("2", "late", 2);
    client.publish("0", "late");
    await talk.link.expect_silence(20);
    talk.welcome();
    await talk.link.expect(packets.publish({ topic: "0", payload: "early" }));
    await talk.link.expect(packets.publish({ topic: "1", payload: "early", qos: 1, mid: 2 }));
    await talk.link.expect(packets.subscribe(3, [["s", 0]]));
    await talk.link.expect(packets.publish({ topic: "2", payload: "late", qos: 2, mid: 4 }));
    await talk.link.expect(packets.publish({ topic: "0", payload: "late" }));
  });

  it("sends large payloads whole, and the ones behind them after them", async () => {
    await using talk = await connected();
    const payload = new Uint8Array(3_000_000).fill(7);
    talk.client.publish("big", payload, 1);
    talk.client.publish("small", "x");
    await eventually(() => expect(talk.link.received).toHaveLength(4));
    const big = talk.packets.publish({ topic: "big", payload, qos: 1, mid: 1 });
    expect(Buffer.compare(talk.link.received[2] ?? big.subarray(1), big)).toBe(0);
    expect(talk.link.received[3]).toEqual(talk.packets.publish({ topic: "small", payload: "x" }));
  });

  it("never calls on_publish before it has returned, and always afterwards for QoS 0", async () => {
    await using talk = await connected();
    const { client } = talk;
    const order: string[] = [];
    client.on_publish = (_client, _userdata, mid) => order.push(`published ${mid}`);
    const told = next_call(client, "publish");
    const info = client.publish("t", "p");
    order.push(`returned ${info.mid}`);
    await told;
    expect(order).toEqual(["returned 1", "published 1"]);
  });

  it("drops QoS 0 without a connection and says so by its code", async () => {
    const client = new Client();
    const info = client.publish("t", "p");
    expect(info.rc).toBe(4);
    await expect(info.wait_for_publish()).rejects.toMatchObject({ code: "ERR_MQTT_NOT_CONNECTED" });
    expect(client.stats()).toMatchObject({ queued: 0 });
  });

  it("keeps QoS 0 without a connection when queue_qos0 says so", async () => {
    await using talk = await strangers({ queue_qos0: true });
    const info = talk.client.publish("t", "kept");
    expect(info.rc).toBe(4);
    await talk.dial();
    talk.welcome();
    await talk.link.expect(talk.packets.publish({ topic: "t", payload: "kept" }));
    expect(await info.wait_for_publish()).toBe(true);
    expect(info.rc).toBe(0);
  });

  it("reports messages of one turn in their order", async () => {
    await using talk = await connected();
    const calls = record(talk.client, "publish");
    for (let count = 0; count < 5; count++) talk.client.publish("t", count);
    await eventually(() => expect(calls.map(([, mid]) => mid)).toEqual([1, 2, 3, 4, 5]));
  });

  it("numbers publish, subscribe and unsubscribe with one counter, QoS 0 included", async () => {
    await using talk = await connected();
    const { client } = talk;
    const mids = [
      client.publish("t", "a").mid,
      client.subscribe("a")[1],
      client.publish("t", "a", 1).mid,
      client.unsubscribe("a")[1],
      client.publish("t", "a", 2).mid,
    ];
    expect(mids).toEqual([1, 2, 3, 4, 5]);
  });

  it("leaves out packet ids that are still in use when the counter comes round [MQTT-2.2.1-3]", async () => {
    await using talk = await connected();
    const { client, packets } = talk;
    client.publish("held", "x", 1);
    await talk.link.expect(packets.publish({ topic: "held", payload: "x", qos: 1, mid: 1 }));
    let last = 1;
    for (let count = 0; count < 65_535; count++) last = client.publish("t", "").mid;
    expect(last).toBe(2);
    expect(client.publish("t", "", 1).mid).toBe(3);
  });
});

describe("publish() refuses, before anything has happened", () => {
  const client = new Client();
  const client_5 = new Client({ protocol: 5 });

  it.each([
    ["no topic", () => client.publish("", "p"), "The topic is empty"],
    ["no topic on 5 without an alias", () => client_5.publish("", "p"), "The topic is empty"],
    ["null as topic", () => client.publish(null as never, "p"), "topic"],
    ["a wildcard +", () => client.publish("a/+", "p"), '"a/+"'],
    ["a wildcard #", () => client.publish("a#b", "p"), '"a#b"'],
    ["a NUL", () => client.publish("a\0b", "p"), "U+0000"],
    ["half a surrogate pair", () => client.publish("a\ud800", "p"), "surrogate"],
    ["65536 bytes of topic", () => client.publish("é".repeat(32_768), "p"), "65535"],
    ["QoS 3", () => client.publish("a", "p", 3 as never), "QoS must be 0, 1 or 2, not 3"],
    ["QoS -1", () => client.publish("a", "p", -1 as never), "not -1"],
    ["QoS 1.5", () => client.publish("a", "p", 1.5 as never), "not 1.5"],
    [
      "a retain that is text",
      () => client.publish("a", "p", 0, "false" as never),
      'true or false, not "false"',
    ],
    ["a retain of 5", () => client.publish("a", "p", 0, 5 as never), "true or false, not 5"],
    ["an object", () => client.publish("a", { temperature: 20 } as never), "JSON.stringify"],
    ["a will of an object", () => client.will_set("a", { x: 1 } as never), "JSON.stringify"],
    ["too large a payload", () => client.publish("a", new Uint8Array(268_435_456)), "268435455"],
    ["other properties", () => client_5.publish("a", "p", { properties: {} as never }), "Properties"],
    [
      "an alias that stands for nothing",
      () =>
        client_5.publish("", "p", {
          properties: publish_properties({ TopicAlias: 3 }),
        }),
      "topic alias 3",
    ],
  ])("%s with a ValueError or TypeError", (_name, publish, text) => {
    const error = caught(publish);
    expect(error.name).toMatch(/^(ValueError|TypeError)$/);
    expect(error.message).toContain(text);
  });
});
