import { describe, expect, it } from "@jest/globals";
import { message_of } from "../../lib/broker/message.ts";
import type { PublishPacket } from "../../lib/codec/packets.ts";
import { PacketTypes } from "../../lib/model/packettypes.ts";
import {
  props,
  puback,
  pubcomp,
  publish,
  pubrec,
  pubrel,
  suback,
  subscribe,
} from "../support/core_packets.ts";
import { type Peer, Stand } from "./stand.ts";

const kept = { clean: false, properties: props(PacketTypes.CONNECT, { SessionExpiryInterval: 1000 }) };

function subscriber(stand: Stand, qos: 0 | 1 | 2 = 2, rest: Parameters<Stand["client"]>[1] = {}): Peer {
  const peer = stand.client("subscriber", { ...kept, ...rest });
  peer.send(subscribe(1, [{ filter: "t", qos }]));
  peer.take();
  return peer;
}

const back = (stand: Stand, rest: Parameters<Stand["client"]>[1] = {}) => {
  const peer = stand.peer(rest.version ?? 5);
  peer.connect({ client_id: "subscriber", ...kept, ...rest });
  return peer;
};

describe("a message to the broker", () => {
  it.each([[3], [4], [5]] as const)("is acknowledged on version %i as its QoS says", (version) => {
    const stand = new Stand();
    subscriber(stand);
    const publisher = stand.client("publisher", { version });
    publisher.send(publish("t", "0"));
    expect(publisher.take()).toEqual([]);
    publisher.send(publish("t", "1", { qos: 1, mid: 7 }));
    expect(publisher.take_one()).toEqual(puback(7));
    publisher.send(publish("t", "2", { qos: 2, mid: 8 }));
    expect(publisher.take_one()).toEqual(pubrec(8));
    publisher.send(pubrel(8));
    expect(publisher.take_one()).toEqual(pubcomp(8));
  });

  it.each([1, 2] as const)("that nobody wants is acknowledged with 0x10 on MQTT 5, with QoS %i", (qos) => {
    const publisher = new Stand().client("publisher");
    publisher.send(publish("t", "", { qos, mid: 1 }));
    expect(publisher.take_one()).toMatchObject({ mid: 1, reason_code: 0x10 });
  });

  it("of QoS 2 that comes again is handed on once [MQTT-4.3.3-10]", () => {
    const stand = new Stand();
    const receiver = subscriber(stand, 0);
    const publisher = stand.client("publisher", kept);
    publisher.send(publish("t", "x", { qos: 2, mid: 1 }));
    publisher.lose();
    const again = stand.peer();
    again.connect({ client_id: "publisher", ...kept });
    again.take();
    again.send(publish("t", "x", { qos: 2, mid: 1, dup: true }));
    expect(again.take_one()).toEqual(pubrec(1));
    again.send(pubrel(1));
    expect(again.take_one()).toEqual(pubcomp(1));
    expect(receiver.take_texts()).toEqual(["x"]);
    // The id is free again [MQTT-4.3.3-12].
    again.send(publish("t", "y", { qos: 2, mid: 1 }));
    expect(receiver.take_texts()).toEqual(["y"]);
  });

  it("that is released and not known is answered with 0x92 on MQTT 5, with 0 on 3.1.1", () => {
    const stand = new Stand();
    for (const [version, reason_code] of [
      [5, 0x92],
      [4, 0],
    ] as const) {
      const peer = stand.client("me", { version });
      peer.send(pubrel(9));
      expect(peer.take_one()).toEqual(pubcomp(9, reason_code));
    }
  });
});

