import { describe, expect, it } from "@jest/globals";
import fc from "fast-check";
import { OutboundMessage } from "../../lib/protocol/outbound_message.ts";
import { Queue } from "../../lib/protocol/queue.ts";
import { publication } from "../support/core_packets.ts";

function message(
  seq: number,
  qos: 0 | 1 | 2 = 1,
  { topic = "t", expires_at = Number.POSITIVE_INFINITY, sent = false } = {},
): OutboundMessage {
  const rarities = { block: null, alias: 0, expires_at, useless_at: expires_at };
  const made = new OutboundMessage(publication(String(seq), { topic, qos }), 1, seq, seq, null, rarities);
  made.sent = sent;
  return made;
}

function queue_of(...messages: OutboundMessage[]): Queue {
  const queue = new Queue();
  for (const one of messages) queue.push(one);
  return queue;
}

/** Takes all messages out in the order in which they would leave. */
function drained(queue: Queue, window_open = true): number[] {
  const seqs: number[] = [];
  for (let next = queue.first(window_open); next !== null; next = queue.first(window_open)) {
    seqs.push(next.seq);
    queue.remove(next);
  }
  return seqs;
}

describe("a queue", () => {
  it("gives the older of both lines first", () => {
    const queue = queue_of(message(1), message(2, 0), message(3, 0), message(4, 2), message(5, 0));
    expect([queue.length, queue.qos0_length]).toEqual([5, 3]);
    expect(drained(queue)).toEqual([1, 2, 3, 4, 5]);
    expect(queue.length).toBe(0);
  });

  it("gives QoS 0 only while the window is closed", () => {
    const queue = queue_of(message(1), message(2, 0), message(3, 2), message(4, 0));
    expect(drained(queue, false)).toEqual([2, 4]);
    expect(queue.first(false)).toBeNull();
    expect(drained(queue)).toEqual([1, 3]);
  });

  it("names what has never left in the order of its age, over both lines", () => {
    const messages = [
      message(1, 1, { sent: true }),
      message(2, 0),
      message(3),
      message(4, 1, { sent: true }),
    ];
    const queue = queue_of(...messages, message(5, 0), message(6));
    expect([...queue.unsent()].map(({ seq }) => seq)).toEqual([2, 3, 5, 6]);
    expect([...new Queue().unsent()]).toEqual([]);
  });

  it("puts each message back at its old place, whatever waits already", () => {
    const seqs = fc.uniqueArray(fc.nat(50));
    fc.assert(
      fc.property(seqs, fc.func(fc.boolean()), (all, is_waiting) => {
        const sorted = [...all].sort((a, b) => a - b);
        const queue = queue_of(...sorted.filter((seq) => is_waiting(seq)).map((seq) => message(seq)));
        queue.put_back(sorted.filter((seq) => !is_waiting(seq)).map((seq) => message(seq)));
        expect(queue.length).toBe(all.length);
        expect(drained(queue)).toEqual(sorted);
      }),
    );
  });

  it("finds the oldest of a topic that has not left, in either line", () => {
    const sent = message(1, 1, { sent: true });
    const other = message(2, 1, { topic: "other" });
    const [three, four] = [message(3, 0), message(4)];
    const queue = queue_of(sent, other, three);
    expect(queue.unsent_with_topic("t")).toBe(three);
    queue.push(four);
    expect(queue.unsent_with_topic("t")).toBe(three);
    queue.remove(three);
    expect(queue.unsent_with_topic("t")).toBe(four);
    queue.remove(four);
    expect(queue.unsent_with_topic("t")).toBeNull();
    expect(queue.unsent_with_topic("other")).toBe(other);
  });

  it("looks for what has expired not before something has", () => {
    const queue = queue_of(
      message(1, 1, { expires_at: 500 }),
      message(2, 0, { expires_at: 900 }),
      message(3),
    );
    expect(queue.next_expiry).toBe(500);
    expect(queue.take_expired(499)).toEqual([]);
    expect(queue.take_expired(500).map(({ seq }) => seq)).toEqual([1]);
    expect(queue.next_expiry).toBe(1_500);
    expect(queue.take_expired(1_500).map(({ seq }) => seq)).toEqual([2]);
    expect(queue.next_expiry).toBe(Number.POSITIVE_INFINITY);
    expect(queue.length).toBe(1);
  });
});
