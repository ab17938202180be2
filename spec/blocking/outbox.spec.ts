import { describe, expect, it } from "@jest/globals";
import * as fc from "fast-check";
import { LARGEST_ENTRY, new_outbox, OutboxReader, OutboxWriter } from "../../lib/blocking/outbox.ts";

type Entry = [topic: string, payload: string, qos: number, retain: boolean];

function pair() {
  const shared = new_outbox();
  const writer = new OutboxWriter(shared);
  const reader = new OutboxReader(shared);
  const got: Entry[] = [];
  const slow = { there: 0, taken: 0 };
  const visitor = {
    message(topic: string, payload: Uint8Array, qos: number, retain: boolean) {
      got.push([topic, Buffer.from(payload).toString(), qos, retain]);
    },
    slow() {
      if (slow.there === 0) return false;
      slow.there -= 1;
      slow.taken += 1;
      got.push(["slow", "", 0, false]);
      return true;
    },
  };
  return {
    writer,
    reader,
    got,
    slow,
    take: (bytes = Number.POSITIVE_INFINITY) => reader.take(visitor, bytes),
  };
}

describe("the outbox between two threads", () => {
  it("gives back what was put in, in its order, however it is filled and emptied", () => {
    const entry = fc.tuple(
      fc.oneof(fc.constantFrom("a", "b/c"), fc.string({ unit: "grapheme", minLength: 1, maxLength: 40 })),
      fc.oneof(
        fc.string({ unit: "grapheme" }),
        fc.integer({ min: 0, max: 100_000 }).map((n) => "x".repeat(n)),
      ),
      fc.integer({ min: 0, max: 2 }),
      fc.boolean(),
    );
    fc.assert(
      fc.property(fc.array(fc.tuple(entry, fc.boolean(), fc.boolean()), { maxLength: 60 }), (steps) => {
        const { writer, got, take } = pair();
        const put: Entry[] = [];
        for (const [[topic, payload, qos, retain], as_bytes, is_taken] of steps) {
          const given = as_bytes ? Buffer.from(payload) : payload;
          while (!writer.put(topic, given, qos, retain)) {
            expect(got.length).toBeLessThan(put.length);
            take(200_000);
          }
          put.push([topic, payload, qos, retain]);
          if (is_taken) take(10_000);
        }
        take();
        expect(got).toEqual(put);
      }),
      { numRuns: 50 },
    );
  });

  it("takes no more than there is room for", () => {
    const { writer, got, take } = pair();
    const payload = new Uint8Array(LARGEST_ENTRY / 2);
    let count = 0;
    while (writer.put("t", payload, 0, false)) count += 1;
    expect(count).toBeGreaterThan(10);
    take(1);
    expect(got).toHaveLength(1);
    expect(writer.put("t", payload, 0, false)).toBe(true);
    expect(writer.put("t", payload, 0, false)).toBe(false);
  });

  it("tells a topic once, and begins anew when there are too many", () => {
    const { writer, got, take } = pair();
    for (let number = 0; number < 10_000; number += 1) {
      expect(writer.put(`topic/${number}`, "x", 0, false)).toBe(true);
      if (number % 1000 === 0) take();
    }
    take();
    expect(writer.knows("topic/9999")).toBe(true);
    expect(writer.knows("topic/0")).toBe(false);
    expect(got.every(([topic], index) => topic === `topic/${index}`)).toBe(true);
    expect(got).toHaveLength(10_000);
  });

  it("waits at the place of a message that goes another way", () => {
    const { writer, got, slow, take } = pair();
    writer.put("a", "1", 0, false);
    expect(writer.has_room_for_slow(5, 0)).toBe(true);
    writer.put_slow(5, 0);
    writer.put("a", "2", 0, false);
    take();
    expect(got).toHaveLength(1);
    slow.there = 1;
    take();
    expect(got.map(([topic]) => topic)).toEqual(["a", "slow", "a"]);
  });

  it("bounds what goes another way, but lets one through whatever its size", () => {
    const { writer, slow, take } = pair();
    expect(writer.has_room_for_slow(100_000_000, 0)).toBe(true);
    writer.put_slow(100_000_000, 0);
    expect(writer.has_room_for_slow(1, 0)).toBe(false);
    slow.there = 1;
    take();
    expect(writer.has_room_for_slow(1, 0)).toBe(true);
  });

  it("has its reader woken once when it sleeps, and not when it is awake", () => {
    const { writer, reader, take } = pair();
    expect(writer.wants_waking()).toBe(false);
    expect(reader.sleep()).toBe(true);
    writer.put("a", "1", 0, false);
    expect([writer.wants_waking(), writer.wants_waking()]).toEqual([true, false]);
    expect(reader.sleep()).toBe(false);
    take();
    expect(reader.sleep()).toBe(true);
  });

  it("says whether its writer waits for room", () => {
    const { writer, reader } = pair();
    writer.wait_for_room(true);
    // In a callback that is called meanwhile.
    writer.wait_for_room(true);
    writer.wait_for_room(false);
    expect([reader.is_awaited, reader.sleep()]).toEqual([true, false]);
    writer.wait_for_room(false);
    expect([reader.is_awaited, reader.sleep()]).toEqual([false, true]);
  });

  it("takes no more messages of QoS 1 and 2 than its reader allows, in either way", () => {
    const { writer, reader, slow, take } = pair();
    const put = (qos: number) => writer.put("a", "1", qos, false);
    put(1);
    take();
    reader.allow(3);
    expect([put(1), put(0), put(2), writer.has_room_for_slow(5, 1)]).toEqual([true, true, true, true]);
    writer.put_slow(5, 1);
    expect([put(1), put(0), writer.has_room_for_slow(5, 1)]).toEqual([false, true, false]);
    slow.there = 1;
    take();
    reader.allow(1);
    expect([put(1), put(1)]).toEqual([true, false]);
    take();
    reader.allow(null);
    expect([put(1), put(1)]).toEqual([true, true]);
  });
});
