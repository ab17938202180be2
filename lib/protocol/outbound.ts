// Decides the fate of our messages: the sender's side of QoS 1 and 2 (4.3), what is in flight, and what is sent again
// on the next link. Knows nothing of bytes and links.

import { MQTTException } from "../model/errors.ts";
import { ByPacketId } from "./by_packet_id.ts";
import { Chain } from "./chain.ts";
import {
  type Contents,
  OutboundMessage,
  type Publication,
  packed,
  type Rarities,
  type Ticket,
  weight,
} from "./outbound_message.ts";
import type { PacketIds } from "./packet_ids.ts";
import { Queue } from "./queue.ts";
import { has_room, type Load, make_way, type QueueLimits } from "./queue_limits.ts";

/** What the session adds to a publication. */
export interface Place extends Omit<Rarities, "block"> {
  readonly seq: number;
  readonly ticket: Ticket | null;
}

/** Where messages stand that are not settled. */
class Lines {
  readonly queue = new Queue();
  /** PUBLISH is out; in the order of sending, which is the order of sending again [MQTT-4.6.0-1]. */
  readonly published = new Chain<OutboundMessage>();
  /** PUBREC came; in its order, which is the order of the PUBRELs [MQTT-4.6.0-4]. */
  readonly released = new Chain<OutboundMessage>();
  readonly by_mid = new ByPacketId<OutboundMessage>();
}

/** Those of all who have never had a message to stand in them: many clients only listen. Nothing is ever added to them. */
const no_lines = /* @__PURE__ */ new Lines();

export class Outbound implements Load {
  readonly #ids: PacketIds;
  #lines = no_lines;
  #bytes = 0;

  constructor(ids: PacketIds) {
    this.#ids = ids;
  }

  get queue(): Queue {
    return this.#lines.queue;
  }

  get in_flight(): number {
    return this.#lines.published.length + this.#lines.released.length;
  }

  /** Bytes of payload and topic of all that is not settled. */
  get bytes(): number {
    return this.#bytes;
  }

  /** QoS 1 and 2 messages that are not settled. */
  get acknowledged(): number {
    return this.#lines.by_mid.size;
  }

  get free_ids(): number {
    return this.#ids.free;
  }

  get unsettled(): number {
    return this.in_flight + this.queue.length;
  }

  /**
   * Takes a message in, or says no: null when a limit is reached and nothing may give way, or when all packet ids are
   * taken. What gives way is handed to `drop`.
   */
  accept(
    publication: Publication,
    { seq, ticket, ...rarities }: Place,
    limits: QueueLimits,
    waits: boolean,
    drop: (victim: OutboundMessage) => void,
  ): OutboundMessage | null {
    const { topic, qos, properties } = publication;
    const candidate = { topic, qos, weight: weight(publication) };
    const victims = make_way(candidate, this, limits, waits);
    if (victims === null) return null;
    const all = { ...rarities, block: packed(properties) };
    const take_in = () => this.#take_in(publication, candidate.weight, seq, ticket, all);
    // A store that does not take it shall not cost what it has; but without a free id nothing can be taken in.
    const taken = this.free_ids > 0 ? take_in() : null;
    for (const victim of victims) {
      this.abandon(victim);
      drop(victim);
    }
    return taken ?? take_in();
  }

  /** As {@link accept}, for a message for which no other has to give way; null for another. */
  accept_plain(
    contents: Contents,
    weight: number,
    seq: number,
    ticket: Ticket,
    limits: QueueLimits,
    rarities?: Rarities,
  ): OutboundMessage | null {
    return has_room(weight, this, limits) ? this.#take_in(contents, weight, seq, ticket, rarities) : null;
  }

  /** The message that may leave now, or null. */
  next(window: number): OutboundMessage | null {
    return this.queue.first(this.in_flight < window);
  }

