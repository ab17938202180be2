import { describe, expect, it } from "@jest/globals";
import type { Packet } from "../../lib/codec/packets.ts";
import { PacketTypes } from "../../lib/model/packettypes.ts";
import {
  disconnect,
  pingreq,
  props,
  puback,
  publish,
  suback,
  subscribe,
  unsuback,
  unsubscribe,
} from "../support/core_packets.ts";
import { Stand } from "./stand.ts";

const will = { topic: "will", payload: Buffer.alloc(0), qos: 0, retain: false, properties: null } as const;

describe("a subscription", () => {
  it.each([
    ["a/b", "a/b", true],
    ["a/+", "a/b", true],
    ["a/#", "a", true],
    ["a/#", "a/b/c", true],
    ["+/+", "/a", true],
    ["+", "/a", false],
    ["a/b", "a/b/c", false],
    ["#", "$SYS/x", false],
    ["+/x", "$SYS/x", false],
    ["$SYS/#", "$SYS/x", true],
    ["$SYS/+", "$SYS/x", true],
    ["$queue/x", "x", false],
    ["$queue/x", "$queue/x", true],
    ["$share/g/a/+", "a/b", true],
    ["$share/g/$SYS/#", "$SYS/x", true],
    ["$share/g/#", "$SYS/x", false],
  ])("with %s and a message to %s: %s", (filter, topic, matches) => {
    const stand = new Stand();
    const peer = stand.client("me");
    peer.send(subscribe(1, [filter]));
    peer.take();
    stand.publish(topic, "x");
    expect(peer.take_texts()).toEqual(matches ? ["x"] : []);
  });

  it.each([[3], [4], [5]] as const)("is granted as it was wished, on version %i", (version) => {
    const peer = new Stand().client("me", { version });
    peer.send(
      subscribe(5, [
        { filter: "a", qos: 0 },
        { filter: "b", qos: 1 },
        { filter: "c", qos: 2 },
      ]),
    );
    expect(peer.take_one()).toEqual(suback(5, 0, 1, 2));
  });

  it("of a filter with too many levels is refused", () => {
    const deep = "a/".repeat(200);
    for (const [version, code] of [
      [5, 0x8f],
      [4, 0x80],
    ] as const) {
      const peer = new Stand().client("me", { version });
      peer.send(subscribe(1, ["fine", deep]));
      expect(peer.take_one()).toEqual(suback(1, 0, code));
      peer.send(publish(deep, "", { qos: 1, mid: 1 }));
      expect(peer.take_one()).toEqual(puback(1, version === 5 ? 0x90 : 0));
    }
  });

  it("of which a client has too many is refused [MQTT-3.9.3-1]", () => {
    for (const [version, code] of [
      [5, 0x97],
      [4, 0x80],
    ] as const) {
      const peer = new Stand({ max_subscriptions: 2 }).client("me", { version });
      peer.send(subscribe(1, ["a", "b", "c", "a"]));
      expect(peer.take_one()).toEqual(suback(1, 0, 0, code, code));
      peer.send(unsubscribe(2, ["a"]), subscribe(3, ["c"]));
      expect(peer.take().at(-1)).toEqual(suback(3, 0));
    }
  });

  it("may overlap as many others as there can be", () => {
    const levels = 17;
    const stand = new Stand({ max_subscriptions: 2 ** levels });
    const peer = stand.client("me");
    const filters = Array.from({ length: 2 ** levels }, (_, bits) =>
      Array.from({ length: levels }, (_, level) => ((bits >> level) & 1 ? "+" : "a")).join("/"),
    );
    for (let at = 0; at < filters.length; at += 60_000) {
      const some = filters.slice(at, at + 60_000).map((filter) => ({ filter, qos: 1 as const }));
      peer.send(subscribe(1, some));
    }
    peer.take();
    stand.publish(Array.from({ length: levels }, () => "a").join("/"), "x", 2);
    expect(peer.take_messages()).toMatchObject([{ qos: 1 }]);
  });

  it("replaces one with the same filter [MQTT-3.8.4-3]", () => {
    const stand = new Stand();
    const peer = stand.client("me");
    peer.send(subscribe(1, [{ filter: "t", qos: 0 }]), subscribe(2, [{ filter: "t", qos: 1 }]));
    peer.take();
    stand.publish("t", "x", 2);
    expect(peer.take_one()).toMatchObject({ qos: 1 });
  });

  it("that overlaps others brings a message once, with the best QoS and all identifiers [MQTT-3.3.4-2] [MQTT-3.3.4-4]", () => {
    const stand = new Stand();
    const peer = stand.client("me");
    peer.send(subscribe(1, [{ filter: "a/+", qos: 0 }], { SubscriptionIdentifier: 7 }));
    peer.send(
      subscribe(2, [{ filter: "#", qos: 2, retain_as_published: true }], { SubscriptionIdentifier: 9 }),
    );
    peer.send(subscribe(3, [{ filter: "a/b", qos: 1 }]));
    peer.take();
    stand.publish("a/b", "x", 2, true);
    const message = peer.take_one() as { properties: { SubscriptionIdentifier: number[] } };
    expect(message).toMatchObject({ qos: 2, retain: true });
    expect([...message.properties.SubscriptionIdentifier].sort()).toEqual([7, 9]);
  });

  it("with No Local does not bring one's own messages, but those of others [MQTT-3.8.3-3]", () => {
    const stand = new Stand();
    const [me, other] = [stand.client("me"), stand.client("other")];
    me.send(subscribe(1, [{ filter: "t", no_local: true }]));
    me.take();
    me.send(publish("t", "mine"));
    other.send(publish("t", "other's"));
    expect(me.take_texts()).toEqual(["other's"]);
    me.send(publish("t", "", { qos: 1, mid: 1 }));
    expect(me.take_one()).toEqual(puback(1, 0x10));
  });

  it("ends with UNSUBSCRIBE, which says what there was [MQTT-3.11.3-2]", () => {
    const stand = new Stand();
    const peer = stand.client("me");
    peer.send(subscribe(1, ["a", "$share/g/a"]));
    peer.take();
    peer.send(unsubscribe(2, ["a", "b", "$share/g/a"]));
    expect(peer.take_one()).toEqual(unsuback(2, 0, 0x11, 0));
    stand.publish("a", "x");
    expect(peer.take()).toEqual([]);
    expect(stand.told("unsubscribed").map(({ filter }) => filter)).toEqual(["a", "$share/g/a"]);
  });

  it("ends with UNSUBSCRIBE on 3.1.1, which says nothing", () => {
    const peer = new Stand().client("me", { version: 4 });
    peer.send(unsubscribe(2, ["a"]));
    expect(peer.take_one()).toEqual(unsuback(2));
  });

  it("is refused where the program does not allow it, in the words of each version", () => {
    const access = (_client: unknown, action: string, topic: string) =>
      action === "subscribe" && topic === "secret" ? 0x87 : topic === "odd" ? 0x90 : 0;
    for (const [version, codes] of [
      [5, [0, 0x87, 0x87]],
      [4, [0, 0x80, 0x80]],
    ] as const) {
      const peer = new Stand({ access }).client("me", { version });
      peer.send(subscribe(1, ["open", "secret", "odd"]));
      expect(peer.take_one()).toEqual(suback(1, ...codes));
    }
  });
});

