import { describe, expect, it } from "@jest/globals";
import { FULL_BYTES } from "../../lib/codec/output.ts";
import { PacketTypes } from "../../lib/model/packettypes.ts";
import { Properties, type PropertyValues } from "../../lib/model/properties.ts";
import type { PlainMessage } from "../../lib/protocol/passage.ts";
import { disconnect, pingresp, puback, pubcomp, publish, pubrec, pubrel } from "../support/core_packets.ts";
import { heap_after_gc } from "../support/leak_check.ts";
import { Wire } from "../support/session_wire.ts";

const message = (payload: string | Uint8Array = "x", rest: Partial<PlainMessage> = {}): PlainMessage => ({
  topic: "t",
  payload,
  qos: 0,
  retain: false,
  properties: null,
  ...rest,
});

/** A link on which "t" was published to before. */
function used(...args: ConstructorParameters<typeof Wire>): Wire {
  const wire = new Wire(...args).connected();
  wire.publish("first", 0);
  wire.received();
  wire.told("published");
  return wire;
}

describe("a message that needs nothing but to leave", () => {
  it("leaves at once, in its place, and is told by its ticket when it is gone", () => {
    const wire = used();
    const [one, two] = [{ mid: 0 }, { mid: 0 }];
    expect(wire.session.publish_plainly(message("1"), one, wire.now)).toBe(true);
    expect(wire.session.publish_plainly(message(Buffer.from("2"), { retain: true }), two, wire.now)).toBe(
      true,
    );
    wire.publish("3", 1);
    expect([one.mid, two.mid]).toEqual([2, 3]);
    expect(wire.session.counts).toMatchObject({ queued: 3, in_flight: 0, bytes: 14 });
    expect([wire.session.wants_write, wire.session.owes]).toEqual([true, true]);
    wire.expect(
      publish("t", "1"),
      publish("t", "2", { retain: true }),
      publish("t", "3", { qos: 1, mid: 4 }),
    );
    expect(wire.told("left")).toEqual([{ type: "left", tickets: [one, two] }]);
    expect(wire.session.counts).toMatchObject({ queued: 0, in_flight: 1 });
  });

  it("leaves before DISCONNECT", () => {
    const wire = used();
    wire.session.publish_plainly(message(), { mid: 0 }, wire.now);
    wire.disconnect();
    wire.expect(publish("t", "x"), disconnect());
  });

  it("counts as traffic", () => {
    const wire = used({ keepalive: 10 });
    for (let second = 0; second < 30; second += 1) {
      wire.session.publish_plainly(message(), { mid: 0 }, wire.now);
      wire.send(pingresp).wait(1000);
    }
    expect(wire.received().every((packet) => packet.type === 3)).toBe(true);
  });

  it("is lost with the link that has not taken it", () => {
    const wire = used();
    const ticket = { mid: 0 };
    wire.session.publish_plainly(message(), ticket, wire.now);
    wire.cut();
    expect(wire.told("lost")).toEqual([
      {
        type: "lost",
        tickets: [ticket],
        error: expect.objectContaining({ code: "ERR_MQTT_CONNECTION_LOST" }),
      },
    ]);
    expect(wire.session.counts).toMatchObject({ queued: 0, dropped: 1 });
    wire.connected().expect();
  });

  it("is lost, too, when the user opens another link, or the broker breaks a rule", () => {
    const wire = used();
    wire.session.publish_plainly(message(), { mid: 0 }, wire.now);
    wire.session.replaced();
    expect(wire.told("lost")).toHaveLength(1);
    const other = used({ version: 4 });
    other.session.receive(Buffer.from("0000", "hex"), other.now);
    expect(other.session.publish_plainly(message(), { mid: 0 }, other.now)).toBe(false);
  });
});

