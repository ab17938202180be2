// What a session that is kept in a store does after its process has ended, and what of it is written down.

import { describe, expect, it } from "@jest/globals";
import { Journal, MESSAGES_FROM } from "../../lib/protocol/journal.ts";
import { OutboundMessage, type Ticket } from "../../lib/protocol/outbound_message.ts";
import { identity_record } from "../../lib/protocol/records.ts";
import {
  connack,
  props,
  puback,
  pubcomp,
  publication,
  publish,
  pubrec,
  pubrel,
  suback,
  subscribe,
  subscription,
  unsuback,
  unsubscribe,
} from "../support/core_packets.ts";
import { FakeShelf, full, KeptWire, WALL } from "../support/shelf.ts";

const begun = (rest = {}) => new KeptWire(new FakeShelf(), rest);

describe("our messages", () => {
  it("are kept as they are published, under rising numbers, until they are acknowledged", () => {
    const wire = begun().connected();
    const tickets = [wire.hand_over("0", 0), wire.hand_over("1", 1), wire.hand_over("2", 2)];
    expect(tickets.map(({ id }) => id)).toEqual([undefined, MESSAGES_FROM, MESSAGES_FROM + 2]);
    expect(wire.shelf.keys).toEqual([MESSAGES_FROM, MESSAGES_FROM + 2]);
    wire.write();
    wire.received();
    wire.send(puback(2));
    expect(wire.write()).toBe(false);
    expect(wire.shelf.keys).toEqual([MESSAGES_FROM + 2]);
  });

  it("go out again after a restart, with their packet ids and DUP, before what is new", () => {
    const before = begun().connected();
    before.hand_over("1", 1);
    before.hand_over("2", 2, { retain: true, topic: "täglich" });
    before.write();
    const wire = before.restarted();
    const fresh = wire.hand_over("3", 1);
    expect(wire.session.counts).toMatchObject({ queued: 3, bytes: 12 });
    expect(wire.restored.map(({ mid, id }) => [mid, id])).toEqual([
      [1, MESSAGES_FROM],
      [2, MESSAGES_FROM + 2],
    ]);
    expect(fresh).toEqual({ mid: 3, id: 2 * MESSAGES_FROM });
    wire
      .connected(true)
      .expect(
        publish("t", "1", { qos: 1, mid: 1, dup: true }),
        publish("täglich", "2", { qos: 2, mid: 2, dup: true, retain: true }),
        publish("t", "3", { qos: 1, mid: 3 }),
      );
    wire.send(puback(1), puback(3), pubrec(2), pubcomp(2)).write();
    expect(wire.told("published")).toHaveLength(3);
    expect(wire.shelf.keys).toEqual([]);
  });

  it("of QoS 1 that stood behind the window have surely not left: they carry no DUP, and may expire", () => {
    const before = begun({ max_inflight: 1 }).connected();
    before.hand_over("1", 1);
    before.hand_over("2", 1);
    before.write();
    const wire = before.restarted({ max_inflight: 20 }).connected(true);
    wire.expect(publish("t", "1", { qos: 1, mid: 1, dup: true }), publish("t", "2", { qos: 1, mid: 2 }));
  });

  it("that have left carry DUP also when the window has changed since, until there is none of them any more", () => {
    const before = begun({ max_inflight: 2 }).connected();
    before.hand_over("1", 1);
    before.hand_over("2", 1);
    before.write();
    const narrow = before.restarted({ max_inflight: 1 }).connected(true);
    narrow.expect(publish("t", "1", { qos: 1, mid: 1, dup: true })).write();
    const wire = narrow.restarted({ max_inflight: 3 }).connected(true);
    expect(wire.received()).toMatchObject([{ dup: true }, { dup: true }]);
    wire.hand_over("3", 1);
    wire.send(puback(1), puback(2), puback(3)).write();
    const last = wire.restarted({ max_inflight: 1 }).connected(true);
    last.hand_over("4", 1);
    last.hand_over("5", 1);
    last.write();
    last
      .restarted({ max_inflight: 0 })
      .connected(true)
      .expect(publish("t", "4", { qos: 1, mid: 1, dup: true }), publish("t", "5", { qos: 1, mid: 2 }));
  });

  it.each([1, 2] as const)("of QoS %i that no link could take have surely not left", (qos) => {
    const before = begun({ max_queued_messages: 2, max_queued_age_ms: 5000 }) as KeptWire;
    before.hand_over("1", qos);
    before.hand_over("2", qos);
    const wire = before.restarted({ queue_policy: "drop_oldest" });
    wire.hand_over("3", qos);
    expect(wire.told("abandoned")).toMatchObject([{ message: { mid: 1 } }]);
    wire.write();
    const late = wire.restarted();
    late.wait(5000);
    expect(late.told("abandoned")).toHaveLength(2);
    const soon = wire.restarted().connected(true);
    expect(soon.received()).toMatchObject([{ dup: false }, { dup: false }]);
  });

  it("that were published after the link was lost have not left, those before may have, also in a later process", () => {
    const before = begun().connected();
    before.hand_over("1", 2);
    before.write();
    before.cut();
    before.hand_over("2", 2);
    before.hand_over("3", 2);
    expect(before.write()).toBe(false);
    const idle = before.restarted();
    idle.hand_over("4", 2);
    idle.write();
    const wire = idle.restarted().connected(true);
    expect(wire.received()).toMatchObject([{ dup: true }, { dup: false }, { dup: false }, { dup: false }]);
    wire.write();
    expect(wire.restarted().connected(true).received()).toMatchObject(Array(4).fill({ dup: true }));
  });

  it("may have left from the moment on when a link is there for them, and nothing leaves before that is written down", () => {
    const wire = begun();
    wire.hand_over("1", 1);
    wire.write();
    const { journal } = wire.state;
    wire.session.horizon = Number.NEGATIVE_INFINITY;
    wire.connected().expect();
    expect([journal.protects, journal.holds]).toEqual([false, 1]);
    wire.write();
    wire.session.horizon = wire.session.seq;
    wire.expect(publish("t", "1", { qos: 1, mid: 1 })).reconnected();
    expect(journal.is_dirty).toBe(false);
  });

  it("that there are none is no reason to hold anything back", () => {
    const wire = begun();
    wire.connected();
    expect(wire.state.journal.is_dirty).toBe(false);
  });

  it("go on with PUBREL when PUBREC had come, which is safe before PUBREL leaves", () => {
    const before = begun().connected();
    before.hand_over("2", 2);
    before.send(pubrec(1));
    expect(before.state.journal.protects).toBe(true);
    expect(before.write()).toBe(true);
    const wire = before.restarted().connected(true);
    wire.expect(pubrel(1)).send(pubcomp(1)).write();
    expect(wire.shelf.keys).toEqual([]);
  });

  it("go on with PUBREL before anything is sent again", () => {
    const before = begun().connected();
    before.hand_over("1", 1);
    before.hand_over("2", 2);
    before.send(pubrec(2)).write();
    before
      .restarted()
      .connected(true)
      .expect(pubrel(2), publish("t", "1", { qos: 1, mid: 1, dup: true }));
  });

  it("begin again when the broker has lost its session, also after one more restart", () => {
    const before = begun().connected();
    before.hand_over("2", 2);
    before.send(pubrec(1)).write();
    const wire = before.restarted().connected(false);
    wire.expect(publish("t", "2", { qos: 2, mid: 1, dup: true })).write();
    wire
      .restarted()
      .connected(true)
      .expect(publish("t", "2", { qos: 2, mid: 1, dup: true }));
  });

  it("begin again only when the note that PUBREC had come is surely gone, and nothing leaves before", () => {
    const before = begun().connected();
    before.hand_over("2", 2);
    before.send(pubrec(1)).write();
    before.cut();
    before.session.horizon = Number.NEGATIVE_INFINITY;
    before.connected(false).expect();
    const { journal } = before.state;
    expect([journal.is_dirty, journal.protects, journal.holds]).toEqual([true, true, 2]);
    expect(before.write()).toBe(true);
    expect([before.shelf.keys, journal.is_dirty, journal.holds]).toEqual([[MESSAGES_FROM], false, 0]);
    before.session.horizon = before.session.seq;
    before.expect(publish("t", "2", { qos: 2, mid: 1, dup: true }));
  });

  it("begin again under another client id, whose session does not know them, also after one more restart", () => {
    const before = begun().connected();
    before.hand_over("2", 2);
    before.send(pubrec(1)).write();
    const wire = before.restarted({ client_id: "other" });
    expect(wire.shelf.keys).toEqual([MESSAGES_FROM]);
    wire.connected(true).expect(publish("t", "2", { qos: 2, mid: 1, dup: true }));
    wire
      .restarted()
      .connected(true)
      .expect(publish("t", "2", { qos: 2, mid: 1, dup: true }));
  });

  it.each(["drop_oldest", "latest_per_topic"] as const)(
    "are not taken when the store says no: publish() throws, and nothing has changed, by %s neither",
    (queue_policy) => {
      const wire = begun({ max_queued_messages: 1, queue_policy });
      wire.hand_over("old", 1);
      wire.shelf.failure = full();
      expect(() => wire.hand_over("new", 1)).toThrow(wire.shelf.failure);
      expect(wire.told("abandoned")).toEqual([]);
      expect(wire.session.counts).toMatchObject({ queued: 1, bytes: 4, dropped: 0 });
      wire.shelf.failure = null;
      wire.hand_over("next", 1);
      expect(wire.told("abandoned")).toMatchObject([{ message: { mid: 1 } }]);
      wire.write();
      expect(wire.shelf.keys).toEqual([MESSAGES_FROM + 4]);
    },
  );

  it("give way before a new one is kept where it needs the packet id of one, and that is told", () => {
    const wire = begun({ queue_policy: "drop_oldest" });
    for (let count = 0; count < 65_535; count += 1) wire.hand_over("", 1);
    expect(wire.hand_over("", 1).mid).toBe(1);
    expect(wire.told("abandoned")).toHaveLength(1);
    wire.shelf.failure = full();
    expect(() => wire.hand_over("new", 1)).toThrow(wire.shelf.failure);
    expect(wire.told("abandoned")).toMatchObject([{ message: { mid: 2 } }]);
    expect(wire.session.counts).toMatchObject({ queued: 65_534, dropped: 2 });
  });

  it("may be taken back as long as they have not left", () => {
    const wire = begun();
    wire.hand_over("1", 1);
    const [message] = wire.shelf.kept;
    if (message === undefined) throw new Error("not kept");
    wire.session.withdraw(message, full());
    wire.session.withdraw(message, full());
    expect(wire.told("abandoned")).toEqual([{ type: "abandoned", message, error: full() }]);
    wire.write();
    expect(wire.shelf.keys).toEqual([]);
  });

  it("that were not kept after all have no number any more, and nothing is deleted of them", () => {
    const wire = begun();
    const tickets = [wire.hand_over("1", 1), wire.hand_over("2", 1)];
    const [first, second] = wire.shelf.kept;
    if (first === undefined || second === undefined) throw new Error("not kept");
    wire.session.withdraw(first, full());
    wire.state.journal.not_kept([first, second]);
    wire.session.withdraw(second, full());
    expect(tickets.map(({ id }) => id)).toEqual([null, null]);
    expect(wire.state.journal.is_dirty).toBe(false);
  });

  it("that need nothing special stand in the queue until they are safe", () => {
    const wire = begun().connected();
    wire.hand_over("first", 1);
    wire.received();
    const ticket = { mid: 0, id: null };
    const plain = { topic: "t", payload: "x", qos: 1, retain: false, properties: null } as const;
    wire.session.horizon = wire.session.seq;
    expect(wire.session.publish_plainly(plain, ticket, wire.now)).toBe(true);
    expect(ticket).toEqual({ mid: 2, id: MESSAGES_FROM + 2 });
    wire.expect();
    wire.session.horizon = wire.session.seq;
    wire.expect(publish("t", "x", { qos: 1, mid: 2 }));
  });

  it("keep their properties, and the rest of their lifetime", () => {
    const before = begun({ version: 5 });
    const given = publication("x", {}, { MessageExpiryInterval: 60, UserProperty: [["a", "b"]] });
    before.session.publish(given, before.now, { mid: 0 });
    const wire = before.restarted();
    wire.now += 20_000;
    wire.open().accept(true);
    expect(wire.received().at(-1)).toEqual(
      publish("t", "x", { qos: 1, mid: 1 }, { MessageExpiryInterval: 40, UserProperty: [["a", "b"]] }),
    );
  });

  it("of which one keeps the alias of its topic", () => {
    const before = begun({ version: 5 });
    before.session.publish(publication("x", {}, { TopicAlias: 3 }), before.now, { mid: 0 });
    const wire = before.restarted().connected(true, { TopicAliasMaximum: 5 });
    expect(wire.received()).toMatchObject([{ topic: "t", properties: props(3, { TopicAlias: 3 }) }]);
  });
});

