// Decides when a link is opened, given up and opened again: paho's connection state over one pump. Loops say when, and
// nothing here knows of callbacks and their shapes.

import type { DisconnectPacket } from "../codec/packets.ts";
import { MQTTErrorCode } from "../model/enums.ts";
import { ValueError } from "../model/errors.ts";
import { Session } from "../protocol/session.ts";
import type { SessionSettings } from "../protocol/settings.ts";
import { Advice, type AdviceOwner } from "./advice.ts";
import { Attempts, type AttemptsOwner, type Caller } from "./attempts.ts";
import type { Clock } from "./clock.ts";
import { type ConnectionEvent, type ConnectionState, next_state } from "./connection_state.ts";
import { Delivery, type DeliveryOwner } from "./delivery.ts";
import { waiting } from "./interrupts.ts";
import type { Keeper } from "./keeper.ts";
import { closed_error, loop_code, lost_error } from "./link_end.ts";
import { Loops, type LoopsOwner } from "./loops.ts";
import { type Ending, type Unfinished, watch_process_end } from "./process_end.ts";
import { Pump, type PumpEvent, type PumpOwner } from "./pump.ts";
import type { Backoff } from "./reconnect.ts";
import { Vigil, type VigilOwner } from "./vigil.ts";
import { on_wake } from "./wake.ts";

const { MQTT_ERR_SUCCESS, MQTT_ERR_NO_CONN } = MQTTErrorCode;

/** How long a broker that is asked whether it is there may take. */
const PROBE_MS = 5000;
/** A timer that is late by less says nothing about the program. */
const MIN_LAG_MS = 500;

type MessageEvent = Extract<PumpEvent, { type: "message" }>;
type ClosedEvent = Extract<PumpEvent, { type: "closed" }>;
type ConnackEvent = Extract<PumpEvent, { type: "connack" }>;

/** What the user hears: the pump's events, and an attempt of a loop that did not reach the broker. */
export type EngineEvent = PumpEvent | { readonly type: "connect_fail"; readonly error: Error };

/** The end of messages. */
export type SettledEvent = Extract<PumpEvent, { type: "published" | "abandoned" | "left" | "lost" }>;

export interface EngineOwner extends AttemptsOwner, AdviceOwner {
  /** As they are at this moment, whoever greets the broker. */
  settings(): SessionSettings;
  /** The user's callbacks. For a message and for CONNACK a promise is awaited. Never throws or rejects. */
  deliver(event: EngineEvent): void | Promise<void>;
  /** A message has reached its end, whether or not a loop runs. */
  settle(event: SettledEvent): void;
  /** Nobody works for the messages in flight any more; they stay in the outbox. */
  give_up_waiting(error: Error): void;
  readonly manual_ack: boolean;
  /** See {@link Delivery}. */
  readonly in_turn: boolean;
  readonly reconnect_on_failure: boolean;
  writes_by_hand(): boolean;
  /** Whether anybody reads the log. */
  is_watched(): boolean;
  log(event: Extract<PumpEvent, { type: "trace" | "notice" }>): void;
}

export class Engine implements PumpOwner, DeliveryOwner, VigilOwner, LoopsOwner, Ending {
  readonly session: Session;
  readonly loops = new Loops(this);
  readonly #clock: Clock;
  readonly #owner: EngineOwner;
  readonly #pump: Pump;
  readonly #delivery: Delivery;
  readonly #attempts: Attempts;
  /** Null until there is any to give. */
  #advice: Advice | null = null;
  readonly #vigil: Vigil;
  #state: ConnectionState = "new";
  #leave_wake: (() => void) | null = null;
  #touched_at = 0;
  /** What `connect()` has promised last; null once that is kept. */
  #promise: Promise<MQTTErrorCode> | null = null;

