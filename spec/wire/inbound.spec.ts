import { describe, expect, it } from "@jest/globals";
import { CallbackAPIVersion, MQTTMessage, Properties } from "../../lib/client/index.ts";
import { PacketTypes } from "../../lib/model/packettypes.ts";
import { eventually } from "../support/eventually.ts";
import { connected, next_call, record, type Talk } from "./talk.ts";

/** The topics, payloads, QoS and ids of the messages that come. */
function messages(talk: Talk<2>): unknown[][] {
  const seen: unknown[][] = [];
  talk.client.on("message", (_client, _userdata, { topic, payload, qos, mid }) => {
    seen.push([topic, payload.toString(), qos, mid]);
  });
  return seen;
}

describe.each([3, 4, 5] as const)("a message from a broker of version %i", (protocol) => {
  it("of QoS 0 is delivered, and nothing is answered", async () => {
    await using talk = await connected({ protocol });
    const seen = messages(talk);
    talk.link.send(talk.packets.publish({ topic: "t", payload: "p" }));
    await talk.nothing_more();
    expect(seen).toEqual([["t", "p", 0, 0]]);
  });

  it("of QoS 1 is delivered and acknowledged with the two-byte PUBACK [MQTT-4.3.2-5]", async () => {
    await using talk = await connected({ protocol });
    const seen = messages(talk);
    talk.link.send(talk.packets.publish({ topic: "t", payload: "p", qos: 1, mid: 123 }));
    await talk.link.expect("4002 007b");
    expect(seen).toEqual([["t", "p", 1, 123]]);
  });

  it("of QoS 2 is delivered with its PUBLISH, once, and goes through PUBREC, PUBREL, PUBCOMP", async () => {
    await using talk = await connected({ protocol });
    const { link, packets } = talk;
    const seen = messages(talk);
    link.send(packets.publish({ topic: "t", payload: "p", qos: 2, mid: 13423 }));
    await link.expect("5002 346f");
    expect(seen).toEqual([["t", "p", 2, 13423]]);
    link.send("6202 346f");
    await link.expect("7002 346f");
    await talk.nothing_more();
    expect(seen).toHaveLength(1);
  });

  it("of QoS 2 that is repeated before PUBREL gets another PUBREC and is not delivered again [MQTT-4.3.3-10]", async () => {
    await using talk = await connected({ protocol });
    const { link, packets } = talk;
    const seen = messages(talk);
    link.send(packets.publish({ topic: "t", payload: "1", qos: 2, mid: 5 }));
    await link.expect(packets.pubrec(5));
    link.send(packets.publish({ topic: "t", payload: "1", qos: 2, mid: 5, dup: true }));
    await link.expect(packets.pubrec(5));
    link.send(packets.pubrel(5));
    await link.expect(packets.pubcomp(5));
    link.send(packets.publish({ topic: "t", payload: "2", qos: 2, mid: 5 }));
    await link.expect(packets.pubrec(5));
    expect(seen.map(([, payload]) => payload)).toEqual(["1", "2"]);
  });

  it("answers a PUBREL for an id it does not know with PUBCOMP [MQTT-4.3.3-11]", async () => {
    await using talk = await connected({ protocol });
    const seen = messages(talk);
    talk.link.send(talk.packets.pubrel(77));
    await talk.link.expect(protocol === 5 ? "7003 004d 92" : "7002 004d");
    expect(seen).toEqual([]);
  });

  it("is acknowledged although no callback is set", async () => {
    await using talk = await connected({ protocol });
    talk.link.send(talk.packets.publish({ topic: "t", qos: 1, mid: 1 }));
    await talk.link.expect("4002 0001");
    talk.link.send(talk.packets.publish({ topic: "t", qos: 2, mid: 2 }));
    await talk.link.expect("5002 0002");
  });

  it("with the same id as one of ours does not disturb it", async () => {
    await using talk = await connected({ protocol });
    const { client, link, packets } = talk;
    const seen = messages(talk);
    const info = client.publish("out", "o", 2);
    await link.expect_packet("PUBLISH");
    link.send(packets.publish({ topic: "in", payload: "i", qos: 2, mid: 1 }));
    await link.expect(packets.pubrec(1));
    link.send(packets.pubrec(1));
    await link.expect(packets.pubrel(1));
    link.send(packets.pubrel(1));
    await link.expect(packets.pubcomp(1));
    expect(info.is_published()).toBe(false);
    link.send(packets.pubcomp(1));
    expect(await info.wait_for_publish()).toBe(true);
    expect(seen).toEqual([["in", "i", 2, 1]]);
  });

  it("comes in the order of sending, whatever its QoS", async () => {
    await using talk = await connected({ protocol });
    const { link, packets } = talk;
    const seen = messages(talk);
    link.send(packets.publish({ topic: "t", payload: "1", qos: 2, mid: 1 }));
    link.send(packets.publish({ topic: "t", payload: "2", qos: 1, mid: 2 }));
    link.send(packets.publish({ topic: "t", payload: "3" }));
    link.send(packets.publish({ topic: "t", payload: "4", qos: 2, mid: 3 }));
    await link.expect("5002 0001  4002 0002  5002 0003");
    expect(seen.map(([, payload]) => payload)).toEqual(["1", "2", "3", "4"]);
  });
});

