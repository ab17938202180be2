// Decides what an MQTT client does when: the verbs of the protocol, over the parts beside it. Sans-I/O: facts and
// wishes come in with the time, work and events are drained. Methods change state only; nothing here can wait or throw
// for what came from the wire.

import { FULL_BYTES } from "../codec/output.ts";
import type {
  ConnackPacket,
  ConnectPacket,
  DisconnectPacket,
  Packet,
  SubscribePacket,
  Subscription,
  UnsubscribePacket,
} from "../codec/packets.ts";
import { MQTTErrorCode } from "../model/enums.ts";
import { MQTTException, ProtocolError, TransportError } from "../model/errors.ts";
import { PacketTypes } from "../model/packettypes.ts";
import { Connection } from "./connection.ts";
import { Departure } from "./departure.ts";
import { Exchange, pubrel_packet } from "./exchange.ts";
import { type Acquaintance, connect_packet, judge_connack, type SessionFate } from "./handshake.ts";
import type { Delivery } from "./inbound.ts";
import { lack_for } from "./limits.ts";
import { acceptance_of, type Link, outgoing, type Reading, reading_of } from "./link.ts";
import { displaced_error, expired_error } from "./outbound.ts";
import { check_size, type OutboundMessage, type Publication, type Ticket } from "./outbound_message.ts";
import { Outlet } from "./outlet.ts";
import {
  close_cause,
  type PublishAnswer,
  type RequestAnswer,
  type SessionEvent,
  type Work,
} from "./outputs.ts";
import { lost_with, Passage, type PlainMessage } from "./passage.ts";
import type { Phase } from "./phase.ts";
import { fleeting_state, type SessionState } from "./session_state.ts";
import type { SessionSettings } from "./settings.ts";
import { UserAliases } from "./topic_alias.ts";
import { no_broker, wrong_port } from "./wrong_port.ts";

/**
 * How many packets that are no messages may wait to leave: an answer for each packet id of the broker, and a request or
 * PUBREL for each of ours. A broker that asks for more has not read our answers, and may do so for ever.
 */
const MOST_WAITING = 2 * 65_535;

const { MQTT_ERR_SUCCESS, MQTT_ERR_NO_CONN, MQTT_ERR_CONN_LOST } = MQTTErrorCode;
const { MQTT_ERR_QUEUE_SIZE, MQTT_ERR_NOT_SUPPORTED, MQTT_ERR_PROTOCOL } = MQTTErrorCode;

export class Session {
  #settings: SessionSettings;
  #known: Acquaintance;
  readonly #connection = new Connection();
  readonly #outlet: Outlet;
  readonly #exchange: Exchange;
  readonly #departure: Departure;
  readonly #passage: Passage;
  /** Null until the user has any. */
  #user_aliases: UserAliases | null = null;

  constructor(settings: SessionSettings, state: SessionState = fleeting_state()) {
    this.#settings = settings;
    this.#known = { version: settings.version, client_id: settings.client_id, accepted_before: false };
    this.#outlet = new Outlet(this.#connection, state);
    this.#exchange = new Exchange(this.#outlet);
    this.#departure = new Departure(this.#outlet, this.#exchange);
    this.#passage = new Passage(this.#outlet);
  }

  /** Whether each packet that comes and goes is reported as a `trace` event. */
  set tracing(tracing: boolean) {
    this.#outlet.tracing = tracing;
  }

  /** The last `seq` that may leave: what came after it is not safe in the store yet. */
  set horizon(seq: number) {
    this.#outlet.horizon = seq;
  }

  get phase(): Phase {
    return this.#connection.phase;
  }

  /** The version in use: the configured one, or 3 after a broker refused 3.1.1. */
  get version(): 3 | 4 | 5 {
    return this.#known.version;
  }

  /** The client id in use: the configured one, or the one that the broker assigned. */
  get client_id(): string {
    return this.#known.client_id;
  }

  /** The place of what was asked last in the order of everything that was ever asked. */
  get seq(): number {
    return this.#outlet.seq;
  }