describe("a shared subscription", () => {
  const stage = (...ids: string[]) => {
    const stand = new Stand();
    const properties = props(PacketTypes.CONNECT, { SessionExpiryInterval: 100 });
    const members = ids.map((id) => stand.client(id, { properties, clean: false }));
    for (const member of members) {
      member.send(subscribe(1, [{ filter: "$share/g/t", qos: 1 }]));
      member.take();
    }
    return { stand, members, properties };
  };

  it("brings each message to one member, in turn (4.8.2)", () => {
    const { stand, members } = stage("a", "b", "c");
    for (let count = 0; count < 6; count += 1) stand.publish("t", String(count));
    expect(members.map((member) => member.take_texts())).toEqual([
      ["0", "3"],
      ["1", "4"],
      ["2", "5"],
    ]);
  });

  it("passes over members that are away, unless all are", () => {
    const { stand, members, properties } = stage("a", "b");
    members[0]?.lose();
    for (const text of ["0", "1"]) stand.publish("t", text, 1);
    expect(members[1]?.take_texts()).toEqual(["0", "1"]);
    members[1]?.lose();
    for (const text of ["2", "3"]) stand.publish("t", text, 1);
    const again = stand.peer();
    again.connect({ client_id: "a", clean: false, properties });
    expect(again.take_texts()).toHaveLength(1);
  });

  it("goes on in turn when a member leaves", () => {
    const { stand, members } = stage("a", "b", "c");
    stand.publish("t", "0");
    members[0]?.send(unsubscribe(2, ["$share/g/t"]));
    for (const text of ["1", "2", "3"]) stand.publish("t", text);
    expect(members.map((member) => member.take_texts())).toEqual([["0"], ["1", "3"], ["2"]]);
  });

  it("is one for each group, beside those that are not shared", () => {
    const { stand, members } = stage("a", "b");
    const other = stand.client("other");
    other.send(subscribe(1, ["$share/h/t", "t"]), subscribe(2, ["$share/h/t"]));
    other.take();
    stand.publish("t", "x");
    expect(members.flatMap((member) => member.take_texts())).toEqual(["x"]);
    expect(other.take_texts()).toEqual(["x", "x"]);
  });

  it("brings no retained messages (4.8.2)", () => {
    const { stand } = stage("a");
    for (const topic of ["t", "$share/g/t"]) stand.publish(topic, "kept", 0, true);
    const other = stand.client("other");
    other.send(subscribe(1, ["$share/g/t"]));
    expect(other.take_one()).toEqual(suback(1, 0));
  });
});