  /** @param keeper writes down what must outlive the process. */
  constructor(owner: EngineOwner, clock: Clock, keeper: Keeper | null = null) {
    this.#owner = owner;
    this.#clock = clock;
    this.session = new Session(owner.settings(), keeper?.state);
    this.#pump = new Pump(this.session, clock, this, keeper);
    keeper?.attach(this.session, this.#pump);
    this.#attempts = new Attempts(owner, this.#pump, clock);
    this.#vigil = new Vigil(clock, this);
    this.#delivery = new Delivery(this);
  }

  /** The waits before the next attempts. */
  get backoff(): Backoff {
    return this.#attempts.backoff;
  }

  get state(): ConnectionState {
    return this.#state;
  }

  get now(): number {
    return this.#clock.now();
  }

  /** When bytes came last. */
  get received_at(): number {
    return this.#pump.received_at;
  }

  /** What `client.socket()` gives; null without a link that is up. */
  get socket(): unknown {
    return this.#pump.socket;
  }

  /** How often a link was opened after the first. */
  get reconnects(): number {
    return Math.max(0, this.#attempts.opened - 1);
  }

  /** Whether the process stays alive for what goes on here. */
  get is_held(): boolean {
    return this.#vigil.is_held;
  }

  /** Whether the transport takes nothing more at present. */
  get is_congested(): boolean {
    return this.#pump.is_congested;
  }

  /** Whether there is no link, and nobody is about to open one. */
  get has_given_up(): boolean {
    if (this.session.phase !== "idle" || this.#attempts.is_awaited || this.#attempts.is_scheduled)
      return false;
    if (this.#state === "disconnected") return true;
    const was_lost = this.#state === "lost" || this.#state === "connecting" || this.#state === "connected";
    return was_lost && !(this.loops.is_driven && this.#owner.reconnect_on_failure);
  }

  /** Something was, or is about to be, asked of the session. */
  touch(): void {
    if (this.#pump.touch()) {
      if (this.session.is_full && !this.#owner.writes_by_hand()) this.#pump.write();
      return;
    }
    this.session.tracing = this.#owner.is_watched();
    this.#touched_at = this.now;
  }

  /** When the present turn of the event loop began to ask something. */
  get touched_at(): number {
    return this.#touched_at;
  }

  /** One more, or one less, waits for a message: the process must not end meanwhile. */
  hold_for_waiter(change: 1 | -1): void {
    this.#vigil.wait(change);
  }

  /** Resolves when nothing is queued or in flight, when no link could change that, or after `timeout_ms`. */
  settled(timeout_ms: number): Promise<void> {
    return this.#vigil.until(() => !this.#is_busy(), timeout_ms);
  }

  /** Resolves when the queue has room, or when nobody works at making any. */
  has_room(): Promise<void> {
    return this.#vigil.until(
      () => this.session.has_room || this.has_given_up || this.is_unasked,
      Number.POSITIVE_INFINITY,
    );
  }

  /** Resolves when there is no link any more. */
  gone(): Promise<void> {
    return this.#vigil.until(() => this.session.phase === "idle", Number.POSITIVE_INFINITY);
  }

  /** Whether nobody opens a link because nobody was asked to: there was no `connect()`, or no loop after `connect_async()`. */
  get is_unasked(): boolean {
    return this.#state === "new" || (this.#state === "connect_async" && !this.loops.is_driven);
  }

  /** Drops everything; the engine is not used again. */
  destroy(): void {
    this.#attempts.call_off();
    this.#pump.replace();
    this.#finish(MQTT_ERR_NO_CONN);
    this.#vigil.end();
    // The end of the socket is still to be told.
    this.#pump.touch();
  }

  // ---- opening and closing -------------------------------------------------------------------------------------

  /** Remembers that a loop shall connect. */
  connect_async(): void {
    this.#prepare();
    this.#move("prepare");
    if (this.loops.mode !== "stopped") this.#begin_attempt();
  }

  /** Opens a link at once; resolves when CONNECT is on the wire, rejects when there is no way to the broker. */
  connect(): Promise<MQTTErrorCode> {
    this.#prepare();
    return this.#promised_attempt();
  }

  /** As `connect`, to where the client was before, restoring what it had subscribed. */
  reconnect(): Promise<MQTTErrorCode> {
    const attempt = this.#promised_attempt();
    // A loop that runs tries again anyway: nobody has to look at the result.
    if (this.loops.is_driven) attempt.catch(() => {});
    return attempt;
  }

  disconnect(
    reason_code: number,
    properties: DisconnectPacket["properties"],
    drains: boolean,
  ): MQTTErrorCode {
    this.#attempts.unschedule();
    const rc = this.session.disconnect(reason_code, properties, this.now, drains);
    this.#move("disconnect");
    if (rc === MQTT_ERR_NO_CONN) {
      this.#move("gone");
      this.#owner.give_up_waiting(closed_error());
      queueMicrotask(() => {
        if (this.#state === "disconnected") this.#finish(MQTT_ERR_SUCCESS);
      });
    }
    this.#pump.touch();
    return rc;
  }

  // ---- the loops -----------------------------------------------------------------------------------------------

  loop_forever(options: { retry_first_connection: boolean; stop_on_error: boolean }): Promise<MQTTErrorCode> {
    if (this.#state === "new")
      throw new ValueError("call connect() or connect_async() before loop_forever()");
    if (this.#state === "disconnected" && this.loops.mode !== "forever")
      return Promise.resolve(MQTT_ERR_SUCCESS);
    return this.loops.run_forever(options);
  }

  /** Waits at most `timeout_ms` for something to happen, and lets it happen. */
  async loop(timeout_ms: number): Promise<MQTTErrorCode> {
    if (this.#has_nothing_to_do) return MQTT_ERR_NO_CONN;
    return this.loops.step(timeout_ms, this.#clock, this.#delivery);
  }

  loop_read(): MQTTErrorCode {
    return this.#by_hand(() => this.#pump.poll());
  }

  loop_write(): MQTTErrorCode {
    if (this.session.phase === "idle") return MQTT_ERR_NO_CONN;
    // Writing opens no gate: what has come is told by the other two.
    this.loops.count_as_driven();
    this.#pump.write();
    this.#pump.tell();
    this.#pump.touch();
    return MQTT_ERR_SUCCESS;
  }

  loop_misc(): MQTTErrorCode {
    return this.#by_hand(() => {
      this.#pump.tick();
      this.#pump.round();
    });
  }

  get #has_nothing_to_do(): boolean {
    return this.session.phase === "idle" && !this.#delivery.has_held;
  }

  #by_hand(act: () => void): MQTTErrorCode {
    if (this.#has_nothing_to_do) return MQTT_ERR_NO_CONN;
    const rc = this.loops.step_by_hand(() => {
      act();
      this.#pump.tell();
      this.#delivery.drain();
    });
    // What the callbacks asked for leaves now, unless the application writes itself.
    this.#pump.touch();
    return rc;
  }

  /** Of the loops: one has begun. */
  on_loop(): void {
    this.#watch_world();
    this.#vigil.update();
    // At once, so that what is published next waits for this connection.
    if (this.#state === "connect_async") this.#begin_attempt();
    queueMicrotask(() => {
      if (this.loops.mode === "stopped") return;
      this.#delivery.drain();
      if (this.session.phase === "idle" && !this.#attempts.is_awaited && this.#wants_link()) this.#retry();
    });
  }

  /** Of the loops: none runs any more. */
  on_no_loop(): void {
    this.#watch_world();
    this.#attempts.unschedule();
    this.#vigil.update();
  }

  /** Of the loops. */
  on_step(): void {
    this.#vigil.update();
  }

  #wants_link(): boolean {
    return !this.#attempts.is_scheduled && (this.#state === "connecting" || this.#state === "lost");
  }

  /** The loop ends: messages that came before are handled first. */
  #finish(rc: MQTTErrorCode): void {
    const resolve = this.loops.end();
    if (resolve === null) return;
    this.hold_for_waiter(1);
    this.#delivery.when_idle(() => {
      this.hold_for_waiter(-1);
      resolve(rc);
    });
  }

  /** Looks at once whether the broker is there: by a ping on the link there is, else by an attempt that need not wait. */
  check(): void {
    if (this.#attempts.is_scheduled) {
      this.#attempts.unschedule();
      this.#begin_attempt();
    }
    this.session.probe(this.now, PROBE_MS);
    this.#pump.touch();
  }

  /** Listens, while there is something to do or to say, to the end of the program and to its awakenings. */
  #watch_world(): void {
    const has_link = this.session.phase !== "idle";
    // A program that wants something of the broker and does not wait for it is over with its last line.
    const may_end = this.loops.mode === "started" || (has_link && !this.loops.was_driven);
    watch_process_end(this, may_end);
    if (has_link || this.loops.is_driven) this.#leave_wake ??= on_wake(() => this.check());
    else {
      this.#leave_wake?.();
      this.#leave_wake = null;
    }
  }

  /** Of the end of the process: what this client leaves behind then. */
  unfinished(): Unfinished {
    return {
      is_subscribed: this.session.is_subscribed,
      loop_runs: this.loops.mode === "started",
      is_connecting: this.#state === "connecting" || this.#state === "connect_async",
    };
  }

  /** Tells the user. */
  warn(text: string): void {
    this.#owner.warn(text);
  }

  // ---- attempts ------------------------------------------------------------------------------------------------

  /** The user names a broker: whatever was before is dropped without a word. */
  #prepare(): void {
    this.#attempts.begin_anew();
    this.#pump.replace();
    this.session.begin_anew();
    this.loops.begin_anew();
  }

  #promised_attempt(): Promise<MQTTErrorCode> {
    this.#promise = waiting((resolve, reject) => {
      this.#begin_attempt({ resolve, reject });
      return () => this.disconnect(0, null, false);
    });
    return this.#promise;
  }

