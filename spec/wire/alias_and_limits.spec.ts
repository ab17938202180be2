import { describe, expect, it } from "@jest/globals";
import { Properties } from "../../lib/client/index.ts";
import { PacketTypes } from "../../lib/model/packettypes.ts";
import { connected, next_call, publish_properties, strangers } from "./talk.ts";

const alias = (TopicAlias: number) => ({ properties: publish_properties({ TopicAlias }) });

describe("topic aliases towards the broker", () => {
  it("are announced with the topic and then stand for it", async () => {
    await using talk = await connected({ protocol: 5, connack: "22 0005" });
    const { client, link, packets } = talk;
    client.publish("long/topic", "1", alias(2));
    client.publish("", "2", alias(2));
    client.publish("other", "3", alias(2));
    client.publish("", "4", alias(2));
    const properties = "23 0002";
    await link.expect(packets.publish({ topic: "long/topic", payload: "1", properties }));
    await link.expect(packets.publish({ topic: "", payload: "2", properties }));
    await link.expect(packets.publish({ topic: "other", payload: "3", properties }));
    await link.expect(packets.publish({ topic: "", payload: "4", properties }));
  });

  it("are spelt out where the broker allows fewer, or none [MQTT-3.3.2-9]", async () => {
    await using talk = await connected({ protocol: 5, connack: "22 0001" });
    const { client, link, packets } = talk;
    client.publish("a", "1", alias(2));
    client.publish("", "2", alias(2));
    await link.expect(packets.publish({ topic: "a", payload: "1" }));
    await link.expect(packets.publish({ topic: "a", payload: "2" }));
  });

  it("are announced anew on each link", async () => {
    await using talk = await connected({ protocol: 5, connack: "22 0005", client_id: "k" });
    const { client, packets } = talk;
    client.publish("a", "1", alias(1));
    await talk.link.expect_packet("PUBLISH");
    talk.link.reset();
    await talk.next_link();
    talk.welcome({ session_present: true, properties: "22 0005" });
    await talk.nothing_more();
    client.publish("", "2", alias(1));
    await talk.link.expect(packets.publish({ topic: "a", payload: "2", properties: "23 0001" }));
  });
});

describe("topic aliases of the broker", () => {
  it("are resolved before anybody sees the message", async () => {
    const connect = new Properties(PacketTypes.CONNECT, { TopicAliasMaximum: 2 });
    await using talk = await connected({ protocol: 5, connect });
    const topics: string[] = [];
    talk.client.message_callback_add("a/+", (_client, _userdata, { topic }) => void topics.push(topic));
    for (const topic of ["a/b", "", "a/c", ""]) {
      talk.link.send(talk.packets.publish({ topic, properties: "23 0002" }));
    }
    await talk.nothing_more();
    expect(topics).toEqual(["a/b", "a/b", "a/c", "a/c"]);
  });

  it.each([
    ["above our maximum", "a", "23 0003", "e001 94"],
    ["that stands for nothing", "", "23 0001", "e001 82"],
  ])("%s close the link", async (_name, topic, properties, said) => {
    const connect = new Properties(PacketTypes.CONNECT, { TopicAliasMaximum: 2 });
    await using talk = await connected({ protocol: 5, connect, reconnect_on_failure: false });
    talk.link.send(talk.packets.publish({ topic, properties }));
    await talk.link.expect(said);
    await talk.link.expect_close();
  });
});

describe("a message that the broker's limits forbid", () => {
  it.each([
    ["Maximum QoS 0", "24 00", { qos: 1 }, "at most QoS 0"],
    ["Maximum QoS 1", "24 01", { qos: 2 }, "at most QoS 1"],
    ["Retain Available 0", "25 00", { retain: true }, "keeps no retained messages"],
    ["Maximum Packet Size 20", "27 00000014", { payload: "x".repeat(20) }, "at most 20"],
  ] as const)("%s: is not sent, and who waits for it is told why", async (_name, connack, fields, text) => {
    await using talk = await connected({ protocol: 5, connack });
    const { client } = talk;
    const info = client.publish({ topic: "t", ...fields });
    await expect(info.wait_for_publish()).rejects.toMatchObject({
      code: "ERR_MQTT_REFUSED",
      message: expect.stringContaining(text),
    });
    expect(() => info.is_published()).toThrow(text);
    await talk.nothing_more();
    expect(client.stats()).toMatchObject({ queued: 0, in_flight: 0, bytes: 0, dropped: 1 });
    client.publish("t", "ok");
    await talk.link.expect_packet("PUBLISH");
  });

  it("is found out for messages that were published before CONNACK, and the others go through", async () => {
    await using talk = await strangers({ protocol: 5 });
    const { client, packets } = talk;
    const infos = [client.publish("t", "1", 1), client.publish("t", "2", 2), client.publish("t", "3", 1)];
    await talk.dial();
    talk.welcome({ properties: "24 01" });
    await talk.link.expect(packets.publish({ topic: "t", payload: "1", qos: 1, mid: 1 }));
    await talk.link.expect(packets.publish({ topic: "t", payload: "3", qos: 1, mid: 3 }));
    await expect(infos[1]?.wait_for_publish()).rejects.toMatchObject({ code: "ERR_MQTT_REFUSED" });
  });
});

describe("Message Expiry Interval", () => {
  it("is sent as what is left of it", async () => {
    await using talk = await connected({ protocol: 5 });
    const properties = publish_properties({ MessageExpiryInterval: 100 });
    talk.client.publish("t", "p", { properties });
    await talk.link.expect(talk.packets.publish({ topic: "t", payload: "p", properties: "02 00000064" }));
  });

  it("of a message that waits: when it is over, the message is dropped", async () => {
    await using talk = await strangers({ protocol: 5 });
    const { client } = talk;
    const info = client.publish("t", "p", {
      qos: 1,
      properties: publish_properties({ MessageExpiryInterval: 0 }),
    });
    await expect(info.wait_for_publish()).rejects.toMatchObject({ code: "ERR_MQTT_DROPPED" });
    await talk.dial();
    talk.welcome();
    await talk.nothing_more();
    expect(client.stats()).toMatchObject({ queued: 0, dropped: 1 });
  });
});

describe("our own limits", () => {
  it("max_packet_size is announced on 5, and a larger packet closes the link before it is buffered", async () => {
    await using talk = await strangers({ protocol: 5, max_packet_size: 100, reconnect_on_failure: false });
    const { client, broker, packets } = talk;
    const gone = next_call(client, "disconnect");
    void client.connect(broker.host, broker.port);
    talk.link = await broker.accept();
    await talk.link.expect(packets.connect({ properties: "27 00000064" }));
    talk.welcome();
    await talk.nothing_more();
    // The fixed header is enough: the rest is never waited for.
    talk.link.send("30 ff7f 0001");
    await talk.link.expect("e001 95");
    expect((await gone)[0]).toMatchObject({ error: { reason_code: 0x95 } });
  });

  it("max_packet_size holds on 3.1.1 too", async () => {
    await using talk = await connected({ max_packet_size: 20, reconnect_on_failure: false });
    const gone = next_call(talk.client, "disconnect");
    talk.link.send(talk.packets.publish({ topic: "t", payload: "x".repeat(15) }));
    await talk.nothing_more();
    talk.link.send(talk.packets.publish({ topic: "t", payload: "x".repeat(16) }));
    await gone;
  });
});