describe("a message to a client", () => {
  it.each([
    [0, 2, 0],
    [2, 0, 0],
    [1, 2, 1],
    [2, 1, 1],
    [2, 2, 2],
  ] as const)(
    "published with QoS %i comes by a subscription of QoS %i with %i",
    (published, granted, qos) => {
      const stand = new Stand();
      const peer = subscriber(stand, granted);
      stand.publish("t", "x", published);
      expect(peer.take_one()).toMatchObject({ type: PacketTypes.PUBLISH, qos, dup: false, retain: false });
    },
  );

  it("of QoS 2 goes its four steps", () => {
    const stand = new Stand();
    const peer = subscriber(stand);
    stand.publish("t", "x", 2);
    const { mid } = peer.take_one() as { mid: number };
    peer.send(pubrec(mid));
    expect(peer.take_one()).toEqual(pubrel(mid));
    expect(stand.core.sessions).toBeDefined();
    peer.send(pubcomp(mid));
    expect(peer.take()).toEqual([]);
    expect(Array.from(stand.core.sessions, ({ outgoing }) => outgoing.size)).toEqual([0]);
  });

  it("that the client refuses by PUBREC is done with (4.3.3)", () => {
    const stand = new Stand();
    const peer = subscriber(stand);
    stand.publish("t", "x", 2);
    const { mid } = peer.take_one() as { mid: number };
    peer.send(pubrec(mid, 0x97));
    expect(peer.take()).toEqual([]);
    expect(Array.from(stand.core.sessions, ({ outgoing }) => outgoing.size)).toEqual([0]);
  });

  it("comes again after a lost connection, with DUP and the same id, in order [MQTT-4.4.0-1]", () => {
    const stand = new Stand();
    const first = subscriber(stand);
    for (const [text, qos] of [
      ["a", 1],
      ["b", 2],
      ["c", 2],
      ["d", 1],
    ] as const)
      stand.publish("t", text, qos);
    const mids = first.take_messages().map(({ mid }) => mid);
    first.send(pubrec(mids[2] as number));
    first.lose();
    const second = back(stand);
    expect(second.take().slice(1)).toMatchObject([
      { type: PacketTypes.PUBLISH, mid: mids[0], dup: true, qos: 1 },
      { type: PacketTypes.PUBLISH, mid: mids[1], dup: true, qos: 2 },
      pubrel(mids[2] as number),
      { type: PacketTypes.PUBLISH, mid: mids[3], dup: true, qos: 1 },
    ]);
    second.send(puback(mids[0] as number), pubcomp(mids[2] as number), puback(mids[3] as number));
    second.send(pubrec(mids[1] as number), pubcomp(mids[1] as number));
    expect(Array.from(stand.core.sessions, ({ outgoing }) => outgoing.size)).toEqual([0]);
  });

  it("waits for an absent client if its QoS is not 0, and comes without DUP", () => {
    const stand = new Stand();
    subscriber(stand).lose();
    for (const qos of [0, 1, 2] as const) stand.publish("t", String(qos), qos);
    const messages = back(stand).take_messages();
    expect(messages).toMatchObject([
      { qos: 1, dup: false },
      { qos: 2, dup: false },
    ]);
  });

  it("waits when the client wants fewer at a time [MQTT-3.3.4-9]", () => {
    const stand = new Stand();
    const properties = props(PacketTypes.CONNECT, { ReceiveMaximum: 2, SessionExpiryInterval: 1000 });
    const peer = subscriber(stand, 2, { properties });
    for (const text of ["a", "b", "c", "d"]) stand.publish("t", text, 2);
    stand.publish("t", "QoS 0 does not wait");
    const [a, b, last] = peer.take_messages();
    expect(last).toMatchObject({ qos: 0 });
    // PUBREC is not the end of it (4.9).
    peer.send(pubrec(a?.mid as number));
    expect(peer.take_one()).toEqual(pubrel(a?.mid as number));
    peer.send(pubcomp(a?.mid as number));
    expect(peer.take_texts()).toEqual(["c"]);
    peer.send(pubrec(b?.mid as number, 0x80));
    expect(peer.take_texts()).toEqual(["d"]);
  });

  it("waits again after a new connection that wants fewer at a time", () => {
    const stand = new Stand();
    const first = subscriber(stand, 1);
    for (const text of ["a", "b", "c"]) stand.publish("t", text, 1);
    const mids = first.take_messages().map(({ mid }) => mid);
    first.lose();
    const properties = props(PacketTypes.CONNECT, { ReceiveMaximum: 1, SessionExpiryInterval: 1000 });
    const second = back(stand, { properties });
    for (const [index, text] of ["a", "b", "c"].entries()) {
      expect(second.take_texts()).toEqual([text]);
      second.send(puback(mids[index] as number));
    }
    expect(second.take()).toEqual([]);
  });

  it("is acknowledged also before it came again", () => {
    const stand = new Stand();
    const first = subscriber(stand, 2);
    for (const text of ["a", "b", "c"]) stand.publish("t", text, 2);
    const [a, b, c] = first.take_messages().map(({ mid }) => mid) as [number, number, number];
    first.lose();
    const properties = props(PacketTypes.CONNECT, { ReceiveMaximum: 1, SessionExpiryInterval: 1000 });
    const second = back(stand, { properties });
    expect(second.take_texts()).toEqual(["a"]);
    second.send(pubrec(b));
    expect(second.take_one()).toEqual(pubrel(b));
    // There is room for none because of it: it did not count on this connection (4.9).
    second.send(pubcomp(b));
    expect(second.take()).toEqual([]);
    second.send(pubrec(a), pubcomp(a));
    expect(second.take()).toMatchObject([pubrel(a), { mid: c, dup: true }]);
    second.send(pubrec(c), pubcomp(c));
    expect(second.take()).toEqual([pubrel(c)]);
    expect(Array.from(stand.core.sessions, ({ outgoing }) => outgoing.size)).toEqual([0]);
  });

  it("waits for those that are not done with since earlier connections: they do not become more and more", () => {
    const stand = new Stand({ max_inflight_messages: 2 });
    let peer = subscriber(stand);
    for (let number = 0; number < 10; number += 1) stand.publish("t", String(number), 2);
    for (let round = 0; round < 5; round += 1) {
      for (const { mid } of peer.take_messages()) peer.send(pubrec(mid));
      peer.lose();
      peer = back(stand);
    }
    const released = peer.take().filter(({ type }) => type === PacketTypes.PUBREL) as { mid: number }[];
    expect(released).toHaveLength(2);
    for (const { mid } of released) peer.send(pubcomp(mid));
    expect(peer.take_texts()).toEqual(["2", "3"]);
  });

  it("stays where an answer fits no message", () => {
    const stand = new Stand();
    const peer = subscriber(stand);
    stand.publish("t", "x", 2);
    const { mid } = peer.take_one() as { mid: number };
    peer.send(puback(mid), pubcomp(mid), puback(99), pubcomp(99), pubrec(99, 0x80));
    expect(peer.take()).toEqual([]);
    peer.send(pubrec(99));
    expect(peer.take_one()).toEqual(pubrel(99, 0x92));
    expect(Array.from(stand.core.sessions, ({ outgoing }) => outgoing.size)).toEqual([1]);
    peer.send(pubrec(mid), pubcomp(mid));
    expect(Array.from(stand.core.sessions, ({ outgoing }) => outgoing.size)).toEqual([0]);
  });

  it("that the client cannot take for its size is left out, and counts as delivered [MQTT-3.1.2-25]", () => {
    const stand = new Stand();
    const properties = props(PacketTypes.CONNECT, { MaximumPacketSize: 30, SessionExpiryInterval: 1000 });
    const peer = subscriber(stand, 1, { properties });
    for (const text of ["x".repeat(20), "x".repeat(50), "small"]) {
      stand.publish("t", text, 1);
      stand.publish("t", text, 0);
    }
    expect(peer.take_texts().map((text) => text.length)).toEqual([20, 20, 5, 5]);
    expect(Array.from(stand.core.sessions, ({ outgoing }) => outgoing.size)).toEqual([2]);
  });

  it.each([
    ["in the plain form", null],
    ["with properties", { ContentType: "x" }],
  ])("that is longer than a packet can be is left out, %s", (_name, values) => {
    const stand = new Stand();
    const peer = subscriber(stand, 1);
    // It came with an alias for its topic.
    const packet = publish("t", "", { qos: 1 }, values);
    const message = message_of({ ...packet, payload: new Uint8Array(268_435_455) }, "t", null, stand.now);
    stand.core.publish(message, stand.now);
    expect(peer.take()).toEqual([]);
    expect(Array.from(stand.core.sessions, ({ outgoing }) => outgoing.size)).toEqual([0]);
  });

  it("carries what the publisher gave it from end to end, unchanged and in order [MQTT-3.3.2-17]", () => {
    const stand = new Stand();
    const peer = subscriber(stand);
    const values = {
      PayloadFormatIndicator: 1,
      ContentType: "text/plain",
      ResponseTopic: "answers",
      CorrelationData: Buffer.from([1, 2, 3]),
      UserProperty: [
        ["b", "1"],
        ["a", "2"],
        ["b", "1"],
      ] as [string, string][],
    };
    const publisher = stand.client("publisher");
    publisher.send(publish("t", "x", { qos: 1, mid: 1 }, { ...values, TopicAlias: 2 }));
    publisher.send(publish("", "y", {}, { TopicAlias: 2 }));
    const [first, second] = peer.take_messages();
    expect(first?.properties?.json()).toEqual({ ...values, CorrelationData: "010203" });
    expect(second).toMatchObject({ topic: "t", properties: null });
  });

  it("comes to 3.1.1 without properties", () => {
    const stand = new Stand();
    const peer = subscriber(stand, 0, { version: 4, clean: true, properties: null });
    stand.client("publisher").send(publish("t", "x", {}, { ContentType: "text/plain" }));
    expect(peer.take_one()).toMatchObject({ topic: "t", properties: null });
  });
});