  #begin_attempt(caller: Caller | null = null): void {
    this.#attempts.begin(caller);
    this.#delivery.forget_link();
    this.#move("attempt");
    this.#watch_world();
    this.#vigil.update();
  }

  #retry(): void {
    this.#attempts.schedule(() => this.#begin_attempt());
  }

  // ---- events --------------------------------------------------------------------------------------------------

  /** Of the pump. */
  on_events(events: PumpEvent[]): void {
    const news: PumpEvent[] = [];
    for (const event of events) {
      switch (event.type) {
        case "trace":
        case "notice":
          this.#owner.log(event);
          break;
        case "published":
        case "abandoned":
          this.#owner.settle(event);
          news.push(event);
          break;
        case "left":
          this.#owner.settle(event);
          if (this.#owner.hears("publish")) news.push(event);
          break;
        case "lost":
          this.#owner.settle(event);
          break;
        case "connack":
          this.#attempts.answered(event.packet.reason_code === 0);
          news.push(event);
          break;
        case "closed":
          if (event.cause.retry) this.#begin_again();
          else this.#note_end(this.#attempts.explained(event), news);
          break;
        case "socket_open":
          this.#attempts.has_opened();
          this.#promise = null;
          news.push(event);
          break;
        default:
          news.push(event);
      }
    }
    if (news.length === 0) return;
    this.#delivery.push(news);
    this.loops.wake();
  }

  /** Of the pump: bytes came. */
  on_bytes(): void {
    // The user may have begun to read the log since the last turn.
    this.session.tracing = this.#owner.is_watched();
  }

  /** Of the pump: a round is over. */
  on_round(): void {
    this.on_bytes();
    this.#vigil.look();
  }

  /** Of the pump. */
  writes_by_hand(): boolean {
    return this.#owner.writes_by_hand();
  }

  /** Of the delivery: whether a loop runs. */
  is_open(): boolean {
    return this.loops.is_driven;
  }

  /** Of the delivery: whether a message waits for the handler of the one before. */
  get in_turn(): boolean {
    return this.#owner.in_turn;
  }

  /** Of the delivery: the user has finished with a message. */
  finished({ packet, delivery }: MessageEvent): void {
    if (delivery === null) return;
    if (!this.#owner.manual_ack) this.session.ack(packet.mid, delivery);
    this.#pump.touch();
  }

  pause_reading(): void {
    this.#pump.pause();
  }

  resume_reading(): void {
    this.#pump.resume();
  }

  /** The session wants another link for the same purpose: a goodbye said to the first holds for the second. */
  #begin_again(): void {
    const leaving = this.#state === "disconnecting";
    this.#begin_attempt();
    if (leaving) this.#move("disconnect");
  }

  #note_end(event: ClosedEvent, news: PumpEvent[]): void {
    news.push(event);
    // Otherwise an earlier link has ended, and the attempt under way is another one.
    const is_current = this.session.phase === "idle";
    if (is_current && !this.#is_leaving) {
      this.#advise(event);
      this.#attempts.has_failed(event);
      if (this.#attempts.is_awaited && this.#owner.round.goes_on) {
        this.#begin_attempt(this.#attempts.take_caller());
        return;
      }
    }
    if (is_current) this.#attempts.tell_end(event);
    this.#watch_world();
    // Without a loop nothing opens a link again, and the event may never be told.
    if (!this.loops.is_driven && !this.#is_leaving)
      this.#owner.give_up_waiting(lost_error(event.cause.error));
  }

  #advise({ opened, cause }: ClosedEvent): void {
    const { is_driven, was_driven } = this.loops;
    const { client_id } = this.session;
    const end = { error: cause.error, opened, explained: cause.packet !== null, is_driven, was_driven };
    this.#advisor.ended({ ...end, accepted_at: this.#attempts.accepted_at, client_id }, this.now);
  }

  /** Of the delivery: calls the user. */
  deliver(event: PumpEvent): void | Promise<void> {
    switch (event.type) {
      case "connack":
        return this.#deliver_connack(event);
      case "closed":
        return this.#deliver_closed(event);
      default:
        return this.#owner.deliver(event);
    }
  }

  #deliver_connack(event: ConnackEvent): void {
    const accepted = event.packet.reason_code === 0;
    if (accepted && this.#state === "connecting") this.#move("accept");
    if (accepted) this.backoff.reset();
    const { number } = this.#attempts;
    const handled = this.#owner.deliver(event);
    if (!accepted) return;
    const restore = () => {
      if (number !== this.#attempts.number) return;
      this.session.restore_subscriptions();
      this.#pump.touch();
    };
    if (handled === undefined) restore();
    else void handled.then(restore);
  }

  #deliver_closed(event: ClosedEvent): void {
    const { cause, opened } = event;
    // The user may have begun another attempt since: then this is history, and only worth telling.
    const { number } = this.#attempts;
    const is_current = this.session.phase === "idle";
    const leaving = this.#is_leaving;
    if (is_current && (opened || leaving)) this.#move("gone");
    if (leaving) this.#delivery.forget_link();
    this.loops.tell_end(leaving ? MQTT_ERR_SUCCESS : loop_code(cause));
    if (is_current && (leaving || (opened && !this.#owner.reconnect_on_failure))) {
      this.#owner.give_up_waiting(leaving ? closed_error() : lost_error(cause.error));
    }
    if (opened) void this.#owner.deliver(event);
    else if (!leaving && this.loops.is_driven)
      void this.#owner.deliver({ type: "connect_fail", error: cause.error ?? lost_error(null) });
    if (!is_current || number !== this.#attempts.number) return;
    this.#go_on(event);
  }

  /** What follows the end of a link, once the user has heard of it. */
  #go_on(event: ClosedEvent): void {
    const { cause, opened } = event;
    if (this.#is_leaving) {
      this.#finish(MQTT_ERR_SUCCESS);
      return;
    }
    if (this.loops.mode === "stopped") return;
    if (cause.packet?.reason_code === 0x8e) {
      // [MQTT-3.1.4-3]: retrying would throw the other one out, which would throw us out, and so on.
      this.#advisor.taken_over(this.session.client_id);
      this.#finish(loop_code(cause));
      return;
    }
    const { round } = this.#owner;
    if (!round.goes_on && !this.#attempts.was_reached && this.loops.needs_connection) {
      // Whoever catches this error has caught that of a connect() without await, too.
      this.#promise?.catch(() => {});
      this.loops.leave(round.failure(cause.error ?? lost_error(null)));
      return;
    }
    if (!round.goes_on && this.#attempts.was_reached && !this.#owner.reconnect_on_failure)
      this.#finish(opened ? loop_code(cause) : MQTT_ERR_NO_CONN);
    else {
      if (!opened && cause.error !== null && !this.#attempts.has_told(event) && !round.goes_on)
        this.#advisor.trying_again(cause.error);
      this.#retry();
    }
  }

  // ---- small print ---------------------------------------------------------------------------------------------

  get #is_leaving(): boolean {
    return this.#state === "disconnecting" || this.#state === "disconnected";
  }

  /** Of the pump. A program that is busy for long sends its pings late, and the broker drops it: better to hear of it here. */
  on_late(late_ms: number): void {
    if (this.session.phase !== "connected" || late_ms < MIN_LAG_MS) return;
    if (late_ms < (this.#owner.settings().keepalive * 1000) / 2) return;
    this.#advisor.was_late(late_ms);
  }

  #is_busy(): boolean {
    const { queued, in_flight } = this.session.counts;
    if (queued + in_flight === 0) return false;
    return this.session.phase !== "idle" || (this.loops.mode !== "stopped" && this.#state !== "disconnected");
  }

  get #advisor(): Advice {
    this.#advice ??= new Advice(this.#owner);
    return this.#advice;
  }

  #move(event: ConnectionEvent): void {
    this.#state = next_state(this.#state, event);
  }

  /** Whether the process must stay alive for what goes on here. */
  get is_needed(): boolean {
    return this.loops.is_needed || this.#attempts.is_awaited || this.session.owes;
  }
}
