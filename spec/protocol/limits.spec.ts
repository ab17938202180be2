import { describe, expect, it } from "@jest/globals";
import type { PropertyValues } from "../../lib/model/properties.ts";
import { lack_for, limits_of } from "../../lib/protocol/limits.ts";
import {
  connack,
  disconnect,
  props,
  puback,
  publish,
  suback,
  subscribe,
  unsuback,
} from "../support/core_packets.ts";
import { Wire } from "../support/session_wire.ts";

describe("the limits of a broker", () => {
  it("are the defaults of the standard where it names none", () => {
    expect(limits_of(connack(), 20, 60)).toEqual({
      window: 20,
      maximum_qos: 2,
      retain_available: true,
      maximum_packet_size: 268_435_460,
      topic_alias_maximum: 0,
      wildcards_available: true,
      identifiers_available: true,
      shared_available: true,
      keepalive_ms: 60_000,
    });
  });

  it.each<[PropertyValues<2>, object]>([
    [{ MaximumQoS: 0 }, { maximum_qos: 0 }],
    [{ MaximumQoS: 1 }, { maximum_qos: 1 }],
    [{ RetainAvailable: 0 }, { retain_available: false }],
    [{ RetainAvailable: 1 }, { retain_available: true }],
    [{ MaximumPacketSize: 99 }, { maximum_packet_size: 99 }],
    [{ TopicAliasMaximum: 3 }, { topic_alias_maximum: 3 }],
    [{ WildcardSubscriptionAvailable: 0 }, { wildcards_available: false }],
    [{ SubscriptionIdentifierAvailable: 0 }, { identifiers_available: false }],
    [{ SharedSubscriptionAvailable: 0 }, { shared_available: false }],
    [{ ServerKeepAlive: 5 }, { keepalive_ms: 5_000 }],
  ])("are those of its CONNACK: %p", (properties, limits) => {
    expect(limits_of(connack({}, properties), 20, 60)).toMatchObject(limits);
  });

  it.each([
    [20, undefined, 20],
    [20, 5, 5],
    [20, 100, 20],
    [0, undefined, 65_535],
    [0, 100, 100],
  ])(
    "give, with %i of ours and a Receive Maximum of %p, a window of %i [MQTT-4.9.0-3]",
    (ours, theirs, window) => {
      const properties = theirs === undefined ? null : { ReceiveMaximum: theirs };
      expect(limits_of(connack({}, properties), ours, 60).window).toBe(window);
    },
  );
});

describe("what a broker lacks", () => {
  const limits = limits_of(
    connack(
      {},
      {
        WildcardSubscriptionAvailable: 0,
        SubscriptionIdentifierAvailable: 0,
        SharedSubscriptionAvailable: 0,
      },
    ),
    20,
    60,
  );

  it.each([
    [["a", "b"], null, null],
    [["a", "b/+"], null, 0xa2],
    [["#"], null, 0xa2],
    [["a", "$share/g/a"], null, 0x9e],
    [["a"], { SubscriptionIdentifier: [1] }, 0xa1],
    [["a"], { UserProperty: [["k", "v"]] as [string, string][] }, null],
  ])("to be asked for %p with %p is named by the code %p", (filters, properties, code) => {
    expect(lack_for(subscribe(1, filters, properties), limits)?.reason_code ?? null).toBe(code);
  });

  it.each([
    [{ WildcardSubscriptionAvailable: 0 }, "a/+", null],
    [{ SharedSubscriptionAvailable: 0 }, "$share/g/a", null],
    [{ SubscriptionIdentifierAvailable: 0 }, "a", { SubscriptionIdentifier: [1] }],
  ])("is refused in the call once it is known: %p", (granted, filter, properties) => {
    const wire = new Wire({ version: 5 }).connected(false, granted);
    expect(wire.subscribe([filter], properties)).toEqual({ rc: 10, mid: null });
    expect(wire.notices()).toHaveLength(1);
    expect(wire.subscribe(["plain"]).rc).toBe(0);
    wire.expect(subscribe(1, ["plain"]));
  });

  it("is refused at the door when it was asked for before CONNACK, and the link goes on", () => {
    const wire = new Wire({ version: 5 }).open();
    wire.subscribe(["a", "b/+"]);
    wire.subscribe(["c"]);
    wire.received();
    wire.accept(false, { WildcardSubscriptionAvailable: 0 }).expect(subscribe(2, ["c"]));
    expect(wire.told("subscribed")).toEqual([{ type: "subscribed", packet: suback(1, 0xa2, 0xa2) }]);
    expect(wire.notices()).toEqual(["the broker allows no wildcards in filters: b/+"]);
    wire.send(suback(2, 0));
    expect(wire.session.owes).toBe(false);
  });

  it("is not asked for again when another broker takes the place of the first", () => {
    const wire = new Wire({ version: 5 }).connected();
    wire.subscribe(["a/+"]);
    wire.send(suback(1, 0));
    wire.received();
    wire.reconnected(false, { WildcardSubscriptionAvailable: 0 });
    wire.session.restore_subscriptions();
    wire.expect();
    expect(wire.notices()).toEqual([
      "the broker allows no wildcards in filters: a/+",
      "the broker refuses to restore the subscription to a/+",
    ]);
    expect(wire.session.phase).toBe("connected");
  });
});