describe("a topic alias", () => {
  it.each([
    [0x94, 11, "t"],
    [0x82, 3, ""],
  ])("that is wrong ends the connection with 0x%s", (reason_code, TopicAlias, topic) => {
    const peer = new Stand().client("me");
    peer.send(publish(topic, "", {}, { TopicAlias }));
    expect(peer.take_one()).toMatchObject({ type: PacketTypes.DISCONNECT, reason_code });
  });

  it("ends with its connection (3.3.2.3.4)", () => {
    const stand = new Stand();
    stand.client("me", kept).send(publish("t", "", {}, { TopicAlias: 1 }));
    const again = stand.peer();
    again.connect({ client_id: "me", ...kept });
    again.take();
    again.send(publish("", "", {}, { TopicAlias: 1 }));
    expect(again.take_one()).toMatchObject({ reason_code: 0x82 });
  });
});

const publish_for = (stand: Stand, seconds: number, text = "x") =>
  stand.client("publisher").send(publish("t", text, { qos: 1, mid: 1 }, { MessageExpiryInterval: seconds }));

describe("the lifetime of a message", () => {
  it("is passed on without the time that it waited [MQTT-3.3.2-6]", () => {
    const stand = new Stand();
    const first = subscriber(stand);
    publish_for(stand, 10);
    expect(first.take_one()).toMatchObject({ properties: { MessageExpiryInterval: 10 } });
    first.lose();
    stand.pass(3);
    expect(back(stand).take_messages()).toMatchObject([{ properties: { MessageExpiryInterval: 7 } }]);
    // Delivery has begun: it goes on after the end of it.
    stand.pass(30);
    expect(back(stand).take_messages()).toMatchObject([
      { dup: true, properties: { MessageExpiryInterval: 0 } },
    ]);
  });

  it("of 0 seconds is enough for a client that could be sent it at once", () => {
    const stand = new Stand({ max_inflight_messages: 1 });
    const peer = subscriber(stand, 1);
    publish_for(stand, 0);
    const first = peer.take_one() as PublishPacket;
    expect(first).toMatchObject({ properties: { MessageExpiryInterval: 0 } });
    publish_for(stand, 0, "waits");
    stand.pass(0.001);
    peer.send(puback(first.mid));
    expect(peer.take()).toEqual([]);
  });

  it("ends while it waits [MQTT-3.3.2-5]", () => {
    const stand = new Stand();
    subscriber(stand).lose();
    publish_for(stand, 10);
    stand.publish("t", "stays", 1);
    stand.pass(10);
    expect(back(stand).take_texts()).toEqual(["stays"]);
  });
});