describe("a retained message", () => {
  it("comes with a new subscription, marked, the last of each topic [MQTT-3.3.1-5] [MQTT-3.3.1-9]", () => {
    const stand = new Stand();
    for (const text of ["old", "new"]) stand.publish("a/b", text, 2, true);
    stand.publish("a/c", "other", 0, true);
    stand.publish("a/d", "not kept", 0, false);
    const peer = stand.client("me");
    peer.send(subscribe(1, [{ filter: "a/+", qos: 1 }], { SubscriptionIdentifier: 3 }));
    const [answer, ...messages] = peer.take();
    expect(answer).toEqual(suback(1, 1));
    expect(messages).toMatchObject([
      { topic: "a/b", qos: 1, retain: true, properties: { SubscriptionIdentifier: [3] } },
      { topic: "a/c", qos: 0, retain: true },
    ]);
  });

  it("is removed by one without a payload, which itself is handed on [MQTT-3.3.1-6]", () => {
    const stand = new Stand();
    const peer = stand.client("me");
    peer.send(subscribe(1, ["t"]));
    peer.take();
    stand.publish("t", "x", 0, true);
    stand.publish("t", "", 0, true);
    stand.publish("t/never", "", 0, true);
    expect(peer.take_messages()).toMatchObject([
      { retain: false },
      { retain: false, payload: Buffer.alloc(0) },
    ]);
    expect(stand.core.retained("#", stand.now)).toEqual([]);
  });

  it("keeps its mark on a living subscription only with Retain As Published [MQTT-3.3.1-12] [MQTT-3.3.1-13]", () => {
    const stand = new Stand();
    const peer = stand.client("me");
    peer.send(subscribe(1, ["a", { filter: "b", retain_as_published: true }]));
    peer.take();
    for (const topic of ["a", "b"]) for (const retain of [true, false]) stand.publish(topic, "x", 0, retain);
    expect(peer.take_messages().map(({ retain }) => retain)).toEqual([false, false, true, false]);
  });

  it.each([
    [0, [1, 1]],
    [1, [1, 0]],
    [2, [0, 0]],
  ] as const)("comes with Retain Handling %i to who subscribes twice %j times", (retain_handling, times) => {
    const stand = new Stand();
    stand.publish("t", "x", 0, true);
    const peer = stand.client("me");
    const counts = times.map(() => {
      peer.send(subscribe(1, [{ filter: "t", retain_handling }]));
      return peer.take_messages().length;
    });
    expect(counts).toEqual(times);
  });

  it("does not come to its own publisher with No Local", () => {
    const stand = new Stand();
    const peer = stand.client("me");
    peer.send(publish("t", "mine", { retain: true }), subscribe(1, [{ filter: "t", no_local: true }]));
    expect(peer.take_messages()).toEqual([]);
  });

  it("expires", () => {
    const stand = new Stand();
    const publisher = stand.client("publisher");
    publisher.send(publish("a/b", "x", { retain: true }, { MessageExpiryInterval: 10 }));
    publisher.send(publish("a", "stays", { retain: true }));
    stand.pass(4);
    const early = stand.client("early");
    early.send(subscribe(1, ["a/#"]));
    expect(early.take_messages()).toMatchObject([
      { payload: Buffer.from("stays") },
      { properties: { MessageExpiryInterval: 6 } },
    ]);
    stand.pass(6);
    const late = stand.client("late");
    late.send(subscribe(1, ["a/#"]));
    expect(late.take_texts()).toEqual(["stays"]);
  });

  it.each([
    ["#", ["a", "a/b", "a/b/c"]],
    ["a/#", ["a", "a/b", "a/b/c"]],
    ["a/b", ["a/b"]],
    ["+", ["a"]],
    ["+/b", ["a/b"]],
    ["a/+/c", ["a/b/c"]],
    ["+/+/#", ["a/b", "a/b/c"]],
    ["b", []],
    ["a/b/c/d", []],
    ["$SYS/#", ["$SYS/x"]],
    ["+/x", []],
  ])("is found by %s among others: %j", (filter, topics) => {
    const stand = new Stand();
    for (const topic of ["a", "a/b", "a/b/c", "$SYS/x"]) stand.publish(topic, "x", 0, true);
    expect(
      stand.core
        .retained(filter, stand.now)
        .map(({ topic }) => topic)
        .sort(),
    ).toEqual([...topics].sort());
  });

  it("does not hold the memory that it was read into with others", () => {
    const stand = new Stand();
    stand.client("me").send(publish("t", "kept", { retain: true }), publish("t", "x".repeat(15_000)));
    const [message] = stand.core.retained("t", stand.now);
    expect(message?.payload.buffer.byteLength).toBeLessThan(10_000);
  });
});