describe("a message that has to stand in the queue instead", () => {
  it("is one for which max_queued_bytes leaves no room, also beside what is written already", () => {
    const wire = used({ max_queued_bytes: 100 });
    const taken = () => wire.session.publish_plainly(message("x".repeat(40)), { mid: 0 }, wire.now);
    expect([taken(), taken(), taken()]).toEqual([true, true, false]);
  });

  const no_ticket = { mid: 0 };

  it.each<[string, () => Wire, Parameters<typeof message>]>([
    ["to a topic that was never used", () => used(), ["x", { topic: "other" }]],
    [
      "behind another",
      () => {
        const wire = used();
        wire.publish("x", 0);
        return wire;
      },
      [],
    ],
    [
      "behind a subscription",
      () => {
        const wire = used();
        wire.subscribe(["a"]);
        return wire;
      },
      [],
    ],
    ["larger than a page", () => used(), [Buffer.alloc(5000)]],
    ["while QoS 0 is kept for later", () => used({ queue_qos0: true }), []],
    [
      "while somebody reads the log",
      () => {
        const wire = used();
        wire.session.tracing = true;
        return wire;
      },
      [],
    ],
    [
      "after disconnect()",
      () => {
        const wire = used();
        wire.disconnect();
        return wire;
      },
      [],
    ],
    ["without a link", () => used().cut(), []],
    ["before CONNACK", () => used().cut().open(), []],
  ])("is one %s", (_when, prepare, args) => {
    const wire = prepare();
    expect(wire.session.publish_plainly(message(...args), no_ticket, wire.now)).toBe(false);
    expect(no_ticket.mid).toBe(0);
  });

  it("is one that the broker's limits may forbid", () => {
    const wire = new Wire({ version: 5 }).connected(false, { RetainAvailable: 0, MaximumPacketSize: 40 });
    wire.publish("first", 0);
    wire.received();
    expect(wire.session.publish_plainly(message("x".repeat(30)), no_ticket, wire.now)).toBe(false);
    expect(wire.session.publish_plainly(message("x", { retain: true }), no_ticket, wire.now)).toBe(false);
    expect(wire.session.publish_plainly(message("x"), no_ticket, wire.now)).toBe(true);
  });

  it("is one that comes when the transport has taken nothing for long", () => {
    const wire = used();
    let count = 0;
    while (wire.session.publish_plainly(message("x".repeat(1000)), { mid: 0 }, wire.now)) count += 1;
    expect(Math.abs(count - FULL_BYTES / 1000)).toBeLessThan(10);
    expect(wire.session.is_full).toBe(true);
    wire.received();
    expect([wire.session.is_full, wire.cut().session.is_full]).toEqual([false, false]);
  });
});

describe("a plain message of QoS 1 or 2", () => {
  const kept = (payload: string | Uint8Array, qos: 1 | 2, rest: Partial<PlainMessage> = {}) =>
    message(payload, { qos, ...rest });

  it("leaves at once, and is settled as any other", () => {
    const wire = used();
    const [one, two] = [{ mid: 0 }, { mid: 0 }];
    expect(wire.session.publish_plainly(kept("1", 1), one, wire.now)).toBe(true);
    expect(wire.session.publish_plainly(kept(Buffer.from("2"), 2, { retain: true }), two, wire.now)).toBe(
      true,
    );
    expect(wire.session.counts).toMatchObject({ queued: 0, in_flight: 2, bytes: 4 });
    wire.expect(
      publish("t", "1", { qos: 1, mid: one.mid }),
      publish("t", "2", { qos: 2, mid: two.mid, retain: true }),
    );
    wire.send(puback(one.mid), pubrec(two.mid));
    wire.expect(pubrel(two.mid));
    wire.send(pubcomp(two.mid));
    expect(wire.told("published").map(({ message }) => message.ticket)).toEqual([one, two]);
    expect(wire.session.counts).toMatchObject({ in_flight: 0, bytes: 0 });
  });

  it("is sent again after a reconnect as it was handed over, whatever became of the buffer", () => {
    const wire = used();
    const bytes = Buffer.from("bytes");
    for (const payload of [bytes, "text é"])
      wire.session.publish_plainly(kept(payload, 1), { mid: 0 }, wire.now);
    bytes.fill(0);
    wire.received();
    wire.reconnected();
    wire.expect(
      publish("t", "bytes", { qos: 1, mid: 2, dup: true }),
      publish("t", "text é", { qos: 1, mid: 3, dup: true }),
    );
  });

  it("stands in the queue where the window is full, and leaves in its place", () => {
    const wire = used({ max_inflight: 1 });
    for (const payload of ["1", "2"]) {
      expect(wire.session.publish_plainly(kept(payload, 1), { mid: 0 }, wire.now)).toBe(true);
    }
    wire.publish("3", 1);
    expect(wire.session.counts).toMatchObject({ queued: 2, in_flight: 1 });
    wire.expect(publish("t", "1", { qos: 1, mid: 2 }));
    wire.send(puback(2)).expect(publish("t", "2", { qos: 1, mid: 3 }));
    wire.send(puback(3)).expect(publish("t", "3", { qos: 1, mid: 4 }));
  });

  it("stands in the queue behind others, and before CONNACK", () => {
    const wire = used();
    wire.subscribe(["a"]);
    expect(wire.session.publish_plainly(kept("1", 1), { mid: 0 }, wire.now)).toBe(true);
    expect(wire.session.counts).toMatchObject({ queued: 1, in_flight: 0 });
    expect(wire.received().map(({ type }) => type)).toEqual([8, 3]);
    const opening = used().cut().open();
    expect(opening.session.publish_plainly(kept("1", 1), { mid: 0 }, opening.now)).toBe(true);
    expect(opening.session.counts).toMatchObject({ queued: 1 });
  });

  it("counts in bytes for what is left of max_queued_bytes; above that it is another's matter", () => {
    const wire = used({ max_queued_bytes: 10 });
    expect(wire.session.publish_plainly(kept("ééé", 1), { mid: 0 }, wire.now)).toBe(true);
    expect(wire.session.counts.bytes).toBe(7);
    expect(wire.session.publish_plainly(kept("123", 1), { mid: 0 }, wire.now)).toBe(false);
    expect(wire.session.publish_plainly(kept("12", 1), { mid: 0 }, wire.now)).toBe(true);
  });

  it("does not hold, while it waits, the text that its payload was cut from", async () => {
    const wire = used({ max_inflight: 1 });
    wire.session.publish_plainly(kept("first", 1), { mid: 0 }, wire.now);
    const before = await heap_after_gc();
    for (let number = 0; number < 300; number += 1) {
      const line = Buffer.alloc(100_000, 97).toString();
      wire.session.publish_plainly(kept(line.slice(number, number + 40), 1), { mid: 0 }, wire.now);
    }
    expect((await heap_after_gc()) - before).toBeLessThan(5_000_000);
    expect(wire.session.counts).toMatchObject({ queued: 300 });
  });

  it("is looked at more closely when it is large, or there is no link", () => {
    const wire = used();
    expect(wire.session.publish_plainly(kept(Buffer.alloc(65_537), 1), { mid: 0 }, wire.now)).toBe(false);
    expect(wire.session.publish_plainly(kept(Buffer.alloc(65_536), 1), { mid: 0 }, wire.now)).toBe(true);
    wire.cut();
    expect(wire.session.publish_plainly(kept("x", 1), { mid: 0 }, wire.now)).toBe(false);
  });
});

