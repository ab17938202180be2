// Decides to whom a message goes, and as what: with which QoS, marked as retained or not, under which identifiers (3.3).

import type { Subscription } from "../codec/packets.ts";
import { PacketTypes } from "../model/packettypes.ts";
import type { Effects } from "./effects.ts";
import type { Delivery, Message } from "./message.ts";
import { RetainedMessages } from "./retained.ts";
import type { Session } from "./session.ts";
import { type Granted, is_shared, Subscriptions } from "./subscriptions.ts";

export class Routing {
  readonly #effects: Effects;
  readonly #subscriptions = new Subscriptions<Session>();
  readonly #retained = new RetainedMessages();

  constructor(effects: Effects) {
    this.#effects = effects;
  }

  /** The retained messages that a filter matches. */
  retained(filter: string, now: number): Message[] {
    return this.#retained.match(filter, now);
  }

  /** Gives the retained messages that go out because of it. */
  subscribe(session: Session, wish: Subscription, identifier: number | null, now: number): Delivery[] {
    const { filter, qos, no_local, retain_as_published, retain_handling } = wish;
    const is_new = !session.subscriptions.has(filter);
    const granted = { subscriber: session, filter, qos, no_local, retain_as_published, identifier };
    session.subscriptions.set(filter, granted);
    this.#subscriptions.add(granted);
    // [MQTT-3.3.1-9] to [MQTT-3.3.1-11]; to shared subscriptions none are sent (4.8.2).
    if (is_shared(filter) || retain_handling === 2 || (retain_handling === 1 && !is_new)) return [];
    const messages = this.#retained.match(filter, now).filter((message) => is_wanted(granted, message));
    const identifiers = identifiers_of([granted]);
    return messages.map((message) => ({
      message,
      qos: lower(qos, message.qos),
      retain: true,
      identifiers,
    }));
  }

  /** False: there was no such subscription. */
  unsubscribe(session: Session, filter: string): boolean {
    const granted = session.subscriptions.get(filter);
    if (granted === undefined) return false;
    session.subscriptions.delete(filter);
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
      const best = is_one ? qos : (Math.max(...subscriptions.map((one) => one.qos)) as 0 | 1 | 2);
      const keeps_mark = is_one ? retain_as_published : subscriptions.some((one) => one.retain_as_published);
      const delivery = {
        message,
        qos: lower(best, message.qos),
        retain: message.retain && keeps_mark, // [MQTT-3.3.1-12] [MQTT-3.3.1-13]
        identifiers: identifiers_of(subscriptions),
      };
      this.deliver(subscriber, delivery, now);
    }
    return receivers.length > 0;
  }

  deliver(session: Session, delivery: Delivery, now: number): void {
    const { link, outgoing } = session;
    if (delivery.qos > 0) {
      if (outgoing.add(delivery)) this.send_on(session, now);
      else this.#drop(session, delivery);
    } else if (link !== null) {
      if (link.is_full) {
        outgoing.dropped += 1;
        this.#drop(session, delivery);
        return;
      }
      link.publish(delivery, 0, false, now);
      this.#effects.attend(link);
    }
  }

  /** Sends what the client has room for. */
  send_on(session: Session, now: number): void {
    const { link, outgoing } = session;
    while (link !== null && !link.is_full) {
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

function is_wanted({ no_local, subscriber }: Granted<Session>, { publisher }: Message): boolean {
  return !no_local || subscriber.client_id !== publisher; // [MQTT-3.8.3-3]
}

const NONE: readonly number[] = [];

function identifiers_of(subscriptions: readonly Granted<Session>[]): readonly number[] {
  if (subscriptions.length === 1 && subscriptions[0]?.identifier === null) return NONE;
  return subscriptions.flatMap(({ identifier }) => (identifier === null ? [] : [identifier]));
}

function lower(one: 0 | 1 | 2, other: 0 | 1 | 2): 0 | 1 | 2 {
  return one < other ? one : other;
}
