// Decides to whom a message goes, and as what: with which QoS, marked as retained or not, under which identifiers (3.3).

import type { Subscription } from "../codec/packets.ts";
import { PacketTypes } from "../model/packettypes.ts";
import type { Effects } from "./effects.ts";
import type { Delivery, Message } from "./message.ts";
import { RetainedMessages } from "./retained.ts";
import type { Session } from "./session.ts";
import type { CoreSettings } from "./settings.ts";
import { type Granted, is_shared, Subscriptions } from "./subscriptions.ts";

/**
 * So many bytes may wait for a client that does not read: then its QoS 0 messages are dropped. Others wait in the queue when so
 * many wait for anybody.
 */
const MOST_UNREAD = 4 * 1024 * 1024;

type Limits = Pick<CoreSettings, "max_retained" | "max_subscriptions" | "max_queued_bytes">;

export class Routing {
  readonly #limits: Limits;
  readonly #effects: Effects;
  readonly #subscriptions = new Subscriptions<Session>();
  readonly #retained = new RetainedMessages();

  constructor(limits: Limits, effects: Effects) {
    this.#limits = limits;
    this.#effects = effects;
  }

  /** The retained messages that a filter matches. */
  retained(filter: string, now: number): Message[] {
    return this.#retained.match(filter, now);
  }

  /** Whether a client may publish the message: one that is retained needs a place. */
  has_room({ retain, payload, topic }: Message, now: number): boolean {
    if (!retain || payload.length === 0) return true;
    return this.#retained.has_room(topic, this.#limits.max_retained, now);
  }

  /** Whether the client may have a subscription with this filter besides those that it has. */
  has_place({ subscriptions }: Session, filter: string): boolean {
    return subscriptions.size < this.#limits.max_subscriptions || subscriptions.has(filter);
  }

  /** What is retained goes out because of it at the next `send_on()`, and when the client has taken what goes before. */
  subscribe(session: Session, wish: Subscription, identifier: number | null): void {
    const { filter, qos, no_local, retain_as_published, retain_handling } = wish;
    const is_new = !session.subscriptions.has(filter);
    const granted = { subscriber: session, filter, qos, no_local, retain_as_published, identifier };
    session.subscriptions.set(filter, granted);
    this.#subscriptions.add(granted);
    // [MQTT-3.3.1-9] to [MQTT-3.3.1-11]; to shared subscriptions none are sent (4.8.2).
    if (is_shared(filter) || retain_handling === 2 || (retain_handling === 1 && !is_new)) return;
    session.kept_for.set(filter, { qos, deliveries: deliveries_of(this.#retained.walk(filter), granted) });
  }

  /** False: there was no such subscription. */
  unsubscribe(session: Session, filter: string): boolean {
    const granted = session.subscriptions.get(filter);
    if (granted === undefined) return false;
    session.subscriptions.delete(filter);
    session.kept_for.delete(filter);
    this.#subscriptions.remove(granted);
    return true;
  }

  /** False: nobody subscribes to it. */
  route(message: Message, now: number): boolean {
    if (message.retain) this.#retained.set(message);
    const receivers = this.#subscriptions.receivers(message.topic, (granted) => is_wanted(granted, message));
    for (const subscriptions of receivers) {
      const [{ subscriber, qos, retain_as_published }] = subscriptions as [Granted<Session>];
      // One copy for all overlapping subscriptions, with the best of them [MQTT-3.3.4-2].
      const is_one = subscriptions.length === 1;
      const best = is_one ? qos : best_qos(subscriptions);
      const keeps_mark = is_one ? retain_as_published : subscriptions.some((one) => one.retain_as_published);
      const delivery = {
        message,
        qos: lower(best, message.qos),
        retain: message.retain && keeps_mark, // [MQTT-3.3.1-12] [MQTT-3.3.1-13]
        identifiers: identifiers_of(subscriptions),
        is_kept: false,
      };
      this.deliver(subscriber, delivery, now);
    }
    return receivers.length > 0;
  }

  deliver(session: Session, delivery: Delivery, now: number): void {
    const { link, outgoing } = session;
    if (delivery.qos > 0) {
      const is_reading = link !== null && !link.is_stuck(now);
      if (outgoing.add(delivery, is_reading, now)) this.#send_queued(session, now);
      else this.#drop(session, delivery);
    } else if (link !== null) {
      const most_unread = link.is_stuck(now) ? MOST_UNREAD : this.#limits.max_queued_bytes;
      if (link.unsent >= Math.max(most_unread, MOST_UNREAD)) {
        outgoing.dropped += 1;
        this.#drop(session, delivery);
        return;
      }
      link.publish(delivery, 0, false, now);
      this.#effects.attend(link);
    }
  }

  /** Sends what the client has room for: what waits for it, and then what is retained. */
  send_on(session: Session, now: number): void {
    this.#send_queued(session, now);
    for (const [filter, { qos, deliveries }] of session.kept_for) {
      while (has_room(session) && (qos === 0 || session.outgoing.is_free)) {
        const { value: delivery, done } = deliveries.next();
        if (done) {
          session.kept_for.delete(filter);
          break;
        }
        if (delivery.message.expires_at <= now) this.#retained.remove(delivery.message.topic);
        else this.deliver(session, delivery, now);
      }
      if (!has_room(session)) return;
    }
  }

  #send_queued(session: Session, now: number): void {
    const { link, outgoing } = session;
    while (link !== null && link.unsent < MOST_UNREAD) {
      const sending = outgoing.next(now);
      if (sending === null) return;
      const { mid } = sending;
      if (sending.what === "release") this.#effects.acknowledge(link, PacketTypes.PUBREL, mid, 0);
      // What is too large for the client counts as delivered (3.1.2.11.4).
      else if (!link.publish(sending.delivery, mid, sending.dup, now)) outgoing.settle(mid);
      this.#effects.attend(link);
    }
  }

  #drop({ client_id }: Session, { message }: Delivery): void {
    this.#effects.tell({ type: "dropped", client_id, message });
  }
}

/** Whether the client takes more of what is retained: it can ask for much more than fits into memory. */
function has_room({ link }: Session): boolean {
  return link !== null && !link.is_unheard && link.unsent < MOST_UNREAD;
}

function* deliveries_of(messages: Iterable<Message>, granted: Granted<Session>): Generator<Delivery, void> {
  const identifiers = identifiers_of([granted]);
  for (const message of messages) {
    if (!is_wanted(granted, message)) continue;
    yield { message, qos: lower(granted.qos, message.qos), retain: true, identifiers, is_kept: true };
  }
}

function is_wanted({ no_local, subscriber }: Granted<Session>, { publisher }: Message): boolean {
  return !no_local || subscriber.client_id !== publisher; // [MQTT-3.8.3-3]
}

function best_qos(subscriptions: readonly Granted<Session>[]): 0 | 1 | 2 {
  let best: 0 | 1 | 2 = 0;
  for (const { qos } of subscriptions) {
    if (qos === 2) return 2;
    if (qos > best) best = qos;
  }
  return best;
}

const NONE: readonly number[] = [];

function identifiers_of(subscriptions: readonly Granted<Session>[]): readonly number[] {
  if (subscriptions.length === 1 && subscriptions[0]?.identifier === null) return NONE;
  return subscriptions.flatMap(({ identifier }) => (identifier === null ? [] : [identifier]));
}

function lower(one: 0 | 1 | 2, other: 0 | 1 | 2): 0 | 1 | 2 {
  return one < other ? one : other;
}