describe("messages that are published before the store is open", () => {
  it("wait, and stand behind those that it holds, with other packet ids", () => {
    const before = begun();
    before.hand_over("1", 1);
    before.shelf.opens = false;
    const wire = before.restarted();
    const [zero, two, three] = [wire.hand_over("0", 0), wire.hand_over("2", 1), wire.hand_over("3", 2)];
    expect([two.id, wire.shelf.keys]).toEqual([undefined, [MESSAGES_FROM]]);
    wire.open_shelf();
    expect([zero?.mid, two, three]).toEqual([
      0,
      { mid: 3, id: 2 * MESSAGES_FROM },
      { mid: 2, id: 2 * MESSAGES_FROM + 2 },
    ]);
    wire
      .connected(true)
      .expect(
        publish("t", "1", { qos: 1, mid: 1 }),
        publish("t", "2", { qos: 1, mid: 3 }),
        publish("t", "3", { qos: 2, mid: 2 }),
      );
  });

  it("do not take the place of one that may have left, although it came to the queue later", () => {
    const before = begun().connected();
    before.hand_over("1", 2);
    before.received();
    before.write();
    before.shelf.opens = false;
    const wire = before.restarted({ queue_policy: "latest_per_topic" });
    wire.hand_over("2", 2);
    wire.hand_over("3", 2);
    wire.open_shelf();
    wire.hand_over("4", 2);
    wire
      .connected(true)
      .expect(publish("t", "1", { qos: 2, mid: 1, dup: true }), publish("t", "4", { qos: 2, mid: 3 }));
  });

  it("are forgotten when they were dropped meanwhile", () => {
    const shelf = new FakeShelf();
    shelf.opens = false;
    const wire = new KeptWire(shelf, { max_queued_messages: 1, queue_policy: "drop_oldest" });
    wire.hand_over("1", 1);
    wire.hand_over("2", 1);
    wire.open_shelf();
    expect(wire.state.journal.take_early()).toEqual([]);
    expect(shelf.kept.map(({ payload }) => payload.toString())).toEqual(["2"]);
  });
});