describe("much that is retained", () => {
  const many = 500;
  const filled = (rest: Parameters<typeof Stand.prototype.client>[1] = {}) => {
    const stand = new Stand();
    for (let number = 0; number < many; number += 1) stand.publish(`r/${number}`, "x".repeat(1000), 1, true);
    return { stand, peer: stand.client("me", rest) };
  };
  const topics = (packets: Packet[]) => packets.flatMap((one) => ("topic" in one ? [one.topic] : []));
  it("comes as the client takes it, each once for each filter, and nothing is dropped", () => {
    const { stand, peer } = filled();
    peer.send(subscribe(1, ["#", "r/#", "#", "nothing"]));
    expect(peer.link.unsent).toBeLessThan(100_000);
    const [first, ...others] = peer.take();
    expect(first).toEqual(suback(1, 0, 0, 0, 0));
    expect(topics(others)).toHaveLength(2 * many);
    expect(stand.told("dropped")).toEqual([]);
  });

  it("is not collected by many packets that come at once, either: they wait to be heard", () => {
    const { stand, peer } = filled();
    const packets = Array.from({ length: 50 }, (_, index) => subscribe(index + 1, ["#"]));
    peer.send(...packets, pingreq);
    peer.send(pingreq);
    expect(peer.link.unsent).toBeLessThan(100_000);
    const came = peer.take();
    expect(came.filter(({ type }) => type === PacketTypes.SUBACK)).toHaveLength(50);
    expect(came.slice(-2 - many).filter(({ type }) => type === PacketTypes.PINGRESP)).toHaveLength(2);
    expect(new Set(topics(came)).size).toBe(many);
    expect(stand.told("dropped")).toEqual([]);
  });

  it("comes as it is when its turn comes: replaced, removed and expired messages do not", () => {
    const stand = new Stand();
    const publisher = stand.client("publisher");
    const large = "x".repeat(100_000);
    for (const [topic, MessageExpiryInterval] of [
      ["first", 100],
      ["stays", 100],
      ["replaced", 100],
      ["removed", 100],
      ["expired", 10],
    ] as const) {
      publisher.send(publish(topic, large, { retain: true }, { MessageExpiryInterval }));
    }
    const peer = stand.client("me");
    peer.send(subscribe(1, ["+"]));
    stand.publish("replaced", "new", 0, true);
    stand.publish("removed", "", 0, true);
    stand.pass(10);
    expect(peer.take_messages().map(({ topic, retain }) => `${topic} ${retain}`)).toEqual([
      "first true",
      "replaced false",
      "removed false",
      "stays true",
    ]);
    expect(stand.core.retained("expired", stand.now)).toEqual([]);
  });

  it("with QoS 0 does not wait for acknowledgements, whatever else does", () => {
    const { stand, peer } = filled();
    peer.send(subscribe(1, [{ filter: "r/#", qos: 1 }, "#", { filter: "live", qos: 1 }]));
    stand.publish("live", "x", 1);
    const messages = peer.take_messages();
    expect(messages.filter(({ qos }) => qos === 0)).toHaveLength(many);
    expect(messages.filter(({ qos }) => qos === 1)).toHaveLength(20);
  });

  it("comes no more when the client has given the filter up", () => {
    const { peer } = filled();
    peer.send(subscribe(1, [{ filter: "#", qos: 1 }]));
    expect(peer.take_messages()).toHaveLength(20);
    peer.send(unsubscribe(2, ["#"]), puback(1));
    expect(peer.take_one()).toEqual(unsuback(2, 0));
  });

  it.each([
    [1, many],
    [0, 0],
  ] as const)("comes to its end after a lost connection with QoS %i: %i messages", (qos, count) => {
    const kept = { clean: false, properties: props(PacketTypes.CONNECT, { SessionExpiryInterval: 1000 }) };
    const { stand, peer } = filled(kept);
    peer.send(subscribe(1, [{ filter: "#", qos }]));
    peer.lose();
    const again = stand.peer();
    again.connect({ client_id: "me", ...kept });
    const got = new Set<string>();
    for (let messages = again.take_messages(); messages.length > 0; messages = again.take_messages()) {
      for (const { topic, mid } of messages) {
        got.add(topic);
        again.send(puback(mid));
      }
    }
    expect(got.size).toBe(count);
  });

  it("does not hide what its client has said before the connection was lost", () => {
    const { stand, peer } = filled({ will });
    peer.send(subscribe(1, ["#"]), publish("said", "x"), disconnect());
    expect(peer.is_ended).toBe(false);
    peer.lose();
    expect(stand.told("published").at(-1)).toMatchObject({ message: { topic: "said" } });
  });
});

