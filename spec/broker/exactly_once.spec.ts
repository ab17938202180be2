// However slowly a client answers, and however often its connection is lost in between: QoS 2 comes once, QoS 1 at least
// once, all in order, and never more at a time than the client wants.

import { describe, expect, it } from "@jest/globals";
import fc from "fast-check";
import type { Packet } from "../../lib/codec/packets.ts";
import { PacketTypes } from "../../lib/model/packettypes.ts";
import { props, puback, pubcomp, pubrec, subscribe } from "../support/core_packets.ts";
import { type Peer, Stand } from "./stand.ts";

/** A client that follows the rules of a receiver (4.3), and takes its time. */
class SlowReceiver {
  readonly #stand: Stand;
  #peer: Peer | null = null;
  #window = 0;
  /** Ids of QoS 2 that came and were not released. */
  readonly #unreleased = new Set<number>();
  /** Answers that are due. */
  #due: Packet[] = [];
  /** What came on this connection and is not answered to its end (4.9). */
  #open = new Set<number>();
  readonly came = { 1: [] as string[], 2: [] as string[] };

  constructor(stand: Stand) {
    this.#stand = stand;
  }

  connect(window: number): void {
    const peer = this.#stand.peer();
    const properties = props(PacketTypes.CONNECT, { SessionExpiryInterval: 1000, ReceiveMaximum: window });
    peer.connect({ client_id: "slow", clean: false, keepalive: 0, properties });
    this.#peer = peer;
    this.#window = window;
    this.#due = [];
    this.#open = new Set();
    this.read();
  }

  subscribe(): void {
    this.#peer?.send(subscribe(1, [{ filter: "t", qos: 2 }]));
    this.read();
  }

  lose(): void {
    this.#peer?.lose();
    this.#peer = null;
  }

  /** Sends so many of the answers that are due. */
  answer(count: number): void {
    for (const packet of this.#due.splice(0, count)) {
      this.#peer?.send(packet);
      if (packet.type === PacketTypes.PUBACK || packet.type === PacketTypes.PUBCOMP)
        this.#open.delete(packet.mid);
    }
    this.read();
  }

  get is_idle(): boolean {
    return this.#due.length === 0;
  }

  read(): void {
    for (const packet of this.#peer?.take() ?? []) {
      if (packet.type === PacketTypes.PUBREL) {
        this.#unreleased.delete(packet.mid);
        this.#due.push(pubcomp(packet.mid));
      }
      if (packet.type !== PacketTypes.PUBLISH) continue;
      const { qos, mid, payload } = packet;
      // The same id twice on one connection would be a duplicate that nobody asked for.
      expect(this.#open.has(mid)).toBe(false);
      this.#open.add(mid);
      expect(this.#open.size).toBeLessThanOrEqual(this.#window);
      const text = Buffer.from(payload).toString();
      if (qos === 1) {
        this.came[1].push(text);
        this.#due.push(puback(mid));
      } else {
        if (!this.#unreleased.has(mid)) this.came[2].push(text);
        this.#unreleased.add(mid);
        this.#due.push(pubrec(mid));
      }
    }
  }
}

const step = fc.oneof(
  {
    weight: 4,
    arbitrary: fc.record({ what: fc.constant("publish" as const), count: fc.constantFrom<1 | 2>(1, 2) }),
  },
  { weight: 4, arbitrary: fc.record({ what: fc.constant("answer" as const), count: fc.nat(4) }) },
  { weight: 1, arbitrary: fc.record({ what: fc.constant("lose" as const), count: fc.constant(0) }) },
  {
    weight: 2,
    arbitrary: fc.record({ what: fc.constant("connect" as const), count: fc.integer({ min: 1, max: 5 }) }),
  },
);

describe("a client that is slow, over connections that are lost", () => {
  it("gets QoS 2 once and QoS 1 at least once, in order and within its window", () => {
    fc.assert(
      fc.property(fc.array(step, { minLength: 1, maxLength: 120, size: "max" }), (steps) => {
        const stand = new Stand({ max_inflight_messages: 4 });
        const receiver = new SlowReceiver(stand);
        const sent = { 1: [] as string[], 2: [] as string[] };
        receiver.connect(3);
        receiver.subscribe();
        for (const [number, { what, count }] of steps.entries()) {
          if (what === "publish") {
            const qos = count as 1 | 2;
            sent[qos].push(String(number));
            // It is read later, or lost with its connection.
            stand.publish("t", String(number), qos);
          } else if (what === "answer") receiver.answer(count);
          else if (what === "lose") receiver.lose();
          else receiver.connect(count);
        }
        receiver.connect(5);
        while (!receiver.is_idle) receiver.answer(100);
        expect(receiver.came[2]).toEqual(sent[2]);
        expect([...new Set(receiver.came[1])]).toEqual(sent[1]);
        expect(Array.from(stand.core.sessions, ({ outgoing }) => outgoing.size)).toEqual([0]);
      }),
      { numRuns: 300 },
    );
  });
});