describe("QoS 2 messages of the broker", () => {
  const arrived = () =>
    begun()
      .connected()
      .send(publish("t", "x", { qos: 2, mid: 7 }));

  it("are known after a restart when they were handled, and are not handed over again", () => {
    const before = arrived() as KeptWire;
    expect(before.state.journal.is_dirty).toBe(false);
    before.session.ack(7);
    expect(before.write()).toBe(true);
    const wire = before.restarted().connected(true);
    wire.send(publish("t", "x", { qos: 2, mid: 7, dup: true })).expect(pubrec(7));
    expect(wire.told("message")).toEqual([]);
    wire.send(pubrel(7)).expect(pubcomp(7));
    expect(wire.write()).toBe(true);
    expect(wire.shelf.keys).toEqual([]);
    wire.send(publish("t", "y", { qos: 2, mid: 7 }));
    expect(wire.told("message")).toHaveLength(1);
  });

  it("come again when they were not handled", () => {
    const before = arrived() as KeptWire;
    before.write();
    const wire = before.restarted().connected(true);
    wire.send(publish("t", "x", { qos: 2, mid: 7, dup: true }));
    expect(wire.told("message")).toHaveLength(1);
  });

  it.each([
    ["the broker has lost its session", (wire: KeptWire) => wire.connected(false)],
    ["the client has another id", (wire: KeptWire) => wire.restarted({ client_id: "other" })],
    ["the client asks for a new session", (wire: KeptWire) => wire.restarted({ clean: true })],
    [
      "the broker uses their id for QoS 1",
      (wire: KeptWire) => wire.connected(true).send(publish("t", "y", { qos: 1, mid: 7 })),
    ],
  ])("are forgotten when %s", (_when, happens) => {
    const before = arrived() as KeptWire;
    before.session.ack(7);
    before.write();
    (happens(before.restarted()) as KeptWire).write();
    expect(before.shelf.keys).toEqual([]);
  });

  it("of QoS 1, and acknowledgements of nothing, are not written down", () => {
    const wire = begun().connected();
    wire.send(publish("t", "x", { qos: 1, mid: 7 }));
    wire.session.ack(7);
    wire.session.ack(8);
    wire.send(pubrel(9));
    expect(wire.state.journal.is_dirty).toBe(false);
  });
});

