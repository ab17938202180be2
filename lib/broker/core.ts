// Decides what each packet of a client does, as the client's session does it at the other end: facts and wishes come in
// with the moment at which they do, effects are drained. No socket, no timer, no promise.

import type {
  ConnectPacket,
  DisconnectPacket,
  Packet,
  PublishPacket,
  SubscribePacket,
  UnsubscribePacket,
} from "../codec/packets.ts";
import { alias_of } from "../codec/plain_packets.ts";
import { PacketTypes } from "../model/packettypes.ts";
import { ReasonCode } from "../model/reasoncodes.ts";
import { type BrokerClient, code_for } from "./access.ts";
import { acceptance, expiry_ms, fault_of, refusal } from "./admission.ts";
import { type CoreEvent, Effects } from "./effects.ts";
import type { Link } from "./link.ts";
import { type Message, message_of } from "./message.ts";
import { Routing } from "./routing.ts";
import type { Session } from "./session.ts";
import type { CoreSettings } from "./settings.ts";
import { type EndDetails, Tenancy } from "./tenancy.ts";

/** Deeper topics cost more memory than they are worth: each level of a filter, or of a retained message, is a map. */
const MOST_LEVELS = 128;

const SUCCESS = 0x00;
const NO_MATCHING_SUBSCRIBERS = 0x10;
const NO_SUBSCRIPTION_FOUND = 0x11;
const UNSPECIFIED_ERROR = 0x80;
const PROTOCOL_ERROR = 0x82;
const UNSUPPORTED_VERSION = 0x84;
const NOT_AUTHORIZED = 0x87;
const SHUTTING_DOWN = 0x8b;
const FILTER_INVALID = 0x8f;
const TOPIC_INVALID = 0x90;
const ID_NOT_FOUND = 0x92;
const RECEIVE_MAXIMUM_EXCEEDED = 0x93;
const PACKET_TOO_LARGE = 0x95;
const QUOTA_EXCEEDED = 0x97;

export class BrokerCore {
  readonly #settings: CoreSettings;
  readonly #effects = new Effects();
  readonly #routing: Routing;
  readonly #tenancy: Tenancy;

  constructor(settings: CoreSettings) {
    this.#settings = settings;
    this.#routing = new Routing(settings, this.#effects);
    this.#tenancy = new Tenancy(settings, this.#effects, this.#routing);
  }

  // ---- facts

  /** A connection was opened. `address` is for people to read. */
  open(address: string, now: number): Link {
    return this.#tenancy.open(address, now);
  }

  /** Bytes came. What is wrong with them ends the link, and nothing else. */
  receive(link: Link, bytes: Uint8Array, now: number): void {
    if (link.phase === "ended") return;
    for (const packet of link.read(bytes, now)) {
      if (link.is_deaf) link.held.push(packet);
      else this.#take(link, packet, now);
    }
    // What is held is judged in its order.
    if (!link.is_deaf) this.#judge(link, now);
  }

  /** The connection is gone, without a word or after one. */
  closed(link: Link, now: number): void {
    // It was said before. While the program is asked, it is nobody's word.
    if (link.phase === "up") {
      for (let packet = link.held.shift(); packet !== null; packet = link.held.shift())
        this.#take(link, packet, now);
    }
    this.#end(link, UNSPECIFIED_ERROR, now, { silently: true });
  }

  /** All that the link had to write has been taken over by the system. */
  drained(link: Link, now: number): void {
    link.moved(now);
    if (link.session !== null) this.#routing.send_on(link.session, now);
    this.#take_held(link, now);
  }

  /** The answer to a link in the phase `asking`: 0, or a reason code of CONNACK. */
  answered(link: Link, reason_code: number, now: number): void {
    if (link.phase !== "asking") return;
    this.#admit(link, reason_code, now);
    this.#take_held(link, now);
  }

  /** To be called at `next_timeout()`. */
  tick(now: number): void {
    this.#tenancy.tick(now);
  }

  // ---- wishes

  /** A message of the program's own. */
  publish(message: Message, now: number): void {
    this.#effects.tell({ type: "published", message, client: null });
    this.#routing.route(message, now);
  }

