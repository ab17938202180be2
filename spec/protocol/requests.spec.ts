import { describe, expect, it } from "@jest/globals";
import type { Packet } from "../../lib/codec/packets.ts";
import { PacketIds } from "../../lib/protocol/packet_ids.ts";
import { Requests } from "../../lib/protocol/requests.ts";
import { disconnect, publish, suback, subscribe, unsuback, unsubscribe } from "../support/core_packets.ts";
import { Wire } from "../support/session_wire.ts";

const versions = [3, 4, 5] as const;

/** UNSUBACK says something per filter on MQTT 5 only. */
function unsuback_of(version: number, mid: number, ...codes: number[]) {
  return version === 5 ? unsuback(mid, ...codes) : unsuback(mid);
}

/** A connected session to which these filters were granted, each by a SUBSCRIBE of its own. */
function granted(...filters: string[]): Wire {
  const wire = new Wire({ version: 5 }).connected();
  for (const filter of filters) {
    const { mid } = wire.subscribe([filter]);
    wire.send(suback(mid as number, 0));
  }
  wire.received();
  wire.told("subscribed");
  return wire;
}

/** What is asked for after `on_connect` of the present link. */
function restored(wire: Wire): Packet[] {
  wire.session.restore_subscriptions();
  return wire.received();
}

/** The filters of all that was asked for. */
function filters(packets: readonly Packet[]): string[] {
  return packets.flatMap((packet) =>
    "subscriptions" in packet ? packet.subscriptions.map(({ filter }) => filter) : [],
  );
}

describe.each(versions)("SUBSCRIBE on version %i", (version) => {
  it("is asked with its options, and answered filter by filter [MQTT-3.8.4-6]", () => {
    const wire = new Wire({ version }).connected();
    const options =
      version === 5 ? { no_local: true, retain_as_published: true, retain_handling: 2 as const } : {};
    expect(wire.subscribe([{ filter: "a", qos: 1, ...options }, "b/+", { filter: "c", qos: 2 }])).toEqual({
      rc: 0,
      mid: 1,
    });
    wire.expect(subscribe(1, [{ filter: "a", qos: 1, ...options }, "b/+", { filter: "c", qos: 2 }]));
    wire.send(suback(1, 1, 0, 0x80));
    expect(wire.told("subscribed")).toEqual([{ type: "subscribed", packet: suback(1, 1, 0, 0x80) }]);
    expect(wire.session.owes).toBe(false);
  });

  it("without a link is answered with NO_CONN", () => {
    const wire = new Wire({ version });
    expect(wire.subscribe(["a"])).toEqual({ rc: 4, mid: null });
    wire.connected().expect();
  });

  it("waits for CONNACK while a link is being opened, in its place in the order", () => {
    const wire = new Wire({ version });
    wire.session.dial();
    wire.publish("1", 0);
    expect(wire.subscribe(["a"])).toEqual({ rc: 0, mid: 2 });
    wire.publish("2", 0);
    wire.opened();
    expect(wire.received()).toHaveLength(1);
    wire.accept().expect(publish("t", "1"), subscribe(2, ["a"]), publish("t", "2"));
    expect(restored(wire)).toEqual([]);
  });

  it.each([[[0]], [[0, 0, 0]]])("answered for %p of two filters ends the link [MQTT-3.8.4-6]", (codes) => {
    const wire = new Wire({ version }).connected();
    wire.subscribe(["a", "b"]);
    wire.received();
    wire.send(suback(1, ...codes)).expect(...(version === 5 ? [disconnect(0x82)] : []));
    const message = `SUBACK 1 answers ${codes.length} filters, 2 were asked`;
    expect(wire.closed()).toMatchObject({ rc: 2, error: { code: "ERR_MQTT_PROTOCOL", message } });
    expect(wire.told("subscribed")).toEqual([]);
  });

  it("answered under another id, or by UNSUBACK, is not answered", () => {
    const wire = new Wire({ version }).connected();
    wire.subscribe(["a"]);
    wire.send(suback(2, 0), unsuback_of(version, 1, 0));
    expect(wire.notices()).toEqual([
      "SUBACK for packet id 2 answers nothing that is in flight: ignored",
      "UNSUBACK for packet id 1 answers nothing that is in flight: ignored",
    ]);
    expect(wire.session.owes).toBe(true);
    wire.send(suback(1, 0), suback(1, 0));
    expect(wire.told("subscribed")).toHaveLength(1);
    expect(wire.notices()).toHaveLength(1);
  });
});

