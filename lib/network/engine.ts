// Decides when a link is opened, given up and opened again, and which loop drives the client: paho's connection state
// and its loop functions, over one pump. Knows nothing of callbacks and their shapes.

import type { DisconnectPacket } from "../codec/packets.ts";
import { MQTTErrorCode } from "../model/enums.ts";
import { MQTTException, RuntimeError, ValueError } from "../model/errors.ts";
import { LazySet } from "../model/lazy.ts";
import type { CloseCause } from "../protocol/outputs.ts";
import { Session } from "../protocol/session.ts";
import type { SessionSettings } from "../protocol/settings.ts";
import { Advice, type AdviceOwner } from "./advice.ts";
import { Attempts, type AttemptsOwner, type Caller } from "./attempts.ts";
import type { Clock } from "./clock.ts";
import { type ConnectionEvent, type ConnectionState, next_state } from "./connection_state.ts";
import { Delivery, type DeliveryOwner } from "./delivery.ts";
import { waiting } from "./interrupts.ts";
import type { Keeper } from "./keeper.ts";
import { type Ending, type Unfinished, watch_process_end } from "./process_end.ts";
import { Pump, type PumpEvent, type PumpOwner } from "./pump.ts";
import type { Backoff } from "./reconnect.ts";
import { Vigil, type VigilOwner } from "./vigil.ts";
import { on_wake } from "./wake.ts";

const { MQTT_ERR_SUCCESS, MQTT_ERR_INVAL, MQTT_ERR_NO_CONN, MQTT_ERR_CONN_LOST } = MQTTErrorCode;

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

/** Which loop runs: none, the one of `loop_start`, or that of `loop_forever`. */
type Mode = "stopped" | "started" | "forever";

interface Forever {
  readonly retry_first_connection: boolean;
  readonly stop_on_error: boolean;
  resolve(rc: MQTTErrorCode): void;
  reject(error: unknown): void;
}

export class Engine implements PumpOwner, DeliveryOwner, VigilOwner, Ending {
  readonly session: Session;
  readonly #clock: Clock;
  readonly #owner: EngineOwner;
  readonly #pump: Pump;
  readonly #delivery: Delivery;
  readonly #attempts: Attempts;
  /** Null until there is any to give. */
  #advice: Advice | null = null;
  readonly #vigil: Vigil;
  #state: ConnectionState = "new";
  #mode: Mode = "stopped";
  #leave_wake: (() => void) | null = null;
  #daemon = true;
  #forever: Forever | null = null;
  /** `loop()` calls under way. */
  #steps = new LazySet<{ rc: MQTTErrorCode; wake(): void }>();
  /** Whether the broker that the user has named was reached. */
  #was_reached = false;
  #touched_at = 0;
  #was_driven = false;
  /** When the broker has accepted the present link; null while it has not. */
  #accepted_at: number | null = null;
  /** What `connect()` has promised last; null once that is kept. */
  #promise: Promise<MQTTErrorCode> | null = null;
  /** The end of an attempt that a caller of `connect()` was told. */
  #told: ClosedEvent | null = null;

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

  /** Whether anything drives the client. */
  get is_driven(): boolean {
    return this.#mode !== "stopped" || this.#steps.size > 0;
  }

  /** Whether anything has ever driven it. */
  get was_driven(): boolean {
    return this.#was_driven || this.is_driven;
  }

