// Decides what an MQTT client does when: the verbs of the protocol, over the parts beside it. Sans-I/O: facts and
// wishes come in with the time, work and events are drained. Methods change state only; nothing here can wait or throw
// for what came from the wire.

import { encode } from "../codec/encoder.ts";
import type {
  ConnackPacket,
  DisconnectPacket,
  Packet,
  SubscribePacket,
  Subscription,
  UnsubscribePacket,
} from "../codec/packets.ts";
import { MQTTErrorCode } from "../model/enums.ts";
import {
  type MalformedPacket,
  MQTTException,
  ProtocolError,
  TimeoutError,
  ValueError,
} from "../model/errors.ts";
import { PacketTypes } from "../model/packettypes.ts";
import { Exchange, pubrel_packet } from "./exchange.ts";
import { type Acquaintance, connect_packet, judge_connack } from "./handshake.ts";
import { type Delivery, Inbound } from "./inbound.ts";
import { Keepalive } from "./keepalive.ts";
import { limits_of, unavailable } from "./limits.ts";
import { type Acceptance, Link, type Outgoing, type Reading, reading_of } from "./link.ts";
import { dropped_error, Outbound } from "./outbound.ts";
import type { OutboundMessage, Publication } from "./outbound_message.ts";
import { type CloseCause, close_cause, type SessionEvent, type Work } from "./outputs.ts";
import { PacketIds } from "./packet_ids.ts";
import { next_phase, type Phase, type PhaseEvent } from "./phase.ts";
import { publish_packet, refusal } from "./publish_packet.ts";
import { Requests } from "./requests.ts";
import type { SessionSettings } from "./settings.ts";
import { OutboundAliases } from "./topic_alias.ts";

/** How much is encoded for one `take_work`, so that a slow link finds the rest still in the queue. */
const WORK_BYTES = 256 * 1024;
/** How long a broker may take to end the connection after our DISCONNECT, at least. */
const FAREWELL_MS = 10_000;
/** How long CONNACK is awaited when there is no keepalive to go by. */
const CONNACK_MS = 60_000;

const { MQTT_ERR_SUCCESS, MQTT_ERR_NO_CONN, MQTT_ERR_QUEUE_SIZE } = MQTTErrorCode;

/** What `publish` answers: `message` is null when it was not accepted. */
export interface PublishAnswer {
  readonly rc: MQTTErrorCode;
  readonly message: OutboundMessage | null;
}

/** What `subscribe` and `unsubscribe` answer: `mid` is null when nothing was asked. */
export interface RequestAnswer {
  readonly rc: MQTTErrorCode;
  readonly mid: number | null;
}

export class Session {
  /** Reports each packet that comes and goes as a `trace` event. */
  tracing = false;