describe("what waits for a client", () => {
  it("is no more than so many messages", () => {
    const stand = new Stand({ max_queued_messages: 2 });
    subscriber(stand).lose();
    for (const text of ["a", "b", "c", "d"]) stand.publish("t", text, 1);
    expect(stand.told("dropped")).toMatchObject([
      { client_id: "subscriber", message: { topic: "t" } },
      { client_id: "subscriber" },
    ]);
    expect(Array.from(stand.core.sessions, ({ outgoing }) => [outgoing.size, outgoing.dropped])).toEqual([
      [2, 2],
    ]);
    expect(back(stand).take_texts()).toEqual(["a", "b"]);
  });

  it("may be nothing: then a client gets only what comes while it is there", () => {
    const stand = new Stand({ max_queued_messages: 0, max_inflight_messages: 1 });
    const peer = subscriber(stand, 1);
    for (const text of ["a", "b"]) stand.publish("t", text, 1);
    peer.send(puback((peer.take_one() as PublishPacket).mid));
    peer.send(puback((peer.take_one() as PublishPacket).mid));
    peer.lose();
    stand.publish("t", "c", 1);
    expect(back(stand).take_texts()).toEqual([]);
    expect(stand.told("dropped")).toHaveLength(1);
  });

  it("is all that comes, for a client that reads", () => {
    const stand = new Stand({ max_queued_messages: 2, max_inflight_messages: 1 });
    const peer = subscriber(stand, 1);
    for (let count = 0; count < 100; count += 1) stand.publish("t", String(count), 1);
    expect(stand.told("dropped")).toEqual([]);
    const got: string[] = [];
    for (let messages = peer.take_messages(); messages.length > 0; messages = peer.take_messages()) {
      for (const { mid, payload } of messages) {
        got.push(Buffer.from(payload).toString());
        peer.send(puback(mid));
      }
    }
    expect(got).toHaveLength(100);
  });

  it("is no more than so many messages for a client that does not read", () => {
    const stand = new Stand({ max_queued_messages: 2, max_inflight_messages: 1 });
    const peer = subscriber(stand, 1);
    stand.publish("t", "not read", 1);
    stand.pass(1);
    for (const text of ["a", "b", "c"]) stand.publish("t", text, 1);
    expect(stand.told("dropped")).toEqual([]);
    stand.pass(1);
    stand.publish("t", "d", 1);
    expect(stand.told("dropped")).toMatchObject([{ client_id: "subscriber" }]);
    expect(peer.take_texts()).toEqual(["not read"]);
    stand.publish("t", "e", 1);
    expect(stand.told("dropped")).toHaveLength(1);
  });

  it("does not count what is retained, which is kept anyway", () => {
    const stand = new Stand({ max_queued_messages: 2, max_queued_bytes: 10, max_inflight_messages: 1 });
    for (const topic of ["a", "b", "c", "d"]) stand.publish(topic, "12345", 1, true);
    const peer = stand.client("me");
    peer.send(subscribe(1, [{ filter: "#", qos: 1 }]));
    const got: string[] = [];
    for (let messages = peer.take_messages(); messages.length > 0; messages = peer.take_messages()) {
      for (const { mid, topic } of messages) {
        got.push(topic);
        peer.send(puback(mid));
      }
    }
    expect(got.sort()).toEqual(["a", "b", "c", "d"]);
    expect(stand.told("dropped")).toEqual([]);
  });

  it("holds no place when it has expired", () => {
    const stand = new Stand({ max_queued_messages: 3, max_queued_bytes: 39 });
    subscriber(stand).lose();
    for (const text of ["old", "older"]) publish_for(stand, 10, text);
    publish_for(stand, 100, "12345");
    stand.publish("t", "too early", 1);
    expect(stand.told("dropped")).toHaveLength(1);
    stand.pass(10);
    stand.publish("t", "b", 1);
    stand.publish("t", "x".repeat(25), 1);
    stand.publish("t", "c", 1);
    expect(stand.told("dropped")).toHaveLength(2);
    expect(back(stand).take_texts()).toEqual(["12345", "b", "c"]);
  });

  it("is no more than so many bytes", () => {
    const stand = new Stand({ max_queued_bytes: 12 });
    subscriber(stand).lose();
    for (const text of ["12345", "123456", "1234", "12"]) stand.publish("t", text, 1);
    expect(back(stand).take_texts()).toEqual(["12345", "1234"]);
    // There is room again.
    stand.client("subscriber", kept).lose();
    stand.publish("t", "1234567890", 1);
    expect(back(stand).take_texts()).toContain("1234567890");
  });

  it("is no more than so many bytes of properties and topics, either", () => {
    const stand = new Stand({ max_queued_bytes: 100_000 });
    const topic = "t".repeat(1000);
    const peer = stand.client("subscriber", kept);
    peer.send(
      subscribe(1, [
        { filter: "t", qos: 1 },
        { filter: topic, qos: 1 },
      ]),
    );
    peer.lose();
    const UserProperty: [string, string][] = [["k", "v".repeat(40_000)]];
    const publisher = stand.client("publisher");
    for (let mid = 1; mid <= 3; mid += 1) publisher.send(publish("t", "", { qos: 1, mid }, { UserProperty }));
    expect(stand.told("dropped")).toHaveLength(1);
    for (let count = 0; count < 20; count += 1) stand.publish(topic, "", 1);
    expect(stand.told("dropped")).toHaveLength(2);
  });

  it("comes in order, however much it is", () => {
    const stand = new Stand();
    subscriber(stand, 1).lose();
    const texts = Array.from({ length: 500 }, (_, index) => String(index));
    for (const text of texts) stand.publish("t", text, 1);
    const peer = back(stand);
    const got: string[] = [];
    for (let messages = peer.take_messages(); messages.length > 0; messages = peer.take_messages()) {
      for (const { mid, payload } of messages) {
        got.push(Buffer.from(payload).toString());
        peer.send(puback(mid));
      }
    }
    expect(got).toEqual(texts);
  });

  it("with QoS 0 is as much as may wait, for a client that reads", () => {
    const stand = new Stand({ max_queued_bytes: 8_000_000 });
    const peer = stand.client("me");
    peer.send(subscribe(1, ["t"]));
    peer.take();
    stand.pass(50);
    for (let count = 0; count < 10; count += 1) stand.publish("t", new Uint8Array(1_000_000));
    expect(stand.told("dropped")).toHaveLength(2);
    expect(peer.take_messages()).toHaveLength(8);
  });

  it("with QoS 0 is dropped when too much of it is not read, and with QoS 1 stays in the queue", () => {
    const stand = new Stand({ max_inflight_messages: 100, max_queued_bytes: 100_000_000 });
    const peer = stand.client("me");
    peer.send(
      subscribe(1, [
        { filter: "zero", qos: 0 },
        { filter: "one", qos: 1 },
      ]),
    );
    expect(peer.take_one()).toEqual(suback(1, 0, 1));
    const large = new Uint8Array(1024 * 1024);
    stand.publish("zero", "");
    stand.pass(3);
    for (let count = 0; count < 10; count += 1) {
      stand.publish("zero", large);
      stand.publish("one", large, 1);
    }
    expect(peer.link.unsent).toBeLessThan(6 * 1024 * 1024);
    expect(stand.told("dropped")).toHaveLength(8);
    expect(peer.take_messages().filter(({ topic }) => topic === "one")).toHaveLength(10);
  });
});