describe.each(versions)("UNSUBSCRIBE on version %i", (version) => {
  it("is asked and answered", () => {
    const wire = new Wire({ version }).connected();
    expect(wire.unsubscribe("a", "b")).toEqual({ rc: 0, mid: 1 });
    const answer = unsuback_of(version, 1, 0, 0x11);
    wire.expect(unsubscribe(1, ["a", "b"])).send(answer);
    expect(wire.told("unsubscribed")).toEqual([{ type: "unsubscribed", packet: answer }]);
    expect(wire.session.owes).toBe(false);
  });

  it("without a link is answered with NO_CONN", () => {
    expect(new Wire({ version }).unsubscribe("a")).toEqual({ rc: 4, mid: null });
  });

  it("answered by SUBACK is not answered", () => {
    const wire = new Wire({ version }).connected();
    wire.unsubscribe("a");
    wire.send(suback(1, 0));
    expect(wire.notices()).toHaveLength(1);
    expect(wire.session.owes).toBe(true);
  });
});

it("an UNSUBACK of MQTT 5 of the wrong length ends the link [MQTT-3.11.3-1]", () => {
  const wire = new Wire({ version: 5 }).connected();
  wire.unsubscribe("a", "b");
  wire.send(unsuback(1, 0));
  expect(wire.closed()).toMatchObject({ error: { message: "UNSUBACK 1 answers 1 filters, 2 were asked" } });
});

describe("filters that are given up without a link", () => {
  it("are asked for no more, whether they were granted or not answered", () => {
    const wire = new Wire().connected();
    wire.subscribe(["a"]);
    wire.send(suback(1, 0));
    wire.subscribe(["b", "c"]);
    wire.subscribe(["d"]);
    wire.unsubscribe("e");
    wire.received();
    wire.cut();
    expect(wire.unsubscribe("a", "b", "d", "e")).toEqual({ rc: 4, mid: null });
    wire.connected();
    wire.session.restore_subscriptions();
    wire.expect(subscribe(2, ["c"]), unsubscribe(4, ["e"]));
  });
});

describe("when the broker has lost the session", () => {
  it("what was granted is asked for again, and the answer is nobody's event", () => {
    const wire = granted("a", "b");
    expect(restored(wire.reconnected(false))).toEqual([subscribe(3, ["a", "b"])]);
    wire.send(suback(3, 0, 0));
    expect(wire.event_types()).toEqual([]);
    expect(wire.session.owes).toBe(false);
  });

  it("it is asked for with the options it was granted with", () => {
    const wire = new Wire({ version: 5 }).connected();
    const options = { filter: "a", qos: 2 as const, no_local: true, retain_handling: 1 as const };
    wire.subscribe([options]);
    wire.send(suback(1, 1));
    wire.received();
    expect(restored(wire.reconnected(false))).toEqual([subscribe(2, [options])]);
  });

  it("filters are grouped by the properties they came with: an identifier belongs to the packet", () => {
    const wire = new Wire({ version: 5 }).connected();
    wire.subscribe(["a"]);
    wire.subscribe(["b", "c"], { SubscriptionIdentifier: [7] });
    wire.subscribe(["d"]);
    wire.send(suback(1, 0), suback(2, 0, 0), suback(3, 0));
    wire.received();
    expect(restored(wire.reconnected(false))).toEqual([
      subscribe(4, ["a", "d"]),
      subscribe(5, ["b", "c"], { SubscriptionIdentifier: [7] }),
    ]);
  });

  it("no more than eight filters are asked for at once", () => {
    const names = Array.from({ length: 17 }, (_, index) => `f${index}`);
    const packets = restored(granted(...names).reconnected(false));
    expect(packets.map((packet) => filters([packet]).length)).toEqual([8, 8, 1]);
    expect(filters(packets)).toEqual(names);
  });

  it("nothing is asked for that on_connect has asked for itself, answered or not", () => {
    const wire = granted("a", "b", "c").reconnected(false);
    const { mid } = wire.subscribe([{ filter: "a", qos: 1 }]);
    wire.subscribe(["b"]);
    wire.send(suback(mid as number, 1));
    wire.received();
    expect(filters(restored(wire))).toEqual(["c"]);
  });

  it("nothing is asked for that was given up, before or in on_connect", () => {
    const wire = granted("a", "b", "c");
    wire.unsubscribe("a");
    wire.send(unsuback(4, 0));
    wire.reconnected(false);
    wire.unsubscribe("b");
    wire.received();
    expect(filters(restored(wire))).toEqual(["c"]);
  });

  it("nothing is asked for that was given up without an answer", () => {
    const wire = granted("a", "b");
    wire.unsubscribe("a");
    wire.received();
    const packets = restored(wire.reconnected(false));
    expect(packets).toEqual([unsubscribe(3, ["a"]), subscribe(4, ["b"])]);
  });

  it("nothing is asked for that was refused, then or now", () => {
    const wire = new Wire({ version: 5 }).connected();
    wire.subscribe(["a", "b", "c"]);
    wire.send(suback(1, 0, 0x87, 0));
    wire.received();
    expect(filters(restored(wire.reconnected(false)))).toEqual(["a", "c"]);
    wire.send(suback(2, 0x87, 0));
    expect(wire.notices()).toEqual(["the broker refuses to restore the subscription to a"]);
    expect(filters(restored(wire.reconnected(false)))).toEqual(["c"]);
  });

  it("and again before it has granted anything, all is asked for once more", () => {
    const wire = granted("a", "b");
    expect(filters(restored(wire.reconnected(false)))).toEqual(["a", "b"]);
    expect(filters(restored(wire.reconnected(false)))).toEqual(["a", "b"]);
  });

  it("what it had no time to grant again is asked for, although it knows its new session now", () => {
    const wire = granted("a", "b");
    expect(filters(restored(wire.reconnected(false)))).toEqual(["a", "b"]);
    expect(filters(restored(wire.reconnected(true)))).toEqual(["a", "b"]);
    wire.send(suback(4, 0, 0));
    expect(restored(wire.reconnected(true))).toEqual([]);
  });

  it("before on_connect had its turn, the next link makes up for it", () => {
    const wire = granted("a").reconnected(false);
    expect(filters(restored(wire.reconnected(true)))).toEqual(["a"]);
  });

  it("nothing happens with resubscribe false", () => {
    const wire = granted("a");
    wire.session.configure({ ...wire.settings, resubscribe: false });
    expect(restored(wire.reconnected(false))).toEqual([]);
  });

  it("nothing is restored of what was before begin_anew()", () => {
    const wire = granted("a");
    wire.subscribe(["b"]);
    wire.received();
    wire.cut();
    wire.session.begin_anew();
    expect(restored(wire.connected())).toEqual([]);
    expect(wire.subscribe(["c"]).mid).toBe(3);
  });
});