describe("disconnect() in on_message", () => {
  it.each([
    [1, "4002 0009"],
    [2, "5002 0009"],
  ] as const)(
    "leaves behind the acknowledgement of the message, QoS %i: nothing may follow DISCONNECT",
    async (qos, ack) => {
      await using talk = await connected();
      talk.client.on_message = () => void talk.client.disconnect();
      talk.link.send(talk.packets.publish({ topic: "t", qos, mid: 9 }));
      await talk.link.expect(`${ack} e000`);
    },
  );

  it("leaves behind what was published before it in the same callback", async () => {
    await using talk = await connected();
    const { client, link, packets } = talk;
    client.on_message = () => {
      client.publish("last", "words", 1);
      client.disconnect();
    };
    link.send(packets.publish({ topic: "t", qos: 1, mid: 9 }));
    await link.expect(packets.publish({ topic: "last", payload: "words", qos: 1, mid: 1 }));
    await link.expect("4002 0009  e000");
  });
});

describe("the message that on_message gets", () => {
  it("is an MQTTMessage with paho's attributes", async () => {
    await using talk = await connected();
    const told = next_call(talk.client, "message");
    const before = Math.floor(performance.now()) / 1000;
    talk.link.send(
      talk.packets.publish({ topic: "ä/b", payload: "é", qos: 1, mid: 9, retain: true, dup: true }),
    );
    const message = (await told)[0] as MQTTMessage;
    expect(message).toBeInstanceOf(MQTTMessage);
    const { topic, qos, retain, dup, mid, properties, timestamp } = message;
    expect({ topic, qos, retain, dup, mid, properties }).toEqual({
      topic: "ä/b",
      qos: 1,
      retain: true,
      dup: true,
      mid: 9,
      properties: null,
    });
    expect(timestamp).toBeGreaterThanOrEqual(before);
    expect(timestamp).toBeLessThanOrEqual(performance.now() / 1000);
    expect(Buffer.isBuffer(message.payload)).toBe(true);
    expect([message.payload.toString(), message.text()]).toEqual(["é", "é"]);
  });

  it("has Properties on MQTT 5, empty ones where the broker sent none", async () => {
    await using talk = await connected({ protocol: 5 });
    const seen: (Properties | null)[] = [];
    talk.client.on_message = (_client, _userdata, message) => void seen.push(message.properties);
    talk.link.send(talk.packets.publish({ topic: "t" }));
    talk.link.send(
      talk.packets.publish({
        topic: "t",
        properties: '01 01 03 0001 "c" 08 0001 "r" 09 0001 ff 0b 07 0b 08 26 0001 "k" 0001 "v"',
      }),
    );
    await talk.nothing_more();
    expect(seen.map((properties) => properties?.packetType)).toEqual([3, 3]);
    expect(seen[0]?.isEmpty()).toBe(true);
    expect(seen[1]?.json()).toEqual({
      PayloadFormatIndicator: 1,
      ContentType: "c",
      ResponseTopic: "r",
      CorrelationData: "ff",
      SubscriptionIdentifier: [7, 8],
      UserProperty: [["k", "v"]],
    });
  });

  it("has properties that may be published again", async () => {
    await using talk = await connected({ protocol: 5 });
    const { client, link, packets } = talk;
    client.on_message = (_client, _userdata, { properties, payload }) => {
      client.publish(properties?.ResponseTopic ?? "?", payload, { properties });
    };
    link.send(packets.publish({ topic: "rpc", payload: "x", properties: '08 0001 "r" 09 0002 0102' }));
    await link.expect(packets.publish({ topic: "r", payload: "x", properties: '08 0001 "r" 09 0002 0102' }));
  });

  it("keeps its own bytes when it is kept", async () => {
    await using talk = await connected();
    const kept: MQTTMessage[] = [];
    talk.client.on_message = (_client, _userdata, message) => void kept.push(message);
    for (const payload of ["first", "second", "third"]) {
      talk.link.send(talk.packets.publish({ topic: "t", payload }));
    }
    await talk.nothing_more();
    expect(kept.map((message) => message.text())).toEqual(["first", "second", "third"]);
    // A read buffer of 64 KiB is not kept with it.
    for (const { payload } of kept) expect(payload.buffer.byteLength).toBeLessThanOrEqual(8192);
  });

  it("reassembles from single bytes", async () => {
    await using talk = await connected();
    const seen = messages(talk);
    for (const byte of talk.packets.publish({ topic: "t", payload: "x".repeat(130) })) {
      talk.link.send(Uint8Array.of(byte));
    }
    await eventually(() => expect(seen).toEqual([["t", "x".repeat(130), 0, 0]]));
  });
});