describe("a client that asks on and does not take the answers", () => {
  it("had better not be heard, whatever others send it", () => {
    const stand = new Stand();
    const peer = stand.client("me");
    peer.send(subscribe(1, ["t"]));
    peer.take();
    stand.publish("t", new Uint8Array(1024 * 1024));
    expect(peer.link.is_unheard).toBe(false);
    for (let mid = 1; mid <= 16_384; mid += 1) peer.send(publish("other", "", { qos: 1, mid }));
    expect(peer.link.is_unheard).toBe(true);
    peer.take();
    expect(peer.link.is_unheard).toBe(false);
  });

  it("had better not be heard when it asks for what is retained, either", () => {
    const stand = new Stand();
    stand.publish("t", new Uint8Array(64 * 1024), 0, true);
    const peer = stand.client("me");
    peer.send(subscribe(1, ["t"]));
    expect(peer.link.is_unheard).toBe(true);
  });
});

describe("our Receive Maximum", () => {
  it("is none on 3.1.1, which was not told of it", () => {
    const peer = new Stand({ receive_maximum: 2 }).client("me", { version: 4 });
    for (let mid = 1; mid <= 5; mid += 1) peer.send(publish("t", "", { qos: 2, mid }));
    expect([peer.take().length, peer.is_ended]).toEqual([5, false]);
  });

  it("counts QoS 2 that is not released, and more than that is 0x93 [MQTT-3.3.4-7]", () => {
    const stand = new Stand({ receive_maximum: 2 });
    const peer = stand.client("me", kept);
    peer.send(publish("t", "", { qos: 2, mid: 1 }), publish("t", "", { qos: 2, mid: 2 }));
    // The same once more is not more.
    peer.send(
      publish("t", "", { qos: 2, mid: 2, dup: true }),
      pubrel(1),
      publish("t", "", { qos: 2, mid: 3 }),
    );
    peer.take();
    peer.send(publish("t", "", { qos: 1, mid: 9 }), publish("t"));
    expect(peer.take_one()).toMatchObject({ type: PacketTypes.PUBACK });
    peer.send(publish("t", "", { qos: 2, mid: 4 }));
    expect(peer.take_one()).toMatchObject({ type: PacketTypes.DISCONNECT, reason_code: 0x93 });
    // It begins anew with each connection (4.9).
    const again = stand.client("me", kept);
    again.send(publish("t", "", { qos: 2, mid: 5 }));
    expect(again.take_one()).toMatchObject({ type: PacketTypes.PUBREC });
  });
});