  /** Counts for `stats()`. */
  get counts(): { queued: number; in_flight: number; bytes: number; dropped: number } {
    const { queue, in_flight, bytes } = this.#outlet.outbound;
    const { link } = this.#connection;
    const leaving = link?.leaving.length ?? 0;
    return {
      queued: queue.length + leaving,
      in_flight,
      bytes: leaving === 0 ? bytes : bytes + (link as Link).output.length,
      dropped: this.#outlet.dropped,
    };
  }

  /** Whether a link is up or being opened that still has something to do for the user. */
  get owes(): boolean {
    const { link, phase } = this.#connection;
    if (link === null) return false;
    if (phase !== "connected") return true;
    if (link.outgoing.length > 0 || link.output.length > 0) return true;
    return (this.#outlet.requests?.pending ?? 0) + this.#outlet.outbound.unsettled > 0;
  }

  /** Whether a broker has granted any filter that was not given up since. */
  get is_subscribed(): boolean {
    return (this.#outlet.requests?.granted ?? 0) > 0;
  }

  /** Whether so much is written that it had better leave before more is asked. */
  get is_full(): boolean {
    const { link } = this.#connection;
    return link !== null && link.output.length >= FULL_BYTES;
  }

  /** Whether at most half of each limit of the queue is used up. */
  get has_room(): boolean {
    const { max_queued_messages, max_queued_bytes } = this.#settings;
    const { acknowledged, bytes } = this.#outlet.outbound;
    if (max_queued_bytes > 0 && bytes * 2 > max_queued_bytes) return false;
    return max_queued_messages === 0 || acknowledged * 2 <= max_queued_messages;
  }

  /** Whether `take_work` would give anything. */
  get wants_write(): boolean {
    const { link } = this.#connection;
    if (link === null) return false;
    return link.ending?.told === false || this.#departure.is_due(link);
  }

  /** New settings. They count from the next link on; the limits of the queue at once. */
  configure(settings: SessionSettings): void {
    if (settings.version !== this.#settings.version) this.#known.version = settings.version;
    if (settings.client_id !== this.#settings.client_id) this.#known.client_id = settings.client_id;
    this.#settings = settings;
  }

  /** The user begins anew, maybe with another broker: clean start counts again, no subscription is restored. */
  begin_anew(): void {
    const { version, client_id } = this.#known;
    // On 5 it may be the broker's choice; on 3.x only one of ours, which stays the same for life.
    const id = version === 5 ? this.#settings.client_id : client_id;
    this.#known = { version, client_id: id, accepted_before: false };
    this.#drop_unheard();
    this.#outlet.requests?.forget();
  }

  // ---- facts about the link ------------------------------------------------------------------------------------

  /** A link is being opened: wishes wait for it from now on. */
  dial(): void {
    this.#connection.dial();
  }

  /** The link is up: CONNECT leaves. */
  open(now: number): void {
    const connect = connect_packet(this.#settings, this.#known);
    this.#connection.open(reading_of(this.#settings, connect), connect, now);
    this.#known.client_id = connect.client_id;
  }

  receive(bytes: Uint8Array, now: number): void {
    const { link } = this.#connection;
    const reading = link?.reading ?? null;
    if (link === null || reading === null) return;
    link.acceptance?.keepalive.received(now);
    const is_first = !link.heard;
    link.heard = true;
    for (const packet of reading.decoder.push(bytes)) {
      if (this.phase === "closing") return;
      this.#outlet.trace("<", packet);
      const error = this.#on_packet(packet, link, reading, now);
      if (error !== null) this.#connection.fail(link, error, reading);
    }
    if (this.phase === "closing") return;
    if (link.outgoing.length > MOST_WAITING) {
      const unread = new TransportError("the broker sends, but does not read");
      this.#connection.give_up(link, close_cause(MQTT_ERR_CONN_LOST, { error: unread }), false);
      return;
    }
    const { error } = reading.decoder;
    if (error === null) return;
    const stranger = is_first ? (wrong_port(bytes) ?? no_broker(bytes, error)) : null;
    if (stranger === null) this.#connection.fail(link, error, reading);
    else this.#connection.give_up(link, close_cause(MQTT_ERR_PROTOCOL, { error: stranger }), false);
  }

  /** The peer counts as alive at this moment, although nothing of it was read: the shell does not read at present. */
  heard(now: number): void {
    this.#connection.link?.acceptance?.keepalive.received(now);
  }

  /** The link is gone, or could not be opened. `error`: what the transport says, if anything. */
  closed(error: Error | null): void {
    this.#lose_leaving();
    const ended = this.#connection.closed(error);
    if (ended === null) return;
    if (!ended.cause.retry) this.#settle_lost();
    this.#outlet.tell({ type: "closed", ...ended });
  }

  /** As `closed`, when the user opens another link instead: nobody is told. */
  replaced(): void {
    this.#lose_leaving();
    if (this.#connection.closed(null) === null) return;
    this.#connection.forget_unheard();
    this.#settle_lost();
  }

  tick(now: number): void {
    const { link } = this.#connection;
    if (link !== null && this.#departure.is_held(link)) this.#connection.hurry(link, now);
    this.#connection.watch(now);
    for (const message of this.#outlet.outbound.take_expired(now))
      this.#outlet.abandoned(message, expired_error(message));
  }

  /** Asks the broker now whether it is there: it must say so within `patience_ms`. */
  probe(now: number, patience_ms: number): void {
    if (this.phase === "connected") this.#connection.probe(now, patience_ms);
  }

  /** The moment at which `tick` is worth calling; null when never. */
  next_timeout(): number | null {
    const at = Math.min(this.#connection.next_timeout, this.#outlet.outbound.queue.next_expiry);
    return at === Number.POSITIVE_INFINITY ? null : at;
  }

  // ---- wishes --------------------------------------------------------------------------------------------------

  /**
   * Takes a message in. QoS 1 and 2 are kept in any case and sent when there is a link (`rc` NO_CONN says that there
   * is none now); QoS 0 without a link is dropped. Throws `ValueError` for a topic alias that names no topic, and for
   * more bytes than MQTT allows; `StoreError` when the store does not take it.
   */
  publish(publication: Publication, now: number, ticket: Ticket | null = null): PublishAnswer {
    const alias = publication.properties?.TopicAlias ?? 0;
    if (alias !== 0) this.#user_aliases ??= new UserAliases();
    const topic = this.#user_aliases?.resolve(publication.topic, alias) ?? publication.topic;
    const resolved = topic === publication.topic ? publication : { ...publication, topic };
    check_size(resolved, this.#known.version);
    const offline = !this.#connection.takes_wishes;
    if (offline && publication.qos === 0 && !this.#settings.queue_qos0)
      return { rc: MQTT_ERR_NO_CONN, message: null };

    const expiry = publication.properties?.MessageExpiryInterval;
    const expires_at = expiry === undefined ? Number.POSITIVE_INFINITY : now + expiry * 1000;
    const age_ms = this.#settings.max_queued_age_ms;
    const place = {
      seq: this.#outlet.next_seq(),
      alias,
      expires_at,
      useless_at: age_ms === 0 ? expires_at : Math.min(expires_at, now + age_ms),
      ticket,
    };
    const waits = this.#must_wait(publication.qos);
    const message = this.#outlet.outbound.accept(resolved, place, this.#settings, waits, (victim) =>
      this.#outlet.abandoned(victim, displaced_error(victim)),
    );
    if (message === null) {
      this.#outlet.dropped += 1;
      return { rc: MQTT_ERR_QUEUE_SIZE, message: null };
    }
    return { rc: offline ? MQTT_ERR_NO_CONN : MQTT_ERR_SUCCESS, message };
  }

  /**
   * Takes in a message that needs nothing special, and lets it leave if nothing is before it. False: `publish` has to be
   * called. Its ticket comes back with `left` or `lost` (QoS 0), or in its message with all others.
   */
  publish_plainly(message: PlainMessage, ticket: Ticket, now: number): boolean {
    const { link, takes_wishes } = this.#connection;
    if (link === null || !takes_wishes || this.#outlet.tracing) return false;
    return this.#passage.publish(message, ticket, link, this.#settings, now);
  }

  /** Takes a message back that has not left yet: it will never be sent. */
  withdraw(message: OutboundMessage, error: MQTTException): void {
    if (message.state !== "waiting") return;
    this.#outlet.outbound.abandon(message);
    this.#outlet.abandoned(message, error);
  }

  /** All that is not settled, for who throws the session away. */
  take_all(): OutboundMessage[] {
    return this.#outlet.outbound.take_all();
  }

  /** Asks for filters. NO_CONN without a link, NOT_SUPPORTED for what this broker has said it cannot do. */
  subscribe(subscriptions: Subscription[], properties: SubscribePacket["properties"]): RequestAnswer {
    const limits = this.#connection.link?.acceptance?.limits;
    const lack = limits === undefined ? null : lack_for({ subscriptions, properties }, limits);
    if (lack !== null) {
      this.#outlet.tell({ type: "notice", text: lack.text });
      return { rc: MQTT_ERR_NOT_SUPPORTED, mid: null };
    }
    return this.#outlet.request((mid) => ({ type: PacketTypes.SUBSCRIBE, mid, subscriptions, properties }));
  }

  /** Gives filters up. NO_CONN without a link; they are not restored then, either. */
  unsubscribe(filters: string[], properties: UnsubscribePacket["properties"]): RequestAnswer {
    if (!this.#connection.takes_wishes) this.#outlet.requests?.give_up(filters);
    return this.#outlet.request((mid) => ({ type: PacketTypes.UNSUBSCRIBE, mid, filters, properties }));
  }

  /** Asks again for what the user has not asked for himself on this link; called after his `on_connect`. */
  restore_subscriptions(): void {
    if (this.phase !== "connected" || !this.#settings.resubscribe) return;
    for (const packet of this.#outlet.requests?.restore() ?? []) this.#outlet.send(packet);
  }

  /**
   * The user has finished with a message: PUBACK or PUBREC is due. False when none is: unknown, done already, or (with
   * `delivery`) a message of an earlier link.
   */
  ack(mid: number, delivery: Delivery | null = null): boolean {
    const finished = this.#outlet.inbound.finish(mid, delivery);
    if (finished === null) return false;
    // Before CONNACK nobody knows whether the broker still has its session: it will send a QoS 2 message again.
    if (this.#connection.link?.acceptance == null) return true;
    this.#outlet.acknowledge(finished.qos === 1 ? PacketTypes.PUBACK : PacketTypes.PUBREC, mid);
    return true;
  }

  /**
   * Says goodbye: what was handed over leaves first. NO_CONN without a link.
   *
   * @param drains whether that holds for what the window stops, too.
   */
  disconnect(
    reason_code: number,
    properties: DisconnectPacket["properties"],
    now: number,
    drains = true,
  ): MQTTErrorCode {
    const { link, phase, is_leaving } = this.#connection;
    if (link === null || phase === "closing") {
      this.#drop_unheard();
      return MQTT_ERR_NO_CONN;
    }
    link.drains &&= drains;
    if (is_leaving) return MQTT_ERR_SUCCESS;
    const packet: DisconnectPacket = { type: PacketTypes.DISCONNECT, reason_code, properties };
    const farewell = outgoing(this.#outlet.next_seq(), packet);
    if (phase === "connected") {
      this.#connection.take_leave(link, farewell, now);
    } else if (link.outgoing.length > 0 || (link.drains && this.#outlet.outbound.queue.length > 0)) {
      link.farewell = farewell;
    } else if (phase === "connecting") {
      this.#connection.leave_at_once(link, packet, now);
    } else {
      this.#connection.give_up(link, close_cause(MQTT_ERR_SUCCESS), false);
    }
    return MQTT_ERR_SUCCESS;
  }

  // ---- drains --------------------------------------------------------------------------------------------------

  /**
   * The work that is due, to be performed in order. A shell whose link is congested leaves it here: messages wait in
   * the queue, not encoded but for the few that found nothing before them.
   */
  take_work(now: number): Work[] {
    const { link } = this.#connection;
    if (link === null) return [];
    const work = this.#departure.take(link, now);
    if (work.length > 0) this.#connection.moved(link, now);
    if (link.ending !== null && !link.ending.told) {
      link.ending.told = true;
      work.push({ type: "close", flush: link.ending.flush });
    }
    return work;
  }

  take_events(): SessionEvent[] {
    return this.#outlet.take_events();
  }

  // ---- packets that came ---------------------------------------------------------------------------------------

  #on_packet(packet: Packet, link: Link, reading: Reading, now: number): ProtocolError | null {
    if (link.acceptance === null) {
      // After a DISCONNECT that did not wait for CONNACK nothing matters any more.
      if (this.phase !== "connecting") return null;
      if (packet.type === PacketTypes.CONNACK) return this.#on_connack(packet, link, now);
      const name = PacketTypes.Names[packet.type].toUpperCase();
      return new ProtocolError(`the broker sent ${name} before CONNACK`); // [MQTT-3.2.0-1]
    }
    if (packet.type === PacketTypes.DISCONNECT) {
      this.#connection.give_up(link, close_cause(MQTT_ERR_CONN_LOST, { packet }), false);
      return null;
    }
    return this.#exchange.on_packet(packet, reading);
  }

  #on_connack(packet: ConnackPacket, link: Link, now: number): ProtocolError | null {
    const connect = link.connect as ConnectPacket;
    const verdict = judge_connack(packet, connect, this.#settings);
    switch (verdict.type) {
      case "violation":
        return verdict.error;
      case "retry":
        this.#known = { ...this.#known, ...verdict.with };
        this.#outlet.tell({ type: "notice", text: verdict.text });
        this.#connection.give_up(link, close_cause(MQTT_ERR_SUCCESS, { retry: true }), false);
        return null;
      case "refused":
        this.#outlet.tell({ type: "connack", packet, session_present: false });
        this.#connection.give_up(link, close_cause(verdict.rc, { error: verdict.error }), false);
        return null;
      case "accepted":
        this.#known.accepted_before = true;
        // [MQTT-3.2.2-16]: the session is known to the broker by this id from now on.
        this.#known.client_id = packet.properties?.AssignedClientIdentifier ?? this.#known.client_id;
        this.#connection.accept(link, acceptance_of(packet, connect, this.#settings, now));
        this.#resume(link, verdict.session);
        this.#outlet.tell({ type: "connack", packet, session_present: verdict.session === "kept" });
        if (link.farewell !== null) this.#connection.take_leave(link, link.farewell, now);
        return null;
    }
  }

  /** What is open from earlier links goes on, or begins again when the broker has lost the session. */
  #resume(link: Link, session: SessionFate): void {
    if (session === "lost") this.#outlet.inbound.forget();
    if (session !== "kept") this.#outlet.requests?.session_lost();
    const released = this.#outlet.outbound.resume(session !== "lost", link.accepted.limits.window);
    // Before all messages, also those of an earlier process: one for each packet id at most, with places below 0.
    for (const mid of released.reverse())
      link.outgoing.insert_after(null, outgoing(-65_536, pubrel_packet(mid)));
  }

  // ---- small print ---------------------------------------------------------------------------------------------

  /** Settles what cannot outlive a link. */
  #settle_lost(): void {
    this.#outlet.inbound.link_lost();
    this.#outlet.requests?.link_lost(this.#settings.resubscribe);
    if (this.#settings.queue_qos0) return;
    for (const message of this.#outlet.outbound.take_qos0()) {
      const text = `message ${message.mid} to "${message.topic}" was not sent: the connection was lost`;
      this.#outlet.abandoned(message, new MQTTException(text, { code: "ERR_MQTT_CONNECTION_LOST" }));
    }
  }

  /** QoS 0 messages that were written already, and that the transport has not taken. */
  #lose_leaving(): void {
    const { link } = this.#connection;
    const lost = link === null ? null : lost_with(link);
    if (lost === null) return;
    this.#outlet.dropped += lost.tickets.length;
    this.#outlet.tell(lost);
  }

  /** Nobody will answer the broker that wanted another CONNECT. */
  #drop_unheard(): void {
    if (this.#connection.forget_unheard()) this.#settle_lost();
  }

  /** Whether a message would stand in the queue rather than leave with the next work. */
  #must_wait(qos: 0 | 1 | 2): boolean {
    const acceptance = this.#connection.link?.acceptance;
    if (acceptance == null) return true;
    const { in_flight, queue } = this.#outlet.outbound;
    return qos !== 0 && in_flight + queue.length - queue.qos0_length >= acceptance.limits.window;
  }
}