describe("a QoS 2 message over a broken link", () => {
  const keeping = { client_id: "k", clean_session: false };

  it("is not delivered again when the broker remembers: PUBREC for a repetition, PUBCOMP for PUBREL", async () => {
    await using talk = await connected(keeping);
    const { packets } = talk;
    const seen = messages(talk);
    talk.link.send(packets.publish({ topic: "t", payload: "p", qos: 2, mid: 4 }));
    await talk.link.expect(packets.pubrec(4));
    talk.link.reset();
    await talk.next_link();
    talk.welcome({ session_present: true });
    talk.link.send(packets.publish({ topic: "t", payload: "p", qos: 2, mid: 4, dup: true }));
    await talk.link.expect(packets.pubrec(4));
    talk.link.send(packets.pubrel(4));
    await talk.link.expect(packets.pubcomp(4));
    await talk.nothing_more();
    expect(seen).toHaveLength(1);
  });

  it("is not delivered again when PUBREL comes on the new link", async () => {
    await using talk = await connected(keeping);
    const { packets } = talk;
    const seen = messages(talk);
    talk.link.send(packets.publish({ topic: "t", payload: "p", qos: 2, mid: 4 }));
    await talk.link.expect(packets.pubrec(4));
    talk.link.reset();
    await talk.next_link();
    talk.welcome({ session_present: true });
    talk.link.send(packets.pubrel(4));
    await talk.link.expect(packets.pubcomp(4));
    expect(seen).toHaveLength(1);
  });

  it("means nothing to a new session: the same id is another message", async () => {
    await using talk = await connected(keeping);
    const { packets } = talk;
    const seen = messages(talk);
    talk.link.send(packets.publish({ topic: "t", payload: "1", qos: 2, mid: 4 }));
    await talk.link.expect(packets.pubrec(4));
    talk.link.reset();
    await talk.next_link();
    talk.welcome({ session_present: false });
    talk.link.send(packets.publish({ topic: "t", payload: "2", qos: 2, mid: 4 }));
    await talk.link.expect(packets.pubrec(4));
    expect(seen.map(([, payload]) => payload)).toEqual(["1", "2"]);
  });
});