describe("while the broker has the session", () => {
  it("nothing that was granted is asked for again", () => {
    expect(restored(granted("a", "b").reconnected(true))).toEqual([]);
  });
});

it("on 3.1, which cannot say whether it has the session, what was granted is asked for again to be sure", () => {
  const wire = new Wire({ version: 3, clean: false }).connected();
  const { mid } = wire.subscribe(["a"]);
  wire.send(suback(mid as number, 0));
  wire.received();
  expect(filters(restored(wire.reconnected(false)))).toEqual(["a"]);
});

describe("what stayed without an answer when the link broke", () => {
  it.each([true, false])(
    "is asked again, after on_connect, with the same id; session present: %p",
    (present) => {
      const wire = new Wire({ version: 5 }).connected();
      wire.subscribe([{ filter: "a", qos: 1 }]);
      wire.unsubscribe("b");
      wire.received();
      wire.reconnected(present).expect();
      expect(restored(wire)).toEqual([subscribe(1, [{ filter: "a", qos: 1 }]), unsubscribe(2, ["b"])]);
      wire.send(suback(1, 1), unsuback(2, 0));
      expect(wire.event_types()).toEqual(["subscribed", "unsubscribed"]);
    },
  );

  it("is asked again however many links it takes, and keeps its id to itself", () => {
    const wire = new Wire({ version: 5 }).connected();
    wire.subscribe(["a"]);
    wire.cut().open().cut();
    wire.connected(true);
    wire.subscribe(["b"]);
    wire.received();
    expect(restored(wire)).toEqual([subscribe(1, ["a"])]);
    wire.reconnected(true);
    expect(restored(wire)).toEqual([subscribe(2, ["b"]), subscribe(1, ["a"])]);
  });

  it("is asked again in its order, also where the same filter is in it twice", () => {
    const wire = new Wire({ version: 5 }).connected();
    wire.subscribe(["a"]);
    wire.subscribe([{ filter: "a", qos: 1 }]);
    wire.unsubscribe("c");
    wire.subscribe(["c"]);
    wire.received();
    const packets = restored(wire.reconnected(false));
    expect(packets).toEqual([
      subscribe(1, ["a"]),
      subscribe(2, [{ filter: "a", qos: 1 }]),
      unsubscribe(3, ["c"]),
      subscribe(4, ["c"]),
    ]);
    wire.send(suback(1, 0), suback(2, 1), unsuback(3, 0), suback(4, 0));
    wire.received();
    expect(restored(wire.reconnected(false))).toEqual([subscribe(5, [{ filter: "a", qos: 1 }, "c"])]);
  });

  it("is left out where on_connect has asked about the filter since", () => {
    const wire = new Wire({ version: 5 }).connected();
    wire.subscribe(["a"]);
    wire.subscribe(["b", "c"]);
    wire.unsubscribe("d");
    wire.unsubscribe("e", "f");
    wire.received();
    wire.reconnected(true);
    wire.subscribe([{ filter: "a", qos: 1 }, "d"]);
    wire.unsubscribe("b", "e");
    wire.received();
    expect(restored(wire)).toEqual([subscribe(2, ["c"]), unsubscribe(4, ["f"])]);
    wire.send(suback(2, 0), unsuback(4, 0), suback(5, 1, 0), unsuback(6, 0, 0));
    expect(wire.session.owes).toBe(false);
    expect(filters(restored(wire.reconnected(false))).sort()).toEqual(["a", "c", "d"]);
  });

  it("counts as asked for, so that what was granted under it is not asked for twice", () => {
    const wire = granted("a", "b");
    wire.subscribe([{ filter: "a", qos: 2 }]);
    wire.received();
    expect(restored(wire.reconnected(false))).toEqual([
      subscribe(3, [{ filter: "a", qos: 2 }]),
      subscribe(4, ["b"]),
    ]);
  });

  it("is forgotten with resubscribe false, and its id is free", () => {
    const wire = new Wire({ version: 5, resubscribe: false }).connected();
    wire.subscribe(["a"]);
    wire.received();
    expect(restored(wire.reconnected(false))).toEqual([]);
    wire.session.configure({ ...wire.settings, resubscribe: true });
    expect(restored(wire.reconnected(false))).toEqual([]);
  });
});

