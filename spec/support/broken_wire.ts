// Decides what can happen between a Session and a broker on a bad network: bytes lag, come in pieces, and are lost when
// the link is cut, handlers finish late. Each step is named by one number, so that a whole run is a list of numbers.

import type { Ticket } from "../../lib/protocol/outbound_message.ts";
import type { SessionEvent } from "../../lib/protocol/outputs.ts";
import { Session } from "../../lib/protocol/session.ts";
import type { SessionSettings } from "../../lib/protocol/settings.ts";
import { publication, settings } from "./core_packets.ts";
import { ModelBroker } from "./model_broker.ts";

type QoS = 0 | 1 | 2;
type MessageEvent = Extract<SessionEvent, { type: "message" }>;

export interface Weather {
  readonly settings: Partial<SessionSettings>;
  /** The broker's Receive Maximum on the first link, the second, and so on, over and over. */
  readonly broker_windows: readonly number[];
  /** Whether the broker may lose its session between two links. */
  readonly forgetful: boolean;
}

/** Stands for a message with this text. */
interface TextTicket extends Ticket {
  readonly text: string;
}

export class BrokenWire {
  readonly session: Session;
  readonly broker: ModelBroker;
  /** Payloads that were accepted from the user, and offered by the broker, by QoS and in their order. */
  readonly published: Record<QoS, string[]> = { 0: [], 1: [], 2: [] };
  readonly offered: Record<QoS, string[]> = { 0: [], 1: [], 2: [] };
  /** Payloads in the order in which the user got them. */
  readonly delivered: Record<QoS, string[]> = { 0: [], 1: [], 2: [] };
  /** How each publication has ended. */
  readonly settled = new Map<string, string[]>();
  readonly #weather: Weather;
  #now = 0;
  #up: Uint8Array = new Uint8Array(0);
  #down: Uint8Array = new Uint8Array(0);
  #unfinished: MessageEvent[] = [];
  #count = 0;
  #links = 0;

  constructor(weather: Weather) {
    this.#weather = weather;
    this.session = new Session(settings({ clean: false, ...weather.settings }));
    this.broker = new ModelBroker();
  }