describe("what a broker must not send", () => {
  const cases = [
    ["a wildcard in a topic", 4, '3004 0001 "#" "p"', null],
    ["an empty topic on 3.1.1", 4, '3003 0000 "p"', null],
    ["QoS 3", 4, '3606 0001 "t" 0001 "p"', null],
    ["DUP with QoS 0", 4, '3804 0001 "t" "p"', null],
    ["packet id 0", 4, '3206 0001 "t" 0000 "p"', null],
    ["a topic that is not UTF-8", 4, "3004 0001 ff 70", null],
    ["NUL in a topic", 4, "3004 0001 00 70", null],
    ["PUBREL with other flags", 4, "6002 0001", null],
    ["SUBACK with a code that does not exist on 3.1.1", 4, "9003 0001 03", null],
    ["an empty topic on 5 without an alias", 5, '3004 0000 00 "p"', "e001 82"],
    ["topic alias 0", 5, '3007 0001 "t" 03 23 0000', "e001 94"],
    ["a topic alias that was not allowed", 5, '3007 0001 "t" 03 23 0001', "e001 94"],
    ["a property twice", 5, '3009 0001 "t" 05 01 00 01 00 70', "e001 82"],
    ["a property of another packet", 5, '3009 0001 "t" 05 11 00000001', "e001 81"],
    ["a property that does not exist", 5, '3006 0001 "t" 02 7f 00', "e001 81"],
    ["PUBACK with a reason that does not exist", 5, "4003 0001 55", "e001 82"],
    ["SUBACK with a reason that does not exist", 5, "9004 0001 00 55", "e001 82"],
  ] as const;

  it.each(cases)(
    "%s (version %i): the link is closed, with a reason on 5",
    async (_name, protocol, sent, said) => {
      await using talk = await connected({ protocol, reconnect_on_failure: false });
      const { client, link } = talk;
      const seen = messages(talk);
      client.subscribe("t");
      await link.expect_packet("SUBSCRIBE");
      const gone = next_call(client, "disconnect");
      link.send(sent);
      if (said !== null) await link.expect(said);
      await link.expect_close();
      const [flags, reason_code] = await gone;
      expect(flags).toMatchObject({
        is_disconnect_packet_from_server: false,
        error: { name: expect.stringMatching(/^(MalformedPacket|ProtocolError)$/) },
      });
      expect(reason_code).toMatchObject({ value: 128 });
      expect(seen).toEqual([]);
    },
  );

  it("tells a VERSION1 on_disconnect MQTT_ERR_PROTOCOL", async () => {
    await using talk = await connected({ api: CallbackAPIVersion.VERSION1, reconnect_on_failure: false });
    const gone = next_call(talk.client, "disconnect");
    talk.link.send("3004 0001 ff 70");
    expect(await gone).toEqual([2]);
  });

  it("delivers the messages that came before it", async () => {
    await using talk = await connected({ reconnect_on_failure: false });
    const seen = messages(talk);
    const calls = record(talk.client, "disconnect");
    talk.link.send('3004 0001 "t" "p"  3004 0001 ff 70');
    await talk.link.expect_close();
    await eventually(() => expect(calls).toHaveLength(1));
    expect(seen).toEqual([["t", "p", 0, 0]]);
  });

  it("counts more unacknowledged messages than our Receive Maximum among it [MQTT-3.3.4-7]", async () => {
    const connect = new Properties(PacketTypes.CONNECT, { ReceiveMaximum: 2 });
    await using talk = await connected({ protocol: 5, connect, manual_ack: true });
    for (const mid of [1, 2]) talk.link.send(talk.packets.publish({ topic: "t", qos: 1, mid }));
    await talk.nothing_more();
    talk.client.ack(1, 1);
    await talk.link.expect("4002 0001");
    for (const mid of [3, 4]) talk.link.send(talk.packets.publish({ topic: "t", qos: 1, mid }));
    await talk.link.expect("e001 93");
  });
});