  /** Ends the connection of a client, and tells it why on MQTT 5; false: it is not there. */
  disconnect(client_id: string, reason_code: number, now: number): boolean {
    const link = this.#tenancy.session(client_id)?.link ?? null;
    if (link !== null) this.#end(link, reason_code, now);
    return link !== null;
  }

  /** No will is published any more, also not of those who are connected. */
  forget_wills(): void {
    for (const session of this.#tenancy.sessions) session.will = null;
  }

  /** Ends all connections. Sessions stay. */
  shut_down(now: number): void {
    for (const link of this.#tenancy.links) this.#end(link, SHUTTING_DOWN, now);
  }

  // ---- effects

  /** Links on which something is to be done: asked for (`asking`), written (`unsent`), or closed (`ended`). */
  take_work(): ReadonlySet<Link> {
    return this.#effects.take_work();
  }

  take_events(): CoreEvent[] {
    return this.#effects.take_events();
  }

  /** The moment for the next `tick()`; Infinity: never. */
  next_timeout(): number {
    return this.#tenancy.next_timeout();
  }

  get sessions(): Iterable<Session> {
    return this.#tenancy.sessions;
  }

  /** The retained messages that a filter matches. */
  retained(filter: string, now: number): Message[] {
    return this.#routing.retained(filter, now);
  }

  // ---- packets

  #take_held(link: Link, now: number): void {
    for (let packet = link.take_held(); packet !== null; packet = link.take_held())
      this.#take(link, packet, now);
    if (!link.is_deaf) this.#judge(link, now);
  }

  #take(link: Link, packet: Packet, now: number): void {
    if (link.phase === "ended") return;
    link.trace_read(packet);
    const { session } = link;
    if (packet.type === PacketTypes.CONNECT && link.phase === "opening") {
      this.#on_connect(link, packet, now);
      return;
    }
    if (session === null) {
      this.#end(link, PROTOCOL_ERROR, now); // [MQTT-3.1.0-1]
      return;
    }
    switch (packet.type) {
      case PacketTypes.PUBLISH:
        this.#on_publish(link, session, packet, now);
        break;
      case PacketTypes.PUBACK:
      case PacketTypes.PUBREC:
      case PacketTypes.PUBCOMP:
        this.#on_answer(link, session, packet, now);
        break;
      case PacketTypes.PUBREL: {
        const was_open = session.unreleased.delete(packet.mid);
        link.in_process.delete(packet.mid);
        const code = was_open || link.version < 5 ? SUCCESS : ID_NOT_FOUND;
        this.#effects.acknowledge(link, PacketTypes.PUBCOMP, packet.mid, code);
        break;
      }
      case PacketTypes.SUBSCRIBE:
        this.#on_subscribe(link, session, packet, now);
        break;
      case PacketTypes.UNSUBSCRIBE:
        this.#on_unsubscribe(link, session, packet, now);
        break;
      case PacketTypes.PINGREQ:
        this.#effects.send(link, { type: PacketTypes.PINGRESP });
        break;
      case PacketTypes.DISCONNECT:
        this.#on_disconnect(link, session, packet, now);
        break;
      default:
        // A second CONNECT [MQTT-3.1.0-2], or AUTH where no authentication was begun (4.12).
        this.#end(link, PROTOCOL_ERROR, now);
    }
  }