describe("a message with properties", () => {
  const lives = (seconds: number) => ({ MessageExpiryInterval: seconds });
  const pairs = { UserProperty: [["a", "b"] as [string, string]] };
  const plain = (qos: 0 | 1, values: PropertyValues<3>) =>
    message("x", { qos, properties: new Properties(PacketTypes.PUBLISH, values) });

  it("leaves at once, as its properties are at that moment", () => {
    const wire = used({ version: 5 });
    const messages = [plain(0, pairs), plain(1, pairs)];
    for (const one of messages) {
      expect(wire.session.publish_plainly(one, { mid: 0 }, wire.now)).toBe(true);
      (one.properties as Properties<3>).UserProperty = ["c", "d"];
    }
    wire.expect(publish("t", "x", {}, pairs), publish("t", "x", { qos: 1, mid: 3 }, pairs));
    wire.reconnected();
    wire.expect(publish("t", "x", { qos: 1, mid: 3, dup: true }, pairs));
  });

  it("leaves with what is left of its time, however often it has to", () => {
    const wire = used({ version: 5 });
    expect(wire.session.publish_plainly(plain(1, lives(60)), { mid: 0 }, wire.now)).toBe(true);
    wire.expect(publish("t", "x", { qos: 1, mid: 2 }, lives(60)));
    wire.wait(10_000).reconnected();
    wire.expect(publish("t", "x", { qos: 1, mid: 2, dup: true }, lives(50)));
  });

  it("is dropped when its time is over before it could leave, and never leaves without any", () => {
    const wire = used({ version: 5, max_inflight: 1 });
    wire.publish("first", 1);
    expect(wire.session.publish_plainly(plain(1, lives(1)), { mid: 0 }, wire.now)).toBe(true);
    expect(wire.session.publish_plainly(plain(0, lives(0)), { mid: 0 }, wire.now)).toBe(false);
    wire.received();
    wire.wait(1000);
    expect(wire.told("abandoned")).toHaveLength(1);
  });

  it.each([0, 1] as const)("does not leave in haste with QoS %i when it has no time at all", (qos) => {
    const wire = used({ version: 5 });
    expect(wire.session.publish_plainly(plain(qos, lives(0)), { mid: 0 }, wire.now)).toBe(false);
    wire.expect();
  });

  it.each<[string, PropertyValues<3>, PropertyValues<3>?]>([
    ["pairs", pairs],
    ["a time", lives(60), lives(50)],
    [
      "a time behind another",
      { PayloadFormatIndicator: 1, ...lives(60) },
      { PayloadFormatIndicator: 1, ...lives(50) },
    ],
    [
      "a time before many others",
      { ...lives(60), ContentType: "x".repeat(300) },
      { ...lives(50), ContentType: "x".repeat(300) },
    ],
  ])("waits in the queue with them: %s", (_name, before, after = before) => {
    const wire = used({ version: 5, max_inflight: 1 });
    wire.publish("first", 1);
    wire.session.publish_plainly(plain(1, before), { mid: 0 }, wire.now);
    wire.received();
    wire.wait(10_000);
    wire.send(puback(2)).expect(publish("t", "x", { qos: 1, mid: 3 }, after));
  });

  it("does not leave where its properties make it larger than the broker takes", () => {
    const wire = used({ version: 5 }).reconnected(true, { MaximumPacketSize: 30 });
    const taken = (length: number) =>
      wire.session.publish_plainly(plain(0, { ContentType: "x".repeat(length) }), { mid: 0 }, wire.now);
    expect([taken(1), taken(30)]).toEqual([true, false]);
  });
});