describe("the broker's Maximum Packet Size", () => {
  it("refuses what is larger here, and the link goes on [MQTT-3.2.2-15]", () => {
    const wire = new Wire({ version: 5 }).connected(false, { MaximumPacketSize: 30 });
    const large = wire.accepted("x".repeat(24), 1);
    const fits = wire.accepted("x".repeat(22), 1);
    wire.expect(publish("t", "x".repeat(22), { qos: 1, mid: fits.mid }));
    expect(wire.told("abandoned")).toMatchObject([{ message: large, error: { code: "ERR_MQTT_REFUSED" } }]);
    expect(wire.session.counts).toMatchObject({ queued: 0, in_flight: 1, dropped: 1 });
  });

  it("refuses a SUBSCRIBE and an UNSUBSCRIBE as their acks would", () => {
    const wire = new Wire({ version: 5 }).connected(false, { MaximumPacketSize: 30 });
    const long = "a".repeat(30);
    expect([wire.subscribe([long, "b"]).mid, wire.unsubscribe(long).mid]).toEqual([1, 2]);
    expect(wire.subscribe(["b"]).mid).toBe(3);
    wire.expect(subscribe(3, ["b"]));
    expect(wire.told("subscribed")).toMatchObject([{ packet: suback(1, 0x83, 0x83) }]);
    expect(wire.told("unsubscribed")).toMatchObject([{ packet: unsuback(2, 0x83) }]);
    expect(wire.notices()).toEqual([
      "SUBSCRIBE 1 needs 42 bytes, the broker takes at most 30",
      "UNSUBSCRIBE 2 needs 37 bytes, the broker takes at most 30",
    ]);
  });
});

describe("the broker's Maximum QoS and Retain Available", () => {
  it.each([
    [{ MaximumQoS: 1 as const }, 2, false, "has QoS 2, the broker takes at most QoS 1"],
    [{ MaximumQoS: 0 as const }, 1, false, "has QoS 1, the broker takes at most QoS 0"],
    [{ RetainAvailable: 0 as const }, 0, true, "is retained, the broker keeps no retained messages"],
  ] as const)("%p refuse here what they do not allow, and the link goes on", (granted, qos, retain, text) => {
    const wire = new Wire({ version: 5 }).connected(false, granted);
    const message = wire.accepted("a", qos, { retain });
    wire.publish("b", 0);
    wire.expect(publish("t", "b"));
    const error = { code: "ERR_MQTT_REFUSED", message: `message 1 to "t" ${text}` };
    expect(wire.told("abandoned")).toMatchObject([{ message, error }]);
  });
});