  /** Ends a link whose bytes were wrong. */
  #judge(link: Link, now: number): void {
    const { error } = link;
    if (error === null || link.phase === "ended") return;
    // In which version to speak to a client of an unknown one, only 3.1.1 says [MQTT-3.1.2-2].
    if (link.phase === "opening" && error.reason_code === UNSUPPORTED_VERSION)
      this.#effects.send(link, refusal(UNSUPPORTED_VERSION, 4));
    // A second CONNECT may have a code that DISCONNECT cannot carry.
    const can_be_told = ReasonCode.is_valid(PacketTypes.DISCONNECT, error.reason_code);
    this.#end(link, can_be_told ? error.reason_code : PROTOCOL_ERROR, now, { error });
  }

  /** An answer that the client does not accept for its size is the end [MQTT-3.1.2-24]. */
  #answer(link: Link, packet: Packet, now: number): void {
    if (!this.#effects.send(link, packet)) this.#end(link, PACKET_TOO_LARGE, now);
  }

  #end(link: Link, reason_code: number, now: number, details: EndDetails = {}): void {
    this.#tenancy.end(link, reason_code, now, details);
  }

  #on_connect(link: Link, packet: ConnectPacket, now: number): void {
    link.asks(packet);
    const fault = fault_of(packet);
    if (fault !== 0 || !this.#settings.asks) this.#admit(link, fault, now);
    else this.#effects.attend(link);
  }

  #admit(link: Link, verdict: number, now: number): void {
    const packet = link.connect as ConnectPacket;
    const client = link.client as BrokerClient;
    const client_id = this.#tenancy.client_id_for(packet);
    const fault = verdict || this.#fault_of_place(packet) || this.#fault_of_will(client, packet);
    // A client that cannot take its CONNACK cannot be told anything afterwards either [MQTT-3.2.0-1].
    const is_heard = link.takes(acceptance(packet, client_id, false, this.#settings));
    const reason_code = fault || (is_heard ? 0 : PACKET_TOO_LARGE);
    // The hook that was asked about the will may have ended it.
    if (link.phase === "ended") return;
    if (reason_code !== 0) {
      this.#effects.tell({ type: "refused", client, reason_code });
      this.#effects.send(link, refusal(reason_code, packet.version));
      this.#end(link, reason_code, now);
      return;
    }
    const { session, is_kept } = this.#tenancy.enter(link, packet, client_id, now);
    this.#effects.tell({
      type: "connected",
      client: link.client as BrokerClient,
      session_present: is_kept,
    });
    session.outgoing.begin(packet.properties?.ReceiveMaximum ?? 65_535);
    this.#effects.send(link, acceptance(packet, client_id, is_kept, this.#settings));
    this.#routing.send_on(session, now);
  }

  /** Whoever has a session already has a place; each of the others needs one. */
  #fault_of_place({ client_id }: ConnectPacket): number {
    const is_new = this.#tenancy.session(client_id) === null;
    return is_new && this.#tenancy.session_count >= this.#settings.max_sessions ? QUOTA_EXCEEDED : 0;
  }

  /** A will that could never be published is refused at once. */
  #fault_of_will(client: BrokerClient, { will }: ConnectPacket): number {
    const fault = will === null ? 0 : this.#fault_of_topic(client, will.topic);
    return fault === 0 ? 0 : code_for(fault, PacketTypes.CONNACK);
  }

  #on_publish(link: Link, session: Session, packet: PublishPacket, now: number): void {
    const alias = alias_of(packet);
    const topic = alias === undefined ? packet.topic : link.aliases.resolve(packet.topic, alias);
    if (typeof topic !== "string") {
      this.#end(link, topic.reason_code, now, { error: topic });
      return;
    }
    const { qos, mid } = packet;
    // 3.x was not told of a limit.
    const is_at_limit = link.version === 5 && link.in_process.size >= this.#settings.receive_maximum;
    if (is_at_limit && qos === 2 && !link.in_process.has(mid)) {
      this.#end(link, RECEIVE_MAXIMUM_EXCEEDED, now);
      return;
    }
    const type = qos === 1 ? PacketTypes.PUBACK : PacketTypes.PUBREC;
    let reason_code = SUCCESS;
    // What came before is only answered once more [MQTT-4.3.3-10].
    if (qos < 2 || !session.unreleased.has(mid)) {
      const code = this.#accept(link, session, packet, topic, now);
      // Here 3.x can only say that all is well, whatever became of the message [MQTT-3.3.5-2].
      reason_code = link.version < 5 || code === SUCCESS ? SUCCESS : code_for(code, type);
    }
    if (qos === 0 || is_over_with(link)) return;
    if (qos === 2 && reason_code < 0x80) {
      session.unreleased.add(mid);
      link.in_process.add(mid);
    }
    this.#effects.acknowledge(link, type, mid, reason_code);
  }

  /** Hands a message on, if it is allowed; gives the reason code for its acknowledgement. */
  #accept(link: Link, session: Session, packet: PublishPacket, topic: string, now: number): number {
    const client = link.client as BrokerClient;
    const fault = this.#fault_of_topic(client, topic);
    if (fault !== 0 || is_over_with(link)) return fault;
    const message = message_of(packet, topic, session.client_id, now);
    if (!this.#routing.has_room(message, now)) return QUOTA_EXCEEDED;
    this.#effects.tell({ type: "published", message, client });
    return this.#routing.route(message, now) ? SUCCESS : NO_MATCHING_SUBSCRIBERS;
  }

  #on_answer(link: Link, session: Session, packet: Packet & { type: 4 | 5 | 7 }, now: number): void {
    const { type, mid, reason_code } = packet;
    const is_release_due = session.outgoing.answered(type, mid, reason_code);
    if (is_release_due === true) {
      this.#effects.acknowledge(link, PacketTypes.PUBREL, mid, SUCCESS);
    } else if (is_release_due === false) {
      this.#routing.send_on(session, now);
    } else if (type === PacketTypes.PUBREC && reason_code < 0x80) {
      // A client that waits for an end gets it.
      this.#effects.acknowledge(link, PacketTypes.PUBREL, mid, link.version === 5 ? ID_NOT_FOUND : SUCCESS);
    }
  }

  #on_subscribe(link: Link, session: Session, packet: SubscribePacket, now: number): void {
    const { mid, subscriptions, properties } = packet;
    const client = link.client as BrokerClient;
    const identifier = properties?.SubscriptionIdentifier?.[0] ?? null;
    const reason_codes = subscriptions.map((wish, index) => {
      const { filter, qos } = wish;
      if (is_over_with(link)) return UNSPECIFIED_ERROR;
      // The same filter over and over costs as much as many.
      const is_too_much = index >= this.#settings.max_subscriptions;
      const fault = is_too_much ? QUOTA_EXCEEDED : this.#fault_of_filter(client, session, filter);
      if (is_over_with(link)) return UNSPECIFIED_ERROR;
      if (fault !== 0) return link.version === 5 ? code_for(fault, PacketTypes.SUBACK) : 0x80;
      this.#routing.subscribe(session, wish, identifier);
      this.#effects.tell({ type: "subscribed", client, filter, qos });
      return qos;
    });
    if (is_over_with(link)) return;
    this.#answer(link, { type: PacketTypes.SUBACK, mid, reason_codes, properties: null }, now);
    this.#routing.send_on(session, now);
  }

  #on_unsubscribe(link: Link, session: Session, packet: UnsubscribePacket, now: number): void {
    const { mid, filters } = packet;
    const client = link.client as BrokerClient;
    const codes = filters.map((filter) => {
      if (!this.#routing.unsubscribe(session, filter)) return NO_SUBSCRIPTION_FOUND;
      this.#effects.tell({ type: "unsubscribed", client, filter });
      return SUCCESS;
    });
    const reason_codes = link.version === 5 ? codes : [];
    this.#answer(link, { type: PacketTypes.UNSUBACK, mid, reason_codes, properties: null }, now);
  }

  #on_disconnect(link: Link, session: Session, packet: DisconnectPacket, now: number): void {
    const { reason_code, properties } = packet;
    const interval = properties?.SessionExpiryInterval;
    if (interval !== undefined) {
      // A session that was to end with the connection cannot be asked for afterwards (3.14.2.2.2).
      if (session.expiry_ms === 0 && interval !== 0) {
        this.#end(link, PROTOCOL_ERROR, now);
        return;
      }
      session.expiry_ms = expiry_ms(interval);
    }
    if (reason_code === SUCCESS) session.will = null; // [MQTT-3.14.4-3]
    this.#end(link, reason_code, now, { silently: true });
  }

  #fault_of_filter(client: BrokerClient, session: Session, filter: string): number {
    if (is_too_deep(filter)) return FILTER_INVALID;
    if (!this.#routing.has_place(session, filter)) return QUOTA_EXCEEDED;
    return this.#settings.access(client, "subscribe", filter);
  }

  #fault_of_topic(client: BrokerClient, topic: string): number {
    if (is_too_deep(topic)) return TOPIC_INVALID;
    // What the broker tells about itself no client should be able to tell (4.7.2).
    if (topic.startsWith("$SYS/")) return NOT_AUTHORIZED;
    return this.#settings.access(client, "publish", topic);
  }
}

/** A hook that is asked about a client may end its connection. */
function is_over_with({ phase }: Link): boolean {
  return phase === "ended";
}

function is_too_deep(topic: string): boolean {
  let levels = 1;
  for (let at = topic.indexOf("/"); at !== -1; at = topic.indexOf("/", at + 1)) levels += 1;
  return levels > MOST_LEVELS;
}
