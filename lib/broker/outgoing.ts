// Decides what a client gets of its QoS 1 and 2 messages, and when: the sender's side of 4.3 and 4.4. In order, as many
// at a time as the client likes, again after a lost connection, and within the limits of a queue while it is away.

import { Line } from "../model/line.ts";
import { PacketTypes } from "../model/packettypes.ts";
import { PacketIds } from "../protocol/packet_ids.ts";
import type { Delivery } from "./message.ts";

/** For a client that reads only memory sets a bound: so many messages wait for it at most. */
const MOST_WAITING = 500_000;

export interface QueueLimits {
  /** As many messages wait at most for a client that is away, or does not read. */
  readonly max_queued_messages: number;
  /** As many bytes of topics, properties and payloads wait at most. */
  readonly max_queued_bytes: number;
  /** As many are unacknowledged at most. */
  readonly max_inflight_messages: number;
}

/** A message that was sent at least once, and is not settled. */
interface InFlight {
  readonly mid: number;
  readonly delivery: Delivery;
  /** `released`: PUBREC has come, and PUBCOMP is awaited. */
  state: "published" | "released";
  /** Whether it counts for the client's Receive Maximum: its PUBLISH was sent on this connection (4.9). */
  is_counted: boolean;
}

/** What is to be sent next. */
export type Sending =
  | { readonly what: "publish"; readonly mid: number; readonly delivery: Delivery; readonly dup: boolean }
  | { readonly what: "release"; readonly mid: number };

export class Outgoing {
  readonly #limits: QueueLimits;
  readonly #ids = new PacketIds();
  /** In the order in which they were sent first. */
  readonly #in_flight = new Map<number, InFlight>();
  /** Those of earlier connections which have not been sent again yet. */
  #again: InFlight[] = [];
  readonly #queue = new Line<Delivery>();
  #queued_bytes = 0;
  #window = 0;
  #counted = 0;
  /** No message of the queue expires before this moment. */
  #soonest = Number.POSITIVE_INFINITY;
  /** How many messages found the queue full. */
  dropped = 0;

  constructor(limits: QueueLimits) {
    this.#limits = limits;
  }

  /** How many messages wait or are not acknowledged. */
  get size(): number {
    return this.#in_flight.size + this.#queue.length;
  }

  /** Whether what is added now is sent at once. */
  get is_free(): boolean {
    return this.#in_flight.size < this.#window && this.#queue.length === 0;
  }

  /** A connection begins: all that is in flight has to be sent again [MQTT-4.4.0-1]. */
  begin(receive_maximum: number): void {
    this.#window = Math.min(receive_maximum, this.#limits.max_inflight_messages);
    this.#counted = 0;
    this.#again = [...this.#in_flight.values()].reverse();
    for (const one of this.#again) one.is_counted = false;
  }

  /** The connection has ended: nothing is sent. */
  end(): void {
    this.#window = 0;
    this.#again = [];
  }

  /** False: there is no room for it, and it is dropped. `is_reading`: the client is there, and takes what it gets. */
  add(delivery: Delivery, is_reading: boolean, now: number): boolean {
    if (!this.is_free && !this.#has_room(delivery, is_reading)) {
      if (this.#soonest <= now) this.#sweep(now);
      if (!this.#has_room(delivery, is_reading)) {
        this.dropped += 1;
        return false;
      }
    }
    this.#queue.push(delivery);
    this.#count(delivery);
    return true;
  }

  /** What is to be sent now; null: nothing, or nothing yet. What is taken counts as sent. */
  next(now: number): Sending | null {
    const again = this.#again.at(-1);
    if (again?.state === "released") {
      this.#again.pop();
      return { what: "release", mid: again.mid };
    }
    if (again !== undefined) {
      if (this.#counted >= this.#window) return null;
      this.#again.pop();
      return this.#publish(again, true);
    }
    // Those count, too, of which only PUBCOMP is missing since an earlier connection: they would become more and more.
    if (this.#in_flight.size >= this.#window) return null;
    const delivery = this.#take(now);
    if (delivery === null) return null;
    const mid = this.#ids.take();
    const fresh: InFlight = { mid, delivery, state: "published", is_counted: false };
    this.#in_flight.set(mid, fresh);
    return this.#publish(fresh, false);
  }

  /**
   * PUBACK, PUBREC or PUBCOMP has come.
   *
   * @returns whether PUBREL is due; null when nothing waits for such an answer.
   */
  answered(type: 4 | 5 | 7, mid: number, reason_code: number): boolean | null {
    const one = this.#in_flight.get(mid);
    if (one === undefined) return null;
    const qos = type === PacketTypes.PUBACK ? 1 : 2;
    if (one.delivery.qos !== qos) return null;
    if (type === PacketTypes.PUBREC) {
      if (reason_code < 0x80) {
        // It may answer a PUBLISH that was sent before the connection was lost.
        if (one.state === "published") this.#again = this.#again.filter((other) => other !== one);
        one.state = "released";
        return true;
      }
      // The receiver has refused it, and that is its end (4.3.3).
    } else if (type === PacketTypes.PUBCOMP && one.state === "published") {
      return null;
    }
    this.settle(mid);
    return false;
  }

  /** A message in flight is done with, as if it had been acknowledged. */
  settle(mid: number): void {
    const one = this.#in_flight.get(mid) as InFlight;
    if (one.is_counted) this.#counted -= 1;
    this.#again = this.#again.filter((other) => other !== one);
    this.#in_flight.delete(mid);
    this.#ids.release(mid);
  }

  #publish(one: InFlight, dup: boolean): Sending {
    one.is_counted = true;
    this.#counted += 1;
    return { what: "publish", mid: one.mid, delivery: one.delivery, dup };
  }

  #has_room(delivery: Delivery, is_reading: boolean): boolean {
    const { max_queued_messages, max_queued_bytes } = this.#limits;
    const most = is_reading ? Math.max(MOST_WAITING, max_queued_messages) : max_queued_messages;
    if (this.#queue.length >= most) return false;
    return delivery.is_kept || this.#queued_bytes + bytes_of(delivery) <= max_queued_bytes;
  }

  #count(delivery: Delivery): void {
    this.#queued_bytes += bytes_of(delivery);
    this.#soonest = Math.min(this.#soonest, delivery.message.expires_at);
  }

  /** What has expired holds no place. */
  #sweep(now: number): void {
    this.#queued_bytes = 0;
    this.#soonest = Number.POSITIVE_INFINITY;
    this.#queue.drop((delivery) => {
      const is_over = delivery.message.expires_at <= now;
      if (!is_over) this.#count(delivery);
      return is_over;
    });
  }

  /** The next one of the queue that has not expired [MQTT-3.3.2-5]. */
  #take(now: number): Delivery | null {
    for (let delivery = this.#queue.shift(); delivery !== null; delivery = this.#queue.shift()) {
      this.#queued_bytes -= bytes_of(delivery);
      const { expires_at, properties } = delivery.message;
      // One that has no lifetime at all lives for the moment in which it came.
      const is_passing = expires_at === now && properties?.MessageExpiryInterval === 0;
      if (expires_at > now || is_passing) return delivery;
    }
    return null;
  }
}

/** What it costs to keep: retained messages are kept anyway. */
function bytes_of({ is_kept, message }: Delivery): number {
  return is_kept ? 0 : message.size;
}