describe("what a client may publish", () => {
  const access = (_client: unknown, _action: string, topic: string) => (topic === "secret" ? 0x87 : 0);

  it.each([
    [5, 1, 0x87],
    [5, 2, 0x87],
    [4, 1, 0],
    [4, 2, 0],
  ] as const)("not, it is told on version %i with QoS %i: %i [MQTT-3.3.5-2]", (version, qos, reason_code) => {
    for (const topic of ["secret", "$SYS/broker/uptime"]) {
      const stand = new Stand({ access });
      const listener = stand.client("listener");
      listener.send(subscribe(1, ["#", "$SYS/#"]));
      listener.take();
      const peer = stand.client("me", { version });
      peer.send(publish(topic, "x", { qos, mid: 1, retain: true }));
      expect(peer.take_one()).toMatchObject({ mid: 1, reason_code });
      expect(listener.take()).toEqual([]);
      expect(stand.told("published")).toEqual([]);
      expect(stand.core.retained(topic, stand.now)).toEqual([]);
    }
  });

  it("not, is the end of it with QoS 0", () => {
    const peer = new Stand({ access }).client("me");
    peer.send(publish("secret", "x"));
    expect(peer.take()).toEqual([]);
    expect(peer.is_ended).toBe(false);
  });

  it("is asked with the client, the action and the topic", () => {
    const asked: unknown[] = [];
    const peer = new Stand({ access: (...args) => asked.push(args) * 0 }).client("me", { username: "u" });
    peer.send(publish("a"), subscribe(1, ["b/#"]));
    const client = {
      client_id: "me",
      username: "u",
      protocol: 5,
      keepalive: 60,
      clean_start: true,
      address: "here",
    };
    expect(asked).toEqual([
      [client, "publish", "a"],
      [client, "subscribe", "b/#"],
    ]);
  });
});