describe("subscriptions", () => {
  function subscribed(version: 4 | 5 = 4): KeptWire {
    const wire = begun({ version }).connected() as KeptWire;
    const properties = version === 5 ? props(8, { SubscriptionIdentifier: [3] } as never) : null;
    wire.session.subscribe([subscription("a/#"), subscription({ filter: "b", qos: 2 })], properties as never);
    wire.send(suback(1, 0, 2)).received();
    wire.write();
    return wire;
  }

  it("are known after a restart, and asked for again only if the broker does not know them", () => {
    const wire = subscribed().restarted();
    expect(wire.session.is_subscribed).toBe(true);
    wire.session.begin_anew();
    wire.connected(true).session.restore_subscriptions();
    wire.expect();
    const lost = wire.restarted().connected(false);
    lost.session.restore_subscriptions();
    lost.expect(subscribe(1, [subscription("a/#"), subscription({ filter: "b", qos: 2 })]));
  });

  it("keep their options and properties", () => {
    const wire = subscribed(5).restarted().connected(false);
    wire.session.restore_subscriptions();
    expect(
      wire.received().flatMap((packet) => ("subscriptions" in packet ? packet.subscriptions : [])),
    ).toEqual([subscription("a/#"), subscription({ filter: "b", qos: 2 })]);
  });

  it("that are given up, or granted anew, are kept once", () => {
    const wire = subscribed();
    wire.session.subscribe([subscription({ filter: "a/#", qos: 1 })], null);
    wire.session.unsubscribe(["b", "c"], null);
    wire.expect(subscribe(2, [subscription({ filter: "a/#", qos: 1 })]), unsubscribe(3, ["b", "c"]));
    wire.send(suback(2, 1), unsuback(3)).write();
    expect(wire.shelf.keys).toEqual([2 ** 20]);
    const next = wire.restarted().connected(true);
    next.session.subscribe([subscription("d")], null);
    next.received();
    next.send(suback(1, 0)).write();
    expect(next.shelf.keys).toEqual([2 ** 20, 2 ** 20 + 1]);
  });

  it("are forgotten when the user names another broker later, or has another id", () => {
    const wire = subscribed().restarted().connected(true);
    wire.session.restore_subscriptions();
    wire.session.begin_anew();
    wire.write();
    expect(wire.shelf.keys).toEqual([]);
    const other = subscribed().restarted({ client_id: "other" });
    other.write();
    expect([other.session.is_subscribed, other.shelf.keys]).toEqual([false, []]);
  });
});