  /** One step: the low bits say what happens, the high bits how much of it. */
  step(number: number): void {
    const amount = number >> 4;
    switch (number & 15) {
      case 0:
      case 1:
      case 2:
        this.#publish((number & 15) as QoS);
        break;
      case 3:
      case 4:
        this.#broker_publishes((amount % 3) as QoS);
        break;
      case 5:
        this.#reconnect();
        this.#send();
        break;
      case 6:
        this.#carry_up(1 + amount * 3);
        break;
      case 7:
        this.#reconnect();
        this.#send();
        this.#carry_up(this.#up.length);
        break;
      case 8:
        this.#carry_down(1 + amount * 3);
        break;
      case 9:
        this.#carry_down(Number.POSITIVE_INFINITY);
        break;
      case 10:
      case 11:
        this.broker.acknowledge();
        break;
      case 12:
        this.#finish(amount);
        break;
      case 13:
        this.#cut(amount);
        break;
      case 14:
        this.#send();
        this.#carry_up(this.#up.length);
        this.broker.acknowledge();
        this.#carry_down(Number.POSITIVE_INFINITY);
        break;
      default:
        this.#now += amount * 1_000;
        this.session.tick(this.#now);
        this.#send();
    }
    this.#look();
  }

  /** The weather clears up: everything comes to its end. */
  calm(): void {
    for (let round = 0; round < 2_000; round += 1) {
      if (this.session.phase === "idle") this.#reconnect();
      this.#send();
      this.#carry_up(Number.POSITIVE_INFINITY);
      this.broker.acknowledge();
      this.#carry_down(Number.POSITIVE_INFINITY);
      this.#finish(0);
      this.#look();
      if (!this.#is_busy()) return;
    }
    throw new Error("it does not come to an end");
  }

  #is_busy(): boolean {
    const { queued, in_flight } = this.session.counts;
    return (
      this.session.phase !== "connected" ||
      this.session.wants_write ||
      queued + in_flight + this.broker.open + this.#up.length + this.#down.length + this.#unfinished.length >
        0
    );
  }

  #publish(qos: QoS): void {
    this.#count += 1;
    const text = `${qos}:${this.#count}`;
    const ticket: TextTicket = { mid: 0, text };
    const { topic, payload } = publication(text, { qos });
    // As a client does: the short way first, with text or bytes.
    const plain = { topic, payload: this.#count % 3 === 0 ? text : payload, qos, retain: false };
    if (!this.session.publish_plainly({ ...plain, properties: null }, ticket, this.#now)) {
      const { message } = this.session.publish(publication(text, { qos }), this.#now, ticket);
      if (message === null) return;
    }
    this.published[qos].push(text);
    this.settled.set(text, []);
  }

  #broker_publishes(qos: QoS): void {
    this.#count += 1;
    const payload = `${qos}:${this.#count}`;
    if (this.broker.publish(payload, qos)) this.offered[qos].push(payload);
  }

  #send(): void {
    for (const item of this.session.take_work(this.#now)) {
      if (item.type === "send") this.#up = Buffer.concat([this.#up, item.bytes]);
      else this.#cut(item.flush ? 1 : 0);
    }
  }

  #carry_up(count: number): void {
    const bytes = this.#up.subarray(0, count);
    this.#up = this.#up.subarray(bytes.length);
    if (bytes.length > 0) this.broker.receive(bytes);
  }

  #carry_down(count: number): void {
    this.#down = Buffer.concat([this.#down, this.broker.take_output()]);
    const bytes = this.#down.subarray(0, count);
    this.#down = this.#down.subarray(bytes.length);
    if (bytes.length > 0) this.session.receive(bytes, this.#now);
  }

  /** The link is cut; some of what was under way may still arrive, on either side or on both. */
  #cut(how: number): void {
    if (this.session.phase === "idle") return;
    if ((how & 1) !== 0) this.#carry_up(this.#up.length);
    if ((how & 2) !== 0) this.#carry_down(Number.POSITIVE_INFINITY);
    this.#up = new Uint8Array(0);
    this.#down = new Uint8Array(0);
    this.broker.lose_link();
    this.session.closed(null);
    if (this.#weather.forgetful && (how & 4) !== 0) this.broker.lose_session();
  }

  #reconnect(): void {
    if (this.session.phase !== "idle") return;
    this.session.dial();
    this.session.open(this.#now);
    const { broker_windows } = this.#weather;
    this.broker.accept_link(broker_windows[this.#links % broker_windows.length] as number);
    this.#links += 1;
  }

  /** A handler finishes, not always the oldest. */
  #finish(index: number): void {
    const [event] = this.#unfinished.splice(index % Math.max(1, this.#unfinished.length), 1);
    if (event !== undefined) this.session.ack(event.packet.mid, event.delivery);
  }

  #look(): void {
    const { in_flight } = this.session.counts;
    const { max_inflight } = this.#weather.settings;
    if (max_inflight !== undefined && in_flight > max_inflight) throw new Error(`${in_flight} are in flight`);
    for (const event of this.session.take_events()) this.#on_event(event);
  }

  #on_event(event: SessionEvent): void {
    switch (event.type) {
      case "message":
        this.delivered[event.packet.qos].push(Buffer.from(event.packet.payload).toString());
        if (event.delivery !== null) this.#unfinished.push(event);
        break;
      case "published":
      case "abandoned":
        this.settled.get((event.message.ticket as TextTicket).text)?.push(event.type);
        break;
      case "left":
        for (const ticket of event.tickets) this.settled.get((ticket as TextTicket).text)?.push("published");
        break;
      case "lost":
        for (const ticket of event.tickets) this.settled.get((ticket as TextTicket).text)?.push("abandoned");
        break;
      case "closed":
        if (event.cause.rc !== 7 && event.cause.rc !== 16)
          throw event.cause.error ?? new Error(`closed with ${event.cause.rc}`);
        break;
      case "notice":
        throw new Error(event.text);
      default:
    }
  }
}