describe("our Maximum Packet Size", () => {
  it.each([
    ["of the settings", { max_packet_size: 20 }],
    ["of CONNECT", { connect_properties: props(1, { MaximumPacketSize: 20 }) }],
  ])("%s ends the link with 0x95 before the packet is read", (_name, rest) => {
    const wire = new Wire({ version: 5, ...rest }).connected();
    wire.send_bytes("30 12 0001 61 00").send_bytes(Buffer.alloc(14));
    expect(wire.told("message")).toHaveLength(1);
    wire.send_bytes("30 13");
    wire.expect(disconnect(0x95));
    expect(wire.closed()).toMatchObject({ rc: 2, error: { reason_code: 0x95 } });
    expect(wire.ending).toEqual({ flush: true });
  });

  it("ends the link before MQTT 5 too, where nothing can be said", () => {
    const wire = new Wire({ max_packet_size: 20 }).connected().send_bytes("30 13").expect();
    expect(wire.closed()).toMatchObject({ rc: 2, error: { reason_code: 0x95 } });
  });
});

describe("the window", () => {
  const mids = (wire: Wire) => wire.received().map((packet) => ("mid" in packet ? packet.mid : null));
  const fill = (wire: Wire, count: number) => {
    for (let index = 0; index < count; index += 1) wire.publish("", 1);
  };

  it.each([
    [2, null, [1, 2]],
    [5, { ReceiveMaximum: 3 }, [1, 2, 3]],
    [2, { ReceiveMaximum: 9 }, [1, 2]],
    [0, null, [1, 2, 3, 4, 5, 6]],
    [0, { ReceiveMaximum: 1 }, [1]],
  ])(
    "of max_inflight %i and %p lets %p leave at once, and one more for each that is done",
    (max_inflight, granted, out) => {
      const wire = new Wire({ version: 5, max_inflight }).connected(false, granted);
      fill(wire, 6);
      expect(mids(wire)).toEqual(out);
      wire.send(puback(1));
      expect(mids(wire)).toEqual(out.length < 6 ? [out.length + 1] : []);
    },
  );

  it("holds for what was published without a link", () => {
    const wire = new Wire({ max_inflight: 2 });
    fill(wire, 4);
    wire.connected();
    expect(mids(wire)).toEqual([1, 2]);
  });

  it("holds for what is sent again, and is another on the next link", () => {
    const wire = new Wire({ version: 5, max_inflight: 4 }).connected();
    fill(wire, 5);
    wire.received();
    wire.reconnected(true, { ReceiveMaximum: 2 });
    expect(mids(wire)).toEqual([1, 2]);
    wire.reconnected(true, { ReceiveMaximum: 3 });
    expect(mids(wire)).toEqual([1, 2, 3]);
    wire.session.configure({ ...wire.settings, max_inflight: 1 });
    wire.send(puback(1));
    expect(mids(wire)).toEqual([4]);
    wire.reconnected(true, { ReceiveMaximum: 9 });
    expect(mids(wire)).toEqual([2]);
  });

  it("counts QoS 2 until PUBCOMP, also over links", () => {
    const wire = new Wire({ max_inflight: 1 }).connected();
    wire.publish("a", 2);
    wire.publish("b", 1);
    wire.send_bytes("50020001");
    wire.received();
    wire.reconnected();
    expect(mids(wire)).toEqual([1]);
    wire.send_bytes("70020001");
    expect(mids(wire)).toEqual([2]);
  });

  it("is no matter to QoS 0, also behind what waits", () => {
    const wire = new Wire({ max_inflight: 1 }).connected();
    wire.publish("1", 1);
    wire.publish("2", 1);
    wire.publish("3", 0);
    wire.expect(publish("t", "1", { qos: 1, mid: 1 }), publish("t", "3"));
  });
});