describe("records that make no sense", () => {
  it("are named, each with its reason, and all others count", () => {
    const before = begun();
    before.hand_over("1", 1);
    const { records } = before.shelf;
    const whole = records.get(MESSAGES_FROM) as Uint8Array;
    records.set(0, Uint8Array.of(1, 9, ...new Uint8Array(14)));
    records.set(5, whole);
    records.set(2 ** 20, Uint8Array.of(1, 0, 0, 9));
    records.set(MESSAGES_FROM + 2, whole.subarray(0, 3));
    records.set(MESSAGES_FROM + 4, Uint8Array.of(2, ...whole.subarray(1)));
    const wire = before.restarted();
    expect(wire.riddles).toEqual([
      { key: 0, why: "there is no version 9 of MQTT" },
      { key: 5, why: "nothing is kept under such a number" },
      { key: 2 ** 20, why: "it ends too early" },
      { key: MESSAGES_FROM + 2, why: "it is too short" },
      { key: MESSAGES_FROM + 4, why: "it is of format 2, which is not known here" },
    ]);
    expect(wire.restored).toHaveLength(1);
  });

  it("are not those of a message whose packet id a later one has: it was settled, and its end was not written", () => {
    const before = begun();
    before.hand_over("1", 2);
    const { records } = before.shelf;
    const record = records.get(MESSAGES_FROM) as Uint8Array;
    records.set(MESSAGES_FROM + 1, new Uint8Array(0));
    records.set(MESSAGES_FROM + 8, record);
    records.set(MESSAGES_FROM + 11, new Uint8Array(0));
    const wire = before.restarted();
    expect(wire.shelf.keys).toEqual([MESSAGES_FROM + 8]);
    wire.connected(true).expect(publish("t", "1", { qos: 2, mid: 1 }));
  });

  it("are not marks of QoS 1, which mean nothing", () => {
    const before = begun();
    before.hand_over("1", 1);
    before.shelf.records.set(MESSAGES_FROM + 1, new Uint8Array(0));
    before
      .restarted()
      .connected(true)
      .expect(publish("t", "1", { qos: 1, mid: 1 }));
  });

  it("leave nothing to rely on when they should say who wrote the others: all may have left", () => {
    const before = begun();
    before.hand_over("1", 1);
    before.hand_over("2", 2);
    before.shelf.records.delete(0);
    const wire = before.restarted().connected(true);
    expect(wire.received()).toMatchObject([{ dup: true }, { dup: true }]);
  });
});