describe("a hook that ends the connection of the client it is asked about", () => {
  const stand_of = (action: "publish" | "subscribe"): Stand => {
    const stand: Stand = new Stand({
      access: (client, wanted) => {
        if (wanted === action) stand.core.disconnect(client.client_id, 0x98, stand.now);
        return 0;
      },
    });
    return stand;
  };

  it("leaves no subscription behind", () => {
    const stand = stand_of("subscribe");
    const peer = stand.client("me");
    peer.send(subscribe(1, ["a", "b"]));
    expect(peer.take_one()).toMatchObject({ type: PacketTypes.DISCONNECT, reason_code: 0x98 });
    expect([...stand.core.sessions]).toEqual([]);
    expect(stand.told("subscribed")).toEqual([]);
    stand.publish("a", "x", 1);
    expect(peer.take()).toEqual([]);
  });

  it.each([[0], [1], [2]] as const)("lets nothing of it through with QoS %i", (qos) => {
    const stand = stand_of("publish");
    const listener = stand.client("listener");
    listener.send(subscribe(1, ["#"]));
    listener.take();
    const peer = stand.client("me");
    peer.send(publish("t", "x", { qos, mid: qos === 0 ? 0 : 1 }), publish("t", "y"));
    expect(peer.take_one()).toMatchObject({ type: PacketTypes.DISCONNECT, reason_code: 0x98 });
    expect(stand.told("published")).toEqual([]);
    expect(listener.take()).toEqual([]);
  });

  it("does not let it in any more", () => {
    const stand: Stand = new Stand({
      access: () => {
        stand.core.shut_down(stand.now);
        return 0;
      },
    });
    const peer = stand.peer();
    const will = { topic: "w", payload: Buffer.from("x"), qos: 0 as const, retain: false, properties: null };
    peer.connect({ will });
    expect([peer.is_ended, [...stand.core.sessions]]).toEqual([true, []]);
    expect(peer.take()).toEqual([]);
  });
});

describe("a retained message for which there is no place", () => {
  it("is refused, unless it takes the place of another, or only removes one", () => {
    const stand = new Stand({ max_retained: 2 });
    const listener = stand.client("listener");
    listener.send(subscribe(1, ["#"]));
    listener.take();
    const peer = stand.client("me");
    const code_of = (topic: string, payload: string, rest: object = {}, lifetime: object | null = null) => {
      peer.send(publish(topic, payload, { qos: 1, mid: 1, retain: true, ...rest }, lifetime));
      return (peer.take_one() as { reason_code: number }).reason_code;
    };
    expect(code_of("a/b", "1", {}, { MessageExpiryInterval: 10 })).toBe(0);
    expect(code_of("a", "2")).toBe(0);
    expect(code_of("c", "3")).toBe(0x97);
    expect(code_of("c/d", "3", { retain: false })).toBe(0);
    expect(code_of("a", "4")).toBe(0);
    expect(code_of("c", "")).toBe(0);
    stand.pass(10);
    expect(code_of("e", "5")).toBe(0);
    expect(code_of("f", "6")).toBe(0x97);
    expect(code_of("a", "")).toBe(0);
    expect(code_of("f", "7")).toBe(0);
    expect(listener.take_texts()).toEqual(["1", "2", "3", "4", "", "5", "", "7"]);
    expect(
      stand.core
        .retained("#", stand.now)
        .map(({ topic }) => topic)
        .sort(),
    ).toEqual(["e", "f"]);
  });

  it("is published all the same when it is a will, and not kept", () => {
    const stand = new Stand({ max_retained: 0 });
    const listener = stand.client("listener");
    listener.send(subscribe(1, ["#"]));
    listener.take();
    const will = {
      topic: "w",
      payload: Buffer.from("gone"),
      qos: 0 as const,
      retain: true,
      properties: null,
    };
    stand.client("me", { will }).lose();
    expect(listener.take_texts()).toEqual(["gone"]);
    expect(stand.core.retained("#", stand.now)).toEqual([]);
  });
});
