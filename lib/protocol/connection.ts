// Decides the life of one link after the other: its phase, how long it may stay in it, and how it ends. Knows nothing
// of messages and requests.

import type { ConnectPacket, DisconnectPacket } from "../codec/packets.ts";
import { MQTTErrorCode } from "../model/enums.ts";
import { type MalformedPacket, type ProtocolError, TimeoutError } from "../model/errors.ts";
import { PacketTypes } from "../model/packettypes.ts";
import { type Acceptance, Link, type Outgoing, type Reading } from "./link.ts";
import { type CloseCause, close_cause } from "./outputs.ts";
import { next_phase, type Phase, type PhaseEvent } from "./phase.ts";

/** How long nothing may leave after `disconnect()`, and how long the end may then take, at least. */
const FAREWELL_MS = 10_000;
/** How long CONNACK is awaited when there is no keepalive to go by. */
const CONNACK_MS = 60_000;

const { MQTT_ERR_SUCCESS, MQTT_ERR_CONN_LOST, MQTT_ERR_KEEPALIVE, MQTT_ERR_PROTOCOL } = MQTTErrorCode;

/** What is to be told of a link that has ended. */
export interface Ended {
  readonly opened: boolean;
  readonly cause: CloseCause;
}

export class Connection {
  #phase: Phase = "idle";
  #link: Link | null = null;
  /** A link whose broker wants another CONNECT: what was wished on it is the next one's. */
  #unheard: Link | null = null;

  get phase(): Phase {
    return this.#phase;
  }

  /** The present link; null in phase `idle`. */
  get link(): Link | null {
    return this.#link;
  }

  /** Whether the user has said goodbye to the present link. */
  get is_leaving(): boolean {
    return this.#phase === "disconnecting" || this.#link?.farewell != null;
  }

  /** Whether what is wished now leaves with the present link. */
  get takes_wishes(): boolean {
    return this.#link !== null && this.#phase !== "closing" && !this.is_leaving;
  }

  /** The moment at which `watch` is worth calling; Infinity when never. */
  get next_timeout(): number {
    const link = this.#link;
    if (link === null || this.#phase === "closing") return Number.POSITIVE_INFINITY;
    return this.#phase === "connected" ? link.accepted.keepalive.next_timeout() : link.deadline;
  }

  dial(): void {
    this.#move("dial");
    this.#link = new Link(this.#unheard);
    this.#unheard = null;
  }

  open(reading: Reading, connect: ConnectPacket, now: number): void {
    this.#move("open");
    const link = this.#link as Link;
    link.reading = reading;
    link.connect = connect;
    link.urgent.push(connect);
    link.deadline = now + (connect.keepalive > 0 ? connect.keepalive * 1000 : CONNACK_MS);
  }

  /** CONNACK 0 came. */
  accept(link: Link, acceptance: Acceptance): void {
    this.#move("accept");
    link.acceptance = acceptance;
    link.connect = null;
  }

  /** Acts on the time: a phase may be over, or the broker may have to be asked for a sign of life. */
  watch(now: number): void {
    const link = this.#link;
    if (link === null || this.#phase === "closing") return;
    if (this.#phase !== "connected") {
      if (now >= link.deadline) this.give_up(link, this.#overdue(), false);
      return;
    }
    const due = link.accepted.keepalive.check(now);
    if (due === "ping") this.#ping(link);
    if (due === "dead") {
      const error = new TimeoutError("the broker was silent for too long");
      this.give_up(link, close_cause(MQTT_ERR_KEEPALIVE, { error }), false);
    }
  }

  /** Asks the broker of a link that is up for a sign of life, in between. */
  probe(now: number, patience_ms: number): void {
    const link = this.#link as Link;
    link.accepted.keepalive.probe(now, patience_ms);
    this.#ping(link);
  }

  // ---- the end of a link ---------------------------------------------------------------------------------------

  /** The user has said goodbye: DISCONNECT leaves in its place behind what was handed over. */
  take_leave(link: Link, farewell: Outgoing, now: number): void {
    this.#move("disconnect");
    link.outgoing.push(farewell);
    this.#extend(link, now);
  }

  /** The same before CONNACK, when nothing was handed over: DISCONNECT follows CONNECT. */
  leave_at_once(link: Link, packet: DisconnectPacket, now: number): void {
    this.#move("disconnect");
    link.urgent.push(packet);
    link.ending = { flush: true, told: false };
    this.#extend(link, now);
  }

  /** DISCONNECT waits for messages that the broker takes too long to make room for: it waits no more. */
  hurry(link: Link, now: number): void {
    if (this.#phase !== "disconnecting" || now < link.deadline) return;
    link.drains = false;
    this.#extend(link, now);
  }

  /** Something has left: as long as it does, the broker listens, and a farewell may take its time. */
  moved(link: Link, now: number): void {
    if (this.#phase === "disconnecting") this.#extend(link, now);
  }

  /** The broker has broken a rule. */
  fail(link: Link, error: MalformedPacket | ProtocolError, { version }: Reading): void {
    const { reason_code } = error;
    // [MQTT-4.13.1-1]: on 5 the broker is told why; 3.x has no words for it [MQTT-4.8.0-1].
    if (version === 5 && this.#phase === "connected") {
      link.urgent.push({ type: PacketTypes.DISCONNECT, reason_code, properties: null });
    }
    this.give_up(link, close_cause(MQTT_ERR_PROTOCOL, { error }), true);
  }

  /** Nothing more is expected of the link; `flush`: what was sent may still leave. */
  give_up(link: Link, cause: CloseCause, flush: boolean): void {
    // As paho: whatever ends a link that the user is leaving, he has got what he wanted.
    link.cause = this.is_leaving ? { ...cause, rc: MQTT_ERR_SUCCESS } : cause;
    link.ending = { flush, told: false };
    this.#move("give_up");
  }

  /** The link is gone. Null when there was none. */
  closed(error: Error | null): Ended | null {
    const link = this.#link;
    if (link === null) return null;
    const rc = this.is_leaving ? MQTT_ERR_SUCCESS : MQTT_ERR_CONN_LOST;
    const cause = link.cause ?? close_cause(rc, { error });
    this.#link = null;
    this.#move("closed");
    if (cause.retry) this.#unheard = link;
    return { opened: link.reading !== null, cause };
  }

  /** The next link shall not have the wishes of one that was to be retried. Returns whether there was one. */
  forget_unheard(): boolean {
    const had_one = this.#unheard !== null;
    this.#unheard = null;
    return had_one;
  }

  /** It passes what is queued: behind that it would come too late to prove anything. */
  #ping(link: Link): void {
    link.urgent.push({ type: PacketTypes.PINGREQ });
  }

  #overdue(): CloseCause {
    if (this.#phase === "disconnecting") return close_cause(MQTT_ERR_SUCCESS);
    const error = new TimeoutError("the broker accepted the connection but did not send CONNACK in time");
    return close_cause(MQTT_ERR_KEEPALIVE, { error });
  }

  #extend(link: Link, now: number): void {
    link.deadline = now + Math.max(FAREWELL_MS, 1.5 * (link.acceptance?.limits.keepalive_ms ?? 0));
  }

  #move(event: PhaseEvent): void {
    this.#phase = next_phase(this.#phase, event);
  }
}