  #settings: SessionSettings;
  #known: Acquaintance;
  #phase: Phase = "idle";
  #link: Link | null = null;
  readonly #ids = new PacketIds();
  readonly #outbound = new Outbound(this.#ids);
  readonly #inbound = new Inbound();
  readonly #requests = new Requests(this.#ids);
  readonly #exchange = new Exchange({
    outbound: this.#outbound,
    inbound: this.#inbound,
    requests: this.#requests,
    send: (packet) => this.#send(packet),
    tell: (event) => this.#tell(event),
  });
  /** What the user's topic aliases stand for, whichever link they will travel on. */
  readonly #alias_topics = new Map<number, string>();
  #seq = 0;
  #dropped = 0;
  #events: SessionEvent[] = [];

  constructor(settings: SessionSettings) {
    this.#settings = settings;
    this.#known = { version: settings.version, client_id: settings.client_id, accepted_before: false };
  }

  get phase(): Phase {
    return this.#phase;
  }

  /** The version in use: the configured one, or 3 after a broker refused 3.1.1. */
  get version(): 3 | 4 | 5 {
    return this.#known.version;
  }

  /** The client id in use: the configured one, or the one that the broker assigned. */
  get client_id(): string {
    return this.#known.client_id;
  }

  /** Counts for `stats()`. */
  get counts(): { queued: number; in_flight: number; bytes: number; dropped: number } {
    const { queue, in_flight, bytes } = this.#outbound;
    return { queued: queue.length, in_flight, bytes, dropped: this.#dropped };
  }

  /** Whether a link is up or being opened that still has something to do for the user. */
  get owes(): boolean {
    const link = this.#link;
    if (link === null) return false;
    if (this.#phase !== "connected") return true;
    return link.outgoing.length > 0 || this.#requests.pending > 0 || this.#outbound.unsettled > 0;
  }

  /** Whether `take_work` would give anything. */
  get wants_write(): boolean {
    const link = this.#link;
    if (link === null) return false;
    if (link.urgent.length > 0 || link.ending?.told === false) return true;
    if (link.ending !== null || link.acceptance === null) return false;
    return link.outgoing.length > 0 || this.#outbound.next(link.acceptance.limits.window) !== null;
  }

  /** New settings. They count from the next link on; the limits of the queue at once. */
  configure(settings: SessionSettings): void {
    if (settings.version !== this.#settings.version) this.#known.version = settings.version;
    if (settings.client_id !== this.#settings.client_id) this.#known.client_id = settings.client_id;
    this.#settings = settings;
  }

  /** The user begins anew, maybe with another broker: clean start counts again, no subscription is restored. */
  begin_anew(): void {
    this.#known = { ...this.#known, client_id: this.#settings.client_id, accepted_before: false };
    this.#requests.forget();
  }

  // ---- facts about the link ------------------------------------------------------------------------------------

  /** A link is being opened: wishes wait for it from now on. */
  dial(): void {
    this.#move("dial");
    this.#link = new Link();
  }

  /** The link is up: CONNECT leaves. */
  open(now: number): void {
    this.#move("open");
    const link = this.#live_link();
    const { keepalive } = this.#settings;
    link.reading = reading_of(this.#settings, this.#known.version);
    link.urgent.push(connect_packet(this.#settings, this.#known));
    link.deadline = now + (keepalive > 0 ? keepalive * 1000 : CONNACK_MS);
  }

  receive(bytes: Uint8Array, now: number): void {
    const link = this.#link;
    const reading = link?.reading ?? null;
    if (link === null || reading === null) return;
    link.acceptance?.keepalive.received(now);
    for (const packet of reading.decoder.push(bytes)) {
      if (this.#phase === "closing") return;
      if (this.tracing) this.#tell({ type: "trace", mark: "<", packet });
      const error = this.#on_packet(packet, link, reading, now);
      if (error !== null) this.#fail(error, link);
    }
    if (reading.decoder.error !== null && this.#phase !== "closing") this.#fail(reading.decoder.error, link);
  }

  /** The peer counts as alive at this moment, although nothing of it was read: the shell does not read at present. */
  heard(now: number): void {
    this.#link?.acceptance?.keepalive.received(now);
  }

  /** The link is gone, or could not be opened. `error`: what the transport says, if anything. */
  closed(error: Error | null): void {
    const link = this.#link;
    if (link === null) return;
    const left = this.#phase === "disconnecting" || link.farewell !== null;
    const rc = left ? MQTT_ERR_SUCCESS : MQTTErrorCode.MQTT_ERR_CONN_LOST;
    this.#drop_link();
    this.#tell({
      type: "closed",
      opened: link.reading !== null,
      cause: link.cause ?? close_cause(rc, { error }),
    });
  }

  /** As `closed`, when the user opens another link instead: nobody is told. */
  replaced(): void {
    if (this.#link !== null) this.#drop_link();
  }

  tick(now: number): void {
    const link = this.#link;
    if (link !== null && link.ending === null) this.#watch(link, now);
    for (const message of this.#outbound.take_expired(now)) {
      this.#abandon(message, dropped_error(message, "its Message Expiry Interval has passed"));
    }
  }

  /** The moment at which `tick` is worth calling; null when never. */
  next_timeout(): number | null {
    const link = this.#link;
    let at = this.#outbound.queue.next_expiry;
    if (link !== null && link.ending === null) {
      at = Math.min(at, link.deadline, link.acceptance?.keepalive.next_timeout() ?? Number.POSITIVE_INFINITY);
    }
    return at === Number.POSITIVE_INFINITY ? null : at;
  }

  // ---- wishes --------------------------------------------------------------------------------------------------

  /**
   * Takes a message in. QoS 1 and 2 are kept in any case and sent when there is a link (`rc` NO_CONN says that there
   * is none now); QoS 0 without a link is dropped. Throws `ValueError` for a topic alias that names no topic.
   */
  publish(publication: Publication, now: number): PublishAnswer {
    const alias = publication.properties?.TopicAlias ?? 0;
    const topic = this.#resolve_alias(publication.topic, alias);
    const offline = this.#link === null || this.#phase === "disconnecting" || this.#phase === "closing";
    const { queue_qos0 } = this.#settings;
    if (offline && publication.qos === 0 && !queue_qos0) return { rc: MQTT_ERR_NO_CONN, message: null };

    const expiry = publication.properties?.MessageExpiryInterval;
    const place = {
      seq: this.#next_seq(),
      alias,
      expires_at: expiry === undefined ? Number.POSITIVE_INFINITY : now + expiry * 1000,
    };
    const dropped: OutboundMessage[] = [];
    const message = this.#outbound.accept(
      { ...publication, topic },
      place,
      this.#settings,
      this.#must_wait(),
      dropped,
    );
    for (const victim of dropped)
      this.#abandon(victim, dropped_error(victim, "a newer one needed its place"));
    if (message === null) {
      this.#dropped += 1;
      return { rc: MQTT_ERR_QUEUE_SIZE, message: null };
    }
    return { rc: offline ? MQTT_ERR_NO_CONN : MQTT_ERR_SUCCESS, message };
  }

  /** Asks for filters. NO_CONN without a link, NOT_SUPPORTED for what this broker has said it cannot do. */
  subscribe(subscriptions: Subscription[], properties: SubscribePacket["properties"]): RequestAnswer {
    const limits = this.#link?.acceptance?.limits;
    const lacking = limits === undefined ? null : unavailable(subscriptions, properties, limits);
    if (lacking !== null) {
      this.#tell({ type: "notice", text: lacking });
      return { rc: MQTTErrorCode.MQTT_ERR_NOT_SUPPORTED, mid: null };
    }
    return this.#request((mid) => ({ type: PacketTypes.SUBSCRIBE, mid, subscriptions, properties }));
  }

  /** Gives filters up. NO_CONN without a link. */
  unsubscribe(filters: string[], properties: UnsubscribePacket["properties"]): RequestAnswer {
    return this.#request((mid) => ({ type: PacketTypes.UNSUBSCRIBE, mid, filters, properties }));
  }

  /** Asks again for what the user has not asked for himself on this link; called after his `on_connect`. */
  restore_subscriptions(): void {
    const acceptance = this.#link?.acceptance;
    if (this.#phase !== "connected" || acceptance == null || !this.#settings.resubscribe) return;
    for (const packet of this.#requests.restore(acceptance.session_present)) this.#send(packet);
  }

  /**
   * The user has finished with a message: PUBACK or PUBREC is due. False when none is: unknown, done already, or (with
   * `delivery`) a message of an earlier link.
   */
  ack(mid: number, delivery: Delivery | null = null): boolean {
    const finished = this.#inbound.finish(mid, delivery);
    if (finished === null) return false;
    if (finished.qos === 1) this.#send({ type: PacketTypes.PUBACK, mid, reason_code: 0, properties: null });
    else this.#send({ type: PacketTypes.PUBREC, mid, reason_code: 0, properties: null });
    return true;
  }

  /** Says goodbye: what was handed over leaves first. NO_CONN without a link. */
  disconnect(reason_code: number, properties: DisconnectPacket["properties"], now: number): MQTTErrorCode {
    const link = this.#link;
    if (link === null || this.#phase === "closing") return MQTT_ERR_NO_CONN;
    if (this.#phase === "disconnecting" || link.farewell !== null) return MQTT_ERR_SUCCESS;
    const packet: DisconnectPacket = { type: PacketTypes.DISCONNECT, reason_code, properties };
    if (this.#phase === "connected") {
      this.#take_leave(packet, link, now);
    } else if (link.outgoing.length > 0 || this.#outbound.queue.length > 0) {
      link.farewell = packet;
    } else if (this.#phase === "connecting") {
      link.urgent.push(packet);
      this.#move("disconnect");
      link.ending = { flush: true, told: false };
      link.deadline = now + FAREWELL_MS;
    } else {
      this.#give_up(link, close_cause(MQTT_ERR_SUCCESS), false);
    }
    return MQTT_ERR_SUCCESS;
  }

  // ---- drains --------------------------------------------------------------------------------------------------

  /**
   * The work that is due, to be performed in order. A shell whose link is congested leaves it here: messages wait in
   * the queue, not encoded, until they are taken.
   */
  take_work(now: number): Work[] {
    const link = this.#link;
    if (link === null) return [];
    const work: Work[] = [];
    for (const packet of link.urgent.splice(0)) this.#emit(packet, work, link, now);
    if (this.#phase === "connected" || this.#phase === "disconnecting") this.#take_in_order(link, work, now);
    if (link.ending !== null && !link.ending.told) {
      link.ending.told = true;
      work.push({ type: "close", flush: link.ending.flush });
    }
    return work;
  }

  take_events(): SessionEvent[] {
    const events = this.#events;
    if (events.length > 0) this.#events = [];
    return events;
  }

  // ---- packets that came ---------------------------------------------------------------------------------------

  #on_packet(packet: Packet, link: Link, reading: Reading, now: number): ProtocolError | null {
    if (packet.type === PacketTypes.CONNACK) return this.#on_connack(packet, link, now);
    if (link.acceptance === null) {
      // [MQTT-3.2.0-1]
      return new ProtocolError(
        `the broker sent ${PacketTypes.Names[packet.type].toUpperCase()} before CONNACK`,
      );
    }
    if (packet.type === PacketTypes.PINGRESP) link.acceptance.keepalive.pong();
    if (packet.type === PacketTypes.DISCONNECT) {
      this.#give_up(link, close_cause(MQTTErrorCode.MQTT_ERR_CONN_LOST, { packet }), false);
      return null;
    }
    return this.#exchange.on_packet(packet, reading);
  }

  #on_connack(packet: ConnackPacket, link: Link, now: number): ProtocolError | null {
    if (link.acceptance !== null) return new ProtocolError("the broker sent a second CONNACK");
    if (this.#phase !== "connecting") return null;
    const verdict = judge_connack(packet, this.#settings, this.#known);
    switch (verdict.type) {
      case "violation":
        return verdict.error;
      case "retry":
        this.#known = { ...this.#known, ...verdict.with };
        this.#tell({ type: "notice", text: verdict.text });
        this.#give_up(link, close_cause(MQTT_ERR_SUCCESS, { retry: true }), false);
        return null;
      case "refused":
        this.#tell({ type: "connack", packet, session_present: false });
        this.#give_up(link, close_cause(verdict.rc), false);
        return null;
      case "accepted":
        this.#accepted(packet, link, verdict.session_present, now);
        return null;
    }
  }

  #accepted(packet: ConnackPacket, link: Link, session_present: boolean, now: number): void {
    this.#move("accept");
    const limits = limits_of(packet, this.#settings);
    link.acceptance = {
      limits,
      session_present,
      aliases: new OutboundAliases(limits.topic_alias_maximum),
      keepalive: new Keepalive(limits.keepalive_ms, now),
    };
    link.deadline = Number.POSITIVE_INFINITY;
    this.#known.accepted_before = true;
    // [MQTT-3.2.2-16]: the session is known to the broker by this id from now on.
    this.#known.client_id = packet.properties?.AssignedClientIdentifier ?? this.#known.client_id;
    if (!session_present) this.#inbound.forget();
    const released = this.#outbound.resume(session_present);
    link.outgoing.unshift(...released.map((mid) => ({ seq: 0, packet: pubrel_packet(mid) })));
    this.#tell({ type: "connack", packet, session_present });
    if (link.farewell !== null) this.#take_leave(link.farewell, link, now);
  }

  // ---- packets that go -----------------------------------------------------------------------------------------

  #send(packet: Outgoing["packet"]): void {
    if (this.#link === null || this.#phase === "closing") return;
    this.#link.outgoing.push({ seq: this.#next_seq(), packet });
  }

  /** Messages and other packets leave in the order in which they were asked for, as far as the window allows. */
  #take_in_order(link: Link, work: Work[], now: number): void {
    const { acceptance } = link;
    if (acceptance === null) return;
    let bytes = 0;
    while (bytes < WORK_BYTES && link.ending === null) {
      const message = this.#outbound.next(acceptance.limits.window);
      const entry = link.outgoing[0];
      if (message !== null && (entry === undefined || message.seq < entry.seq)) {
        bytes += this.#emit_message(message, acceptance, work, now);
      } else if (entry !== undefined) {
        link.outgoing.shift();
        bytes += this.#emit(entry.packet, work, link, now);
        if (entry.packet.type === PacketTypes.DISCONNECT) link.ending = { flush: true, told: false };
      } else {
        return;
      }
    }
  }

  #emit_message(message: OutboundMessage, accepted: Acceptance, work: Work[], now: number): number {
    const { aliases, limits, keepalive } = accepted;
    if (!message.sent && message.expires_at <= now) {
      this.#outbound.abandon(message);
      this.#abandon(message, dropped_error(message, "its Message Expiry Interval has passed"));
      return 0;
    }
    const packet = publish_packet(message, aliases, this.#known.version, now);
    const bytes = encode(packet, this.#known.version);
    const refused = refusal(message, bytes.length, limits);
    if (refused !== null) {
      this.#outbound.abandon(message);
      this.#abandon(message, refused);
      return 0;
    }
    this.#outbound.left(message);
    if (packet.properties?.TopicAlias !== undefined) aliases.announced(message.alias, message.topic);
    keepalive.sent(now);
    work.push({ type: "send", bytes });
    if (this.tracing) this.#tell({ type: "trace", mark: ">", packet });
    if (message.qos === 0) this.#tell({ type: "published", message, packet: null });
    return bytes.length;
  }

  #emit(packet: Packet, work: Work[], link: Link, now: number): number {
    const bytes = encode(packet, this.#known.version);
    link.acceptance?.keepalive.sent(now);
    work.push({ type: "send", bytes });
    if (this.tracing) this.#tell({ type: "trace", mark: ">", packet });
    return bytes.length;
  }

  #request(make: (mid: number) => SubscribePacket | UnsubscribePacket): RequestAnswer {
    if (this.#link === null || this.#phase === "disconnecting" || this.#phase === "closing") {
      return { rc: MQTT_ERR_NO_CONN, mid: null };
    }
    const mid = this.#ids.take();
    if (mid === 0) return { rc: MQTT_ERR_QUEUE_SIZE, mid: null };
    const packet = make(mid);
    this.#requests.add(packet);
    this.#send(packet);
    return { rc: MQTT_ERR_SUCCESS, mid };
  }

  // ---- the end of a link ---------------------------------------------------------------------------------------

  #watch(link: Link, now: number): void {
    if (now >= link.deadline) {
      this.#give_up(link, this.#overdue(), false);
      return;
    }
    if (this.#phase !== "connected" || link.acceptance === null) return;
    const due = link.acceptance.keepalive.check(now);
    if (due === "ping") this.#send({ type: PacketTypes.PINGREQ });
    if (due === "dead") {
      const error = new TimeoutError("the broker was silent for one and a half times the keepalive");
      this.#give_up(link, close_cause(MQTTErrorCode.MQTT_ERR_KEEPALIVE, { error }), false);
    }
  }

  #overdue(): CloseCause {
    if (this.#phase === "disconnecting") return close_cause(MQTT_ERR_SUCCESS);
    const error = new TimeoutError("the broker accepted the connection but did not send CONNACK in time");
    return close_cause(MQTTErrorCode.MQTT_ERR_KEEPALIVE, { error });
  }

  #fail(error: MalformedPacket | ProtocolError, link: Link): void {
    const { reason_code } = error;
    // [MQTT-4.13.1-1]: on 5 the broker is told why; 3.x has no words for it [MQTT-4.8.0-1].
    if (this.#known.version === 5 && this.#phase === "connected") {
      link.urgent.push({ type: PacketTypes.DISCONNECT, reason_code, properties: null });
    }
    this.#give_up(link, close_cause(MQTTErrorCode.MQTT_ERR_PROTOCOL, { error }), true);
  }

  #give_up(link: Link, cause: CloseCause, flush: boolean): void {
    this.#move("give_up");
    link.cause = cause;
    link.ending = { flush, told: false };
  }

  #take_leave(packet: DisconnectPacket, link: Link, now: number): void {
    this.#move("disconnect");
    const keepalive_ms = link.acceptance?.limits.keepalive_ms ?? 0;
    link.deadline = now + Math.max(FAREWELL_MS, 1.5 * keepalive_ms);
    link.outgoing.push({ seq: this.#next_seq(), packet });
  }

  /** Ends the link's lifetime and settles what cannot outlive it. */
  #drop_link(): void {
    this.#link = null;
    this.#move("closed");
    this.#inbound.link_lost();
    this.#requests.link_lost(this.#settings.resubscribe);
    if (this.#settings.queue_qos0) return;
    for (const message of this.#outbound.take_qos0()) {
      const text = `message ${message.mid} to "${message.topic}" was not sent: the connection was lost`;
      this.#abandon(message, new MQTTException(text, { code: "ERR_MQTT_CONNECTION_LOST" }));
    }
  }

  #abandon(message: OutboundMessage, error: MQTTException): void {
    this.#dropped += 1;
    this.#tell({ type: "abandoned", message, error });
  }

  // ---- small print ---------------------------------------------------------------------------------------------

  #tell(event: SessionEvent): void {
    this.#events.push(event);
  }

  #move(event: PhaseEvent): void {
    this.#phase = next_phase(this.#phase, event);
  }

  #live_link(): Link {
    if (this.#link === null) throw new MQTTException("there is no link");
    return this.#link;
  }

  #next_seq(): number {
    this.#seq += 1;
    return this.#seq;
  }

  /** Whether a QoS 1 or 2 message would stand in the queue rather than leave with the next work. */
  #must_wait(): boolean {
    const acceptance = this.#link?.acceptance;
    if (acceptance == null) return true;
    return this.#outbound.in_flight + this.#outbound.queue.length >= acceptance.limits.window;
  }

  #resolve_alias(topic: string, alias: number): string {
    if (alias === 0) return topic;
    if (topic !== "") {
      this.#alias_topics.set(alias, topic);
      return topic;
    }
    const known = this.#alias_topics.get(alias);
    if (known === undefined) {
      throw new ValueError(
        `topic alias ${alias} stands for no topic yet: publish once with both topic and TopicAlias`,
        {
          code: "ERR_MQTT_TOPIC",
        },
      );
    }
    return known;
  }
}