  /** Whether there is no link, and nobody is about to open one. */
  get has_given_up(): boolean {
    if (this.session.phase !== "idle" || this.#attempts.is_awaited || this.#attempts.is_scheduled)
      return false;
    if (this.#state === "disconnected") return true;
    const was_lost = this.#state === "lost" || this.#state === "connecting" || this.#state === "connected";
    return was_lost && !(this.is_driven && this.#owner.reconnect_on_failure);
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
    return this.#state === "new" || (this.#state === "connect_async" && !this.is_driven);
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
    if (this.#mode !== "stopped") this.#begin_attempt();
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
    if (this.is_driven) attempt.catch(() => {});
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

  loop_start(daemon: boolean): MQTTErrorCode {
    if (this.#mode !== "stopped") return MQTT_ERR_INVAL;
    this.#run("started");
    this.#daemon = daemon;
    this.#wind_up();
    return MQTT_ERR_SUCCESS;
  }

  loop_stop(): MQTTErrorCode {
    if (this.#mode !== "started") return MQTT_ERR_INVAL;
    this.#run("stopped");
    this.#attempts.unschedule();
    this.#update_hold();
    return MQTT_ERR_SUCCESS;
  }

  loop_forever(options: { retry_first_connection: boolean; stop_on_error: boolean }): Promise<MQTTErrorCode> {
    if (this.#state === "new")
      throw new ValueError("call connect() or connect_async() before loop_forever()");
    if (this.#mode === "forever") throw new RuntimeError("loop_forever() runs already");
    if (this.#state === "disconnected") return Promise.resolve(MQTT_ERR_SUCCESS);
    return waiting((resolve, reject) => {
      const { retry_first_connection, stop_on_error } = options;
      this.#forever = { retry_first_connection, stop_on_error, resolve, reject };
      this.#run("forever");
      this.#wind_up();
      return (error) => this.leave_forever(error);
    });
  }

  /** Waits at most `timeout_ms` for something to happen, and lets it happen. */
  async loop(timeout_ms: number): Promise<MQTTErrorCode> {
    if (this.session.phase === "idle" && !this.#delivery.has_held) return MQTT_ERR_NO_CONN;
    return waiting((resolve) => {
      const finish = () => {
        cancel();
        if (!this.#steps.delete(step)) return;
        this.#update_hold();
        resolve(step.rc);
      };
      // Whatever comes in the same turn belongs to the same step.
      const step = { rc: MQTT_ERR_SUCCESS as MQTTErrorCode, wake: () => queueMicrotask(finish) };
      const cancel = this.#clock.after(timeout_ms, finish);
      this.#steps.add(step);
      this.#update_hold();
      if (this.#delivery.has_held) {
        queueMicrotask(() => {
          this.#delivery.drain();
          finish();
        });
      }
      return finish;
    });
  }

  loop_read(): MQTTErrorCode {
    return this.#by_hand(() => this.#pump.poll());
  }

  loop_write(): MQTTErrorCode {
    if (this.session.phase === "idle") return MQTT_ERR_NO_CONN;
    // Writing opens no gate: what has come is told by the other two.
    this.#was_driven = true;
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

  /** A callback of the user has failed: with `stop_on_error` that is the end of `loop_forever`. */
  stop_on(error: unknown): void {
    if (this.#forever?.stop_on_error === true) this.leave_forever(error);
  }

  /** Ends `loop_forever`, if it runs, with an error. */
  leave_forever(error: unknown): void {
    const forever = this.#forever;
    if (forever === null) return;
    this.#forever = null;
    this.#finish(MQTT_ERR_SUCCESS);
    forever.reject(error);
  }

  #by_hand(act: () => void): MQTTErrorCode {
    if (this.session.phase === "idle" && !this.#delivery.has_held) return MQTT_ERR_NO_CONN;
    const step = { rc: MQTT_ERR_SUCCESS as MQTTErrorCode, wake() {} };
    this.#was_driven = true;
    this.#steps.add(step);
    try {
      act();
      this.#pump.tell();
      this.#delivery.drain();
    } finally {
      this.#steps.delete(step);
    }
    // What the callbacks asked for leaves now, unless the application writes itself.
    this.#pump.touch();
    return step.rc;
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

  #run(mode: Mode): void {
    this.#mode = mode;
    this.#watch_world();
  }

  /** Listens, while there is something to do or to say, to the end of the program and to its awakenings. */
  #watch_world(): void {
    const has_link = this.session.phase !== "idle";
    // A program that wants something of the broker and does not wait for it is over with its last line.
    const may_end = this.#mode === "started" || (has_link && !this.was_driven);
    watch_process_end(this, may_end);
    if (has_link || this.is_driven) this.#leave_wake ??= on_wake(() => this.check());
    else {
      this.#leave_wake?.();
      this.#leave_wake = null;
    }
  }

  /** Of the end of the process: what this client leaves behind then. */
  unfinished(): Unfinished {
    return {
      is_subscribed: this.session.is_subscribed,
      loop_runs: this.#mode === "started",
      is_connecting: this.#state === "connecting" || this.#state === "connect_async",
    };
  }

  /** Tells the user. */
  warn(text: string): void {
    this.#owner.warn(text);
  }

  /** A loop begins: what has waited for it happens. */
  #wind_up(): void {
    this.#update_hold();
    // At once, so that what is published next waits for this connection.
    if (this.#state === "connect_async") this.#begin_attempt();
    queueMicrotask(() => {
      if (this.#mode === "stopped") return;
      this.#delivery.drain();
      if (this.session.phase === "idle" && !this.#attempts.is_awaited && this.#wants_link()) this.#retry();
    });
  }

  #wants_link(): boolean {
    return !this.#attempts.is_scheduled && (this.#state === "connecting" || this.#state === "lost");
  }

  #finish(rc: MQTTErrorCode): void {
    const forever = this.#forever;
    this.#forever = null;
    this.#run("stopped");
    this.#attempts.unschedule();
    this.#update_hold();
    if (forever === null) return;
    // Messages that came before the end are handled before the loop ends.
    this.hold_for_waiter(1);
    this.#delivery.when_idle(() => {
      this.hold_for_waiter(-1);
      forever.resolve(rc);
    });
  }

  // ---- attempts ------------------------------------------------------------------------------------------------

  /** The user names a broker: whatever was before is dropped without a word. */
  #prepare(): void {
    this.#attempts.begin_anew();
    this.#pump.replace();
    this.session.begin_anew();
    this.#was_reached = false;
    this.#was_driven = false;
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
    this.#accepted_at = null;
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
          if (event.packet.reason_code === 0) this.#accepted_at = this.now;
          news.push(event);
          break;
        case "closed":
          if (event.cause.retry) this.#begin_again();
          else this.#note_end(this.#attempts.explained(event), news);
          break;
        case "socket_open":
          this.#was_reached = true;
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
    for (const step of this.#steps) step.wake();
  }

  /** Of the pump: a round is over. */
  on_bytes(): void {
    // The user may have begun to read the log since the last turn.
    this.session.tracing = this.#owner.is_watched();
  }

  on_round(): void {
    this.session.tracing = this.#owner.is_watched();
    this.#vigil.look();
  }

  /** Of the pump. */
  writes_by_hand(): boolean {
    return this.#owner.writes_by_hand();
  }

  /** Of the delivery: whether a loop runs. */
  is_open(): boolean {
    return this.is_driven;
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
    if (is_current && this.#attempts.tell_end(event)) this.#told = event;
    this.#watch_world();
    // Without a loop nothing opens a link again, and the event may never be told.
    if (!this.is_driven && !this.#is_leaving) this.#owner.give_up_waiting(lost_error(event.cause.error));
  }

  #advise({ opened, cause }: ClosedEvent): void {
    const { is_driven, was_driven } = this;
    const { client_id } = this.session;
    const end = { error: cause.error, opened, explained: cause.packet !== null, is_driven, was_driven };
    this.#advisor.ended({ ...end, accepted_at: this.#accepted_at, client_id }, this.now);
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
    for (const step of this.#steps) step.rc = leaving ? MQTT_ERR_SUCCESS : loop_code(cause);
    if (is_current && (leaving || (opened && !this.#owner.reconnect_on_failure))) {
      this.#owner.give_up_waiting(leaving ? closed_error() : lost_error(cause.error));
    }
    if (opened) void this.#owner.deliver(event);
    else if (!leaving && this.is_driven)
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
    if (this.#mode === "stopped") return;
    if (cause.packet?.reason_code === 0x8e) {
      // [MQTT-3.1.4-3]: retrying would throw the other one out, which would throw us out, and so on.
      this.#owner.warn(
        `another client has connected with the client id "${this.session.client_id}": not reconnecting. Give each client its own id`,
      );
      this.#finish(loop_code(cause));
      return;
    }
    const forever = this.#forever;
    const { round } = this.#owner;
    if (!round.goes_on && !this.#was_reached && forever?.retry_first_connection === false) {
      this.#forever = null;
      this.#finish(MQTT_ERR_NO_CONN);
      // Whoever catches this error has caught that of a connect() without await, too.
      this.#promise?.catch(() => {});
      forever.reject(round.failure(cause.error ?? lost_error(null)));
      return;
    }
    if (!round.goes_on && this.#was_reached && !this.#owner.reconnect_on_failure)
      this.#finish(opened ? loop_code(cause) : MQTT_ERR_NO_CONN);
    else {
      if (!opened && cause.error !== null && this.#told !== event && !round.goes_on)
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
    this.#owner.log({
      type: "notice",
      text: `the event loop was blocked for ${(late_ms / 1000).toFixed(1)} s`,
    });
    this.#owner.warn(
      "the program was busy for longer than half the keepalive: the broker may drop the connection. Do less in callbacks, or use a longer keepalive",
    );
  }

  #is_busy(): boolean {
    const { queued, in_flight } = this.session.counts;
    if (queued + in_flight === 0) return false;
    return this.session.phase !== "idle" || (this.#mode !== "stopped" && this.#state !== "disconnected");
  }

  get #advisor(): Advice {
    this.#advice ??= new Advice(this.#owner);
    return this.#advice;
  }

  #move(event: ConnectionEvent): void {
    this.#state = next_state(this.#state, event);
  }

  #update_hold(): void {
    if (this.is_driven) this.#was_driven = true;
    this.#vigil.update();
  }

  /** Whether the process must stay alive for what goes on here. */
  get is_needed(): boolean {
    const loops =
      this.#mode === "forever" || (this.#mode === "started" && !this.#daemon) || this.#steps.size > 0;
    return loops || this.#attempts.is_awaited || this.session.owes;
  }
}

/** What a loop says of the end of a link: paho knows no code of its own for silence there. */
function loop_code({ rc }: CloseCause): MQTTErrorCode {
  return rc === MQTTErrorCode.MQTT_ERR_KEEPALIVE || rc === MQTT_ERR_SUCCESS ? MQTT_ERR_CONN_LOST : rc;
}

function closed_error(): RuntimeError {
  return new RuntimeError(
    "the client was disconnected before the message was acknowledged; it is sent by a later connect()",
    {
      code: "ERR_MQTT_CLOSED",
    },
  );
}

/** What those are told who wait for a message when the link is gone and nobody opens another. */
function lost_error(cause: Error | null): MQTTException {
  if (cause instanceof MQTTException && cause.code === "ERR_MQTT_CONNECT_REFUSED") return cause;
  return new RuntimeError(
    "the connection was lost before the message was acknowledged; it is sent by a later reconnect()",
    {
      code: "ERR_MQTT_CONNECTION_LOST",
      cause,
    },
  );
}