describe("the journal", () => {
  it("gives what was not written down once more, before what has come since", () => {
    const wire = begun().connected();
    wire.hand_over("2", 2);
    wire.write();
    const nothing = wire.state.journal.take();
    wire.send(pubrec(1)).reconnected();
    const changes = wire.state.journal.take();
    wire.send(pubcomp(1));
    wire.state.journal.put_back(changes);
    wire.state.journal.put_back(nothing);
    expect(wire.state.journal.take()).toMatchObject({
      keys: [MESSAGES_FROM + 1, -MESSAGES_FROM - 1, -MESSAGES_FROM - 2],
      protect: true,
      holds: 2,
    });
  });

  it("begins a new epoch when the numbers of one are used up, and the first one after the last", () => {
    const shelf = new FakeShelf();
    const identity = { client_id: "me", version: 4, epoch: 2 ** 21 - 1, window: 20, left_below: 0 } as const;
    shelf.records.set(0, identity_record(identity));
    const wire = new KeptWire(shelf);
    expect(wire.hand_over("1", 1).id).toBe(MESSAGES_FROM);
    const journal = new Journal(new FakeShelf(), 4);
    journal.begin(identity, [], []);
    const ids = ["1", "2", "3"].map((payload, index) => {
      const ticket: Ticket = { mid: index + 1 };
      journal.accepted(new OutboundMessage(publication(payload), 1, index, index + 1, ticket));
      return ticket.id;
    });
    expect(ids).toEqual([MESSAGES_FROM, MESSAGES_FROM + 2, 2 * MESSAGES_FROM]);
    expect(journal.take().keys).toEqual([0, 0]);
  });

  it("rises above a message whose epoch was not written down", () => {
    const before = begun();
    before.hand_over("1", 1);
    before.shelf.records.delete(0);
    expect(before.restarted().hand_over("2", 1).id).toBe(2 * MESSAGES_FROM);
  });

  it("tells moments in the time of the wall", () => {
    const before = begun({ max_queued_age_ms: 5000, max_inflight: 1 }).connected() as KeptWire;
    before.hand_over("1", 1);
    before.hand_over("2", 1);
    before.write();
    const record = before.shelf.records.get(MESSAGES_FROM) as Uint8Array;
    expect(new DataView(record.buffer).getFloat64(7 + 8)).toBe(before.now + 5000 + WALL);
    const wire = before.restarted();
    wire.wait(5000);
    expect(wire.told("abandoned")).toMatchObject([
      { error: { message: 'message 2 to "t" was dropped: it has waited for max_queued_age' } },
    ]);
    wire.open().send(connack({ session_present: true }));
    expect(wire.received().at(-1)).toEqual(publish("t", "1", { qos: 1, mid: 1, dup: true }));
  });
});
