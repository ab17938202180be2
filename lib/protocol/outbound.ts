// Decides the fate of our messages: the sender's side of QoS 1 and 2 (4.3), what is in flight, and what is sent again
// on the next link. Knows nothing of bytes and links.

import { MQTTException } from "../model/errors.ts";
import { SparseMap } from "../model/sparse.ts";
import { Chain } from "./chain.ts";
import { type OutboundMessage, type Publication, weight } from "./outbound_message.ts";
import type { PacketIds } from "./packet_ids.ts";
import { Queue } from "./queue.ts";
import { type Load, make_way, type QueueLimits } from "./queue_limits.ts";

export class Outbound {
  readonly queue = new Queue();
  readonly #ids: PacketIds;
  /** PUBLISH is out; in the order of sending, which is the order of sending again [MQTT-4.6.0-1]. */
  readonly #published = new Chain<OutboundMessage>();
  /** PUBREC came; in its order, which is the order of the PUBRELs [MQTT-4.6.0-4]. */
  readonly #released = new Chain<OutboundMessage>();
  readonly #by_mid = new SparseMap<number, OutboundMessage>();
  #bytes = 0;

  constructor(ids: PacketIds) {
    this.#ids = ids;
  }

  get in_flight(): number {
    return this.#published.length + this.#released.length;
  }

  /** Bytes of payload and topic of all that is not settled. */
  get bytes(): number {
    return this.#bytes;
  }

  get unsettled(): number {
    return this.in_flight + this.queue.length;
  }

  /**
   * Takes a message in, or says no: null when a limit is reached and nothing may give way, or when all packet ids are
   * taken. What gave way is added to `dropped`.
   */
  accept(
    publication: Publication,
    place: Pick<OutboundMessage, "seq" | "alias" | "expires_at" | "ticket">,
    limits: QueueLimits,
    waits: boolean,
    dropped: OutboundMessage[],
  ): OutboundMessage | null {
    const victims = make_way(publication, this.#load(), limits, waits);
    if (victims === null) return null;
    for (const victim of victims) {
      this.abandon(victim);
      dropped.push(victim);
    }
    const mid = publication.qos === 0 ? this.#ids.pass() : this.#ids.take();
    const { topic, payload, qos, retain, properties } = publication;
    const { seq, alias, expires_at, ticket } = place;
    if (ticket !== null) ticket.mid = mid;
    const message: OutboundMessage = {
      topic,
      payload,
      qos,
      retain,
      properties,
      seq,
      mid,
      alias,
      expires_at,
      sent: false,
      state: "waiting",
      ticket,
      previous: null,
      next: null,
    };
    this.#bytes += weight(message);
    this.queue.push(message);
    if (qos !== 0) this.#by_mid.set(mid, message);
    return message;
  }

  /** The message that may leave now, or null. */
  next(window: number): OutboundMessage | null {
    return this.queue.first(this.in_flight < window);
  }

  /** Whether anything handed over before `seq` is still to leave: a PUBLISH, or the PUBREL that makes it count. */
  owes_before(seq: number): boolean {
    const waiting = this.queue.first(true);
    if (waiting !== null && waiting.seq < seq) return true;
    for (const message of this.#published) if (message.qos === 2) return true;
    return false;
  }

  /** The PUBLISH has left. */
  left(message: OutboundMessage): void {
    this.queue.remove(message);
    message.sent = true;
    if (message.qos === 0) {
      this.#settle(message);
      return;
    }
    message.state = "published";
    this.#published.push(message);
  }

  /** Takes a waiting message out for good. */
  abandon(message: OutboundMessage): void {
    this.queue.remove(message);
    this.#settle(message);
  }

  find(mid: number): OutboundMessage | undefined {
    return this.#by_mid.get(mid);
  }

  /** PUBREC came: from now on the broker is the owner. */
  release(message: OutboundMessage): void {
    this.#published.remove(message);
    message.state = "released";
    this.#released.push(message);
  }

  /** PUBACK or PUBCOMP came, or a PUBREC that refuses. */
  complete(message: OutboundMessage): void {
    (message.state === "released" ? this.#released : this.#published).remove(message);
    this.#settle(message);
  }

  /** QoS 0 messages that waited for a link that is gone, taken out. */
  take_qos0(): OutboundMessage[] {
    const lost = this.queue.take_qos0();
    for (const message of lost) this.#settle(message);
    return lost;
  }

  take_expired(now: number): OutboundMessage[] {
    const expired = this.queue.take_expired(now);
    for (const message of expired) this.#settle(message);
    return expired;
  }

  /**
   * A new link is accepted: what was out goes back to its old place in the queue, to be sent with DUP
   * [MQTT-4.4.0-1], [MQTT-3.3.1-1]. Returns the ids whose PUBREL is due. A broker that has lost the session has lost
   * what it had received and not released too: then QoS 2 begins again.
   */
  resume(session_present: boolean): number[] {
    const again = [...this.#published];
    const released = [...this.#released];
    if (!session_present) again.push(...released);
    again.sort((a, b) => a.seq - b.seq);
    for (const message of again) {
      (message.state === "released" ? this.#released : this.#published).remove(message);
      message.state = "waiting";
    }
    this.queue.put_back(again);
    return session_present ? released.map((message) => message.mid) : [];
  }

  #settle(message: OutboundMessage): void {
    message.state = "settled";
    this.#bytes -= weight(message);
    if (message.qos === 0) return;
    this.#by_mid.delete(message.mid);
    this.#ids.release(message.mid);
  }

  #load(): Load {
    return {
      queue: this.queue,
      bytes: this.#bytes,
      acknowledged: this.#by_mid.size,
      free_ids: this.#ids.free,
    };
  }
}

/** The error of a message whose Message Expiry Interval has passed before it could leave. */
export function expired_error(message: OutboundMessage): MQTTException {
  return dropped_error(message, "its Message Expiry Interval has passed");
}

/** The error of a message that gave way to a newer one. */
export function displaced_error(message: OutboundMessage): MQTTException {
  return dropped_error(message, "a newer one needed its place");
}

function dropped_error(message: OutboundMessage, why: string): MQTTException {
  return new MQTTException(`message ${message.mid} to "${message.topic}" was dropped: ${why}`, {
    code: "ERR_MQTT_DROPPED",
  });
}
