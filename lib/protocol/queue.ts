// Decides which messages wait for their turn, in which order they leave, and what gives way when the limits are
// reached. QoS 0 has a line of its own because it does not wait behind a full window.

import { Chain } from "./chain.ts";
import type { OutboundMessage } from "./outbound_message.ts";

export class Queue {
  readonly #acknowledged = new Chain<OutboundMessage>();
  readonly #qos0 = new Chain<OutboundMessage>();
  #next_expiry = Number.POSITIVE_INFINITY;
  /** Those that have never left, by topic; null until somebody looks for a topic, because few ever do. */
  #unsent_by_topic: Map<string, Set<OutboundMessage>> | null = null;

  get length(): number {
    return this.#acknowledged.length + this.#qos0.length;
  }

  get qos0_length(): number {
    return this.#qos0.length;
  }

  /** When a waiting message expires next; Infinity when none does. */
  get next_expiry(): number {
    return this.#next_expiry;
  }

  push(message: OutboundMessage): void {
    this.#line(message).push(message);
    this.#next_expiry = Math.min(this.#next_expiry, message.useless_at);
    if (this.#unsent_by_topic !== null && !message.sent) add_to(this.#unsent_by_topic, message);
  }

  remove(message: OutboundMessage): void {
    this.#line(message).remove(message);
    const same_topic = this.#unsent_by_topic?.get(message.topic);
    if (same_topic?.delete(message) && same_topic.size === 0) this.#unsent_by_topic?.delete(message.topic);
  }

  /** The next to leave: the older of both lines; QoS 1 and 2 only while `window_open`. */
  first(window_open: boolean): OutboundMessage | null {
    const acknowledged = window_open ? this.#acknowledged.first : null;
    const qos0 = this.#qos0.first;
    if (acknowledged === null || qos0 === null) return acknowledged ?? qos0;
    return acknowledged.seq < qos0.seq ? acknowledged : qos0;
  }

  /** Those that have never left, which can be dropped without breaking a promise; oldest first. */
  *unsent(): IterableIterator<OutboundMessage> {
    let acknowledged = next_unsent(this.#acknowledged.first);
    let qos0 = this.#qos0.first;
    while (acknowledged !== null || qos0 !== null) {
      if (qos0 === null || (acknowledged !== null && acknowledged.seq < qos0.seq)) {
        const message = acknowledged as OutboundMessage;
        acknowledged = next_unsent(message.next);
        yield message;
      } else {
        const message = qos0;
        qos0 = message.next;
        yield message;
      }
    }
  }

  /** The oldest that waits with this topic and has never left, if any. */
  unsent_with_topic(topic: string): OutboundMessage | null {
    if (this.#unsent_by_topic === null) {
      this.#unsent_by_topic = new Map();
      for (const message of this.unsent()) add_to(this.#unsent_by_topic, message);
    }
    const [oldest = null] = this.#unsent_by_topic.get(topic) ?? [];
    return oldest;
  }

  /** Puts messages that were in flight on a lost link, in their order, each back at its old place. */
  put_back(messages: readonly OutboundMessage[]): void {
    let place: OutboundMessage | null = null;
    let next = this.#acknowledged.first;
    for (const message of messages) {
      while (next !== null && next.seq < message.seq) {
        place = next;
        next = next.next;
      }
      this.#acknowledged.insert_after(place, message);
      place = message;
    }
  }

  take_qos0(): OutboundMessage[] {
    const taken = [...this.#qos0];
    for (const message of taken) this.remove(message);
    return taken;
  }

  /** Takes out what has expired without ever having left [MQTT-3.3.2-5 is the broker's half of the same rule]. */
  take_expired(now: number): OutboundMessage[] {
    if (now < this.#next_expiry) return [];
    const expired: OutboundMessage[] = [];
    let next_expiry = Number.POSITIVE_INFINITY;
    for (const line of [this.#acknowledged, this.#qos0]) {
      for (const message of line) {
        if (message.sent) continue;
        if (message.useless_at <= now) expired.push(message);
        else next_expiry = Math.min(next_expiry, message.useless_at);
      }
    }
    for (const message of expired) this.remove(message);
    // One look through the queue serves all that expire within the same second.
    this.#next_expiry =
      next_expiry === Number.POSITIVE_INFINITY ? next_expiry : Math.max(next_expiry, now + 1000);
    return expired;
  }

  #line(message: OutboundMessage): Chain<OutboundMessage> {
    return message.qos === 0 ? this.#qos0 : this.#acknowledged;
  }
}

function add_to(by_topic: Map<string, Set<OutboundMessage>>, message: OutboundMessage): void {
  const same_topic = by_topic.get(message.topic);
  if (same_topic === undefined) by_topic.set(message.topic, new Set([message]));
  else same_topic.add(message);
}

function next_unsent(message: OutboundMessage | null): OutboundMessage | null {
  let unsent = message;
  while (unsent?.sent) unsent = unsent.next;
  return unsent;
}