describe("of several requests for one filter", () => {
  it("the newest decides, in whatever order the answers come", () => {
    const wire = new Wire({ version: 5 }).connected();
    wire.subscribe(["a", "b"]);
    wire.unsubscribe("a");
    wire.subscribe([{ filter: "b", qos: 1 }]);
    wire.send(suback(3, 1), unsuback(2, 0), suback(1, 0, 0));
    wire.received();
    expect(restored(wire.reconnected(false))).toEqual([subscribe(4, [{ filter: "b", qos: 1 }])]);
  });

  it("in one SUBSCRIBE the last counts", () => {
    const wire = new Wire({ version: 5 }).connected();
    wire.subscribe(["a", { filter: "a", qos: 2 }]);
    wire.send(suback(1, 0, 2));
    wire.received();
    expect(restored(wire.reconnected(false))).toEqual([subscribe(2, [{ filter: "a", qos: 2 }])]);
  });

  it("one that is given up while it is being restored is not restored again", () => {
    const wire = granted("a").reconnected(false);
    expect(filters(restored(wire))).toEqual(["a"]);
    wire.unsubscribe("a");
    wire.send(suback(2, 0), unsuback(3, 0));
    wire.received();
    expect(restored(wire.reconnected(false))).toEqual([]);
  });
});

it("restores nothing for who has never asked for anything", () => {
  expect(restored(new Wire({ version: 5 }).connected())).toEqual([]);
});

describe("is_subscribed", () => {
  it("is true from the first grant until all is given up, with or without a link", () => {
    const wire = new Wire({ version: 5 }).connected();
    const subscribed = () => wire.session.is_subscribed;
    expect(subscribed()).toBe(false);
    wire.subscribe(["a", "b"]);
    expect(subscribed()).toBe(false);
    wire.send(suback(1, 0x87, 0));
    expect(subscribed()).toBe(true);
    wire.cut();
    expect(subscribed()).toBe(true);
    wire.connected(true);
    wire.unsubscribe("b");
    expect(subscribed()).toBe(false);
  });
});

describe("without a free id", () => {
  it("what cannot be asked for now is asked for on the next link", () => {
    const ids = new PacketIds();
    const requests = new Requests(ids);
    for (const filter of ["a", "b"]) {
      const mid = ids.take();
      requests.add(subscribe(mid, [filter], { SubscriptionIdentifier: [mid] }));
      requests.answer(suback(mid, 0));
    }
    requests.link_lost(true);
    requests.session_lost();
    while (ids.free > 1) ids.take();
    expect(filters(requests.restore())).toEqual(["a"]);
    requests.link_lost(true);
    while (ids.free < 2) ids.release(ids.free + 7);
    expect(filters(requests.restore())).toEqual(["a", "b"]);
  });
});