  /** Whether anything handed over before `seq` is still to leave: a PUBLISH, or the PUBREL that makes it count. */
  owes_before(seq: number): boolean {
    const waiting = this.queue.first(true);
    if (waiting !== null && waiting.seq < seq) return true;
    for (const message of this.#lines.published) if (message.qos === 2) return true;
    return false;
  }

  /** The PUBLISH has left. */
  left(message: OutboundMessage): void {
    this.queue.remove(message);
    message.sent = true;
    if (message.qos === 0) {
      this.settle(message);
      return;
    }
    message.state = "published";
    this.#lines.published.push(message);
  }

  /** Takes a waiting message out for good. */
  abandon(message: OutboundMessage): void {
    this.queue.remove(message);
    this.settle(message);
  }

  find(mid: number): OutboundMessage | undefined {
    return this.#lines.by_mid.get(mid);
  }

  /** PUBREC came: from now on the broker is the owner. */
  release(message: OutboundMessage): void {
    this.#lines.published.remove(message);
    message.state = "released";
    this.#lines.released.push(message);
  }

  /** PUBACK or PUBCOMP came, or a PUBREC that refuses. */
  complete(message: OutboundMessage): void {
    this.#line(message).remove(message);
    this.settle(message);
  }

  /** QoS 0 messages that waited for a link that is gone, taken out. */
  take_qos0(): OutboundMessage[] {
    const lost = this.queue.take_qos0();
    for (const message of lost) this.settle(message);
    return lost;
  }

  /** All that is not settled. QoS 0 is taken out with that: who asks for this is at the end. */
  take_all(): OutboundMessage[] {
    return [...this.take_qos0(), ...this.#lines.by_mid.all()];
  }

  take_expired(now: number): OutboundMessage[] {
    const expired = this.queue.take_expired(now);
    for (const message of expired) this.settle(message);
    return expired;
  }

  /**
   * A new link is accepted: what was out goes back to its old place in the queue, to be sent with DUP
   * [MQTT-4.4.0-1], [MQTT-3.3.1-1]. Returns the ids whose PUBREL is due. A broker that has lost the session has lost
   * what it had received and not released too: then QoS 2 begins again.
   *
   * @param _window how many messages may be in flight on the link.
   */
  resume(session_present: boolean, _window: number): number[] {
    const again = [...this.#lines.published];
    const released = [...this.#lines.released];
    if (!session_present) again.push(...released.splice(0));
    again.sort((a, b) => a.seq - b.seq);
    for (const message of again) {
      this.#line(message).remove(message);
      message.state = "waiting";
    }
    this.queue.put_back(again);
    return released.map((message) => message.mid);
  }

  #take_in(
    contents: Contents,
    weight: number,
    seq: number,
    ticket: Ticket | null,
    rarities?: Rarities,
  ): OutboundMessage {
    const mid = this.#ids.pass();
    if (ticket !== null) ticket.mid = mid;
    const message = new OutboundMessage(contents, weight, seq, mid, ticket, rarities);
    this.add(message);
    return message;
  }

  /** Lets a message wait, whose packet id is free. */
  protected add(message: OutboundMessage): void {
    if (this.#lines === no_lines) this.#lines = new Lines();
    this.#bytes += message.weight;
    this.queue.push(message);
    if (message.qos === 0) return;
    this.#ids.hold(message.mid);
    this.#lines.by_mid.add(message.mid, message);
  }

  /** Where a message stands that has left. */
  #line({ state }: OutboundMessage): Chain<OutboundMessage> {
    return state === "released" ? this.#lines.released : this.#lines.published;
  }

  /** The core is done with a message. */
  protected settle(message: OutboundMessage): void {
    message.state = "settled";
    this.#bytes -= message.weight;
    if (message.qos === 0) return;
    this.#lines.by_mid.delete(message.mid);
    this.#ids.release(message.mid);
  }
}

/** The error of a message whose time was over before it could leave. */
export function expired_error(message: OutboundMessage): MQTTException {
  const is_old = message.useless_at < message.expires_at;
  return dropped_error(
    message,
    is_old ? "it has waited for max_queued_age" : "its Message Expiry Interval has passed",
  );
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
