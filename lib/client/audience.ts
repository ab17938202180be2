// Decides who hears of what happens: which callback of the user's an event is for, what those are told who wait for a
// message, and what is warned of. It is all that the parts of a client see of it: one object, for the closures that it
// stands for would be a third of what an idle client holds.

import { LogLevel, MQTTErrorCode } from "../model/enums.ts";
import { RuntimeError } from "../model/errors.ts";
import { LazyMap } from "../model/lazy.ts";
import { MQTTMessage } from "../model/message.ts";
import { PacketTypes } from "../model/packettypes.ts";
import { ReasonCode } from "../model/reasoncodes.ts";
import type { Plan, Round } from "../network/attempts.ts";
import { type Clock, system_clock } from "../network/clock.ts";
import type { Engine, EngineEvent, EngineOwner, SettledEvent } from "../network/engine.ts";
import { goes_on } from "../network/interrupts.ts";
import type { KeeperOwner } from "../network/keeper.ts";
import type { SessionSettings } from "../protocol/settings.ts";
import {
  connect_arguments,
  disconnect_arguments,
  type PublishedPacket,
  publish_arguments,
  type Shape,
  subscribe_arguments,
  type UserData,
  unsubscribe_arguments,
} from "./callback_api.ts";
import { callback_warnings, loop_callbacks } from "./callback_checks.ts";
import { all_of, call_all, call_one, type EventEmitter, has_callback } from "./callbacks.ts";
import { AUDIENCE, ENGINE, IN_TURN, PLAN, SETTINGS } from "./inside.ts";
import { MQTTMessageInfo, type Waiting } from "./message_info.ts";
import { packet_text } from "./packet_text.ts";
import { Reporter, type ReporterOwner } from "./reporter.ts";
import { Router } from "./router.ts";
import type { ClientSettings } from "./settings.ts";

/** After this long without a loop, a client that is waiting for one says so. */
const NO_LOOP_MS = 2000;

/** The client, whose callbacks are called. */
export interface AudienceOwner extends EventEmitter {
  readonly suppress_exceptions: boolean;
  readonly [AUDIENCE]: Audience;
  readonly [ENGINE]: Engine;
  readonly [SETTINGS]: ClientSettings;
  readonly [IN_TURN]: boolean;
  [PLAN](attempt: number, signal: AbortSignal): Promise<Plan>;
}

export class Audience implements EngineOwner, ReporterOwner, Waiting, KeeperOwner {
  readonly target: AudienceOwner;
  readonly clock: Clock = system_clock;
  readonly router = new Router();
  readonly reporter = new Reporter(this);
  userdata: UserData;
  manual_ack: boolean;
  /** What somebody waits for, and how many do. */
  readonly #awaited = new LazyMap<MQTTMessageInfo, number>();
  /** Why waiting for messages was given up last. */
  #given_up: Error | null = null;
  #cancel_loop_check: (() => void) | null = null;

  constructor(target: AudienceOwner, userdata: UserData, manual_ack: boolean) {
    this.target = target;
    this.userdata = userdata;
    this.manual_ack = manual_ack;
  }

  // ---- what the engine asks ------------------------------------------------------------------------------------

  settings(): SessionSettings {
    return this.target[SETTINGS].for_session();
  }

  plan(attempt: number, signal: AbortSignal): Promise<Plan> {
    return this.target[PLAN](attempt, signal);
  }

  get round(): Round {
    return this.target[SETTINGS].servers;
  }

  get in_turn(): boolean {
    return this.target[IN_TURN];
  }

  get reconnect_on_failure(): boolean {
    return this.target[SETTINGS].options.reconnect_on_failure;
  }

  writes_by_hand(): boolean {
    return this.hears("socket_register_write");
  }

  is_watched(): boolean {
    return this.reporter.is_watched;
  }

  log(event: Extract<EngineEvent, { type: "trace" | "notice" }>): void {
    if (event.type === "notice") this.reporter.log(LogLevel.MQTT_LOG_INFO, `= ${event.text}`);
    else this.reporter.log(LogLevel.MQTT_LOG_DEBUG, `${event.mark} ${packet_text(event.packet)}`);
  }

  warn(text: string): void {
    this.reporter.warn(text);
  }

  hears(callback: string): boolean {
    return has_callback(this.target, callback);
  }

  random(): number {
    return Math.random();
  }

  /** Of the keeper. */
  new_ticket(): MQTTMessageInfo {
    return new MQTTMessageInfo(0, this);
  }

  // ---- what the reporter asks ----------------------------------------------------------------------------------

  get warnings(): boolean {
    return this.target[SETTINGS].options.warnings;
  }

  get suppress_exceptions(): boolean {
    return this.target.suppress_exceptions;
  }

  // ---- callbacks -----------------------------------------------------------------------------------------------

  get #shape(): Shape {
    const { target } = this;
    return { api: target[SETTINGS].options.callback_api_version, version: target[ENGINE].session.version };
  }

  deliver(event: EngineEvent): void | Promise<void> {
    switch (event.type) {
      case "message":
        return this.#deliver_message(event);
      case "connack":
        for (const warning of callback_warnings(this.target, this.#shape)) this.warn(warning);
        return this.#call("connect", connect_arguments(this.#shape, event.packet, event.session_present));
      case "closed":
        if (event.cause.rc !== 0 && event.cause.error !== null) {
          this.reporter.log(LogLevel.MQTT_LOG_ERR, `= ${event.cause.error.message}`);
        }
        return this.#call("disconnect", disconnect_arguments(this.#shape, event.cause));
      case "published":
        return this.#deliver_published(event.message.mid, event.packet);
      case "left":
        for (const { mid } of event.tickets) void this.#deliver_published(mid, null);
        return undefined;
      case "subscribed":
        return this.#call("subscribe", subscribe_arguments(this.#shape, event.packet));
      case "unsubscribed":
        return this.#call("unsubscribe", unsubscribe_arguments(this.#shape, event.packet));
      case "connect_fail":
        this.reporter.log(LogLevel.MQTT_LOG_ERR, `= ${event.error.message}`);
        return this.#call("connect_fail", [event.error]);
      case "socket_open":
      case "socket_close":
        return this.#call(event.type, [event.socket]);
      case "register_write":
      case "unregister_write":
        return this.#call(`socket_${event.type}`, [event.socket]);
      default:
        return undefined;
    }
  }

  #deliver_message({ packet }: Extract<EngineEvent, { type: "message" }>): void | Promise<void> {
    const { target } = this;
    const { session, received_at } = target[ENGINE];
    const message = MQTTMessage.received(packet, session.version === 5, received_at / 1000);
    const callbacks = this.router.match(packet.topic);
    if (callbacks.length === 0)
      return call_all(target, "message", [target, this.userdata, message], on_failure);
    const pending: Promise<void>[] = [];
    for (const callback of callbacks) {
      const name = callback.name === "" ? "message callback" : callback.name;
      // The callback before may have set other user data.
      const args = [target, this.userdata, message];
      const running = call_one(callback as never, target, args, name, on_failure);
      if (running !== undefined) pending.push(running);
    }
    return all_of(pending);
  }

  #deliver_published(mid: number, packet: PublishedPacket): void | Promise<void> {
    const { target, userdata } = this;
    if (!has_callback(target, "publish")) return undefined;
    const api = target[SETTINGS].options.callback_api_version;
    return call_all(target, "publish", publish_arguments(api, target, userdata, mid, packet), on_failure);
  }

  #call(name: string, rest: readonly unknown[]): void | Promise<void> {
    return call_all(this.target, name, [this.target, this.userdata, ...rest], on_failure);
  }

  /** Rejects with what `on_pre_connect` has thrown first: the attempt has failed. */
  async before_attempt(): Promise<void> {
    let failure: { error: unknown } | null = null;
    await call_all(this.target, "pre_connect", [this.target, this.userdata], (error, name) => {
      this.report(error, name);
      failure ??= { error };
    });
    if (failure !== null && !this.suppress_exceptions) throw (failure as { error: unknown }).error;
  }

  /** A callback has failed. */
  report(error: unknown, callback_name: string): void {
    if (goes_on(error)) return;
    this.reporter.failed(error, callback_name);
    if (!this.suppress_exceptions) this.target[ENGINE].loops.stop_on(error);
  }

  // ---- messages for which somebody waits -----------------------------------------------------------------------

  begin(info: MQTTMessageInfo): void {
    const { [ENGINE]: engine } = this.target;
    this.#awaited.set(info, (this.#awaited.get(info) ?? 0) + 1);
    engine.hold_for_waiter(1);
    if (!engine.is_unasked) return;
    // Nothing is done about it yet: not for ever.
    this.after(NO_LOOP_MS, () => {
      if (this.target[ENGINE].is_unasked) this.give_up_waiting(unconnected_error());
    });
  }

  end(info: MQTTMessageInfo): void {
    const left = (this.#awaited.get(info) ?? 1) - 1;
    if (left === 0) this.#awaited.delete(info);
    else this.#awaited.set(info, left);
    this.target[ENGINE].hold_for_waiter(-1);
  }

  given_up(): Error | null {
    return this.target[ENGINE].has_given_up ? this.#given_up : null;
  }

  after(ms: number, fn: () => void): () => void {
    return this.clock.after(ms, fn);
  }

  give_up_waiting(error: Error): void {
    this.#given_up = error;
    for (const info of this.#awaited.keys()) info.give_up(error);
  }

  settle(event: SettledEvent): void {
    if (event.type === "left") {
      for (const info of event.tickets) (info as MQTTMessageInfo).succeed();
      return;
    }
    if (event.type === "lost") {
      const { tickets, error } = event;
      for (const info of tickets) (info as MQTTMessageInfo).fail(error, MQTTErrorCode.MQTT_ERR_CONN_LOST);
      this.reporter.log(LogLevel.MQTT_LOG_WARNING, `= ${tickets.length} ${error.message}`);
      return;
    }
    const info = event.message.ticket as MQTTMessageInfo;
    if (event.type === "abandoned") {
      info.fail(event.error, MQTTErrorCode.MQTT_ERR_CONN_LOST);
      this.reporter.log(LogLevel.MQTT_LOG_WARNING, `= ${event.error.message}`);
      return;
    }
    const { packet } = event;
    // What PUBCOMP says comes after PUBREC has taken the message: 0x92 means that the broker is done with it already.
    if (packet === null || packet.reason_code < 0x80 || packet.type === PacketTypes.PUBCOMP) {
      info.succeed();
      return;
    }
    const reason = new ReasonCode(packet.type, "", packet.reason_code);
    info.fail(
      new RuntimeError(`the broker refused message ${info.mid} to "${event.message.topic}": ${reason}`, {
        code: "ERR_MQTT_REFUSED",
      }),
    );
  }

  // ---- clients that nothing drives -----------------------------------------------------------------------------

  watch_for_loop(): void {
    this.stop_watching();
    this.#cancel_loop_check = this.after(NO_LOOP_MS, () => {
      this.#cancel_loop_check = null;
      const { loops, state } = this.target[ENGINE];
      if (loops.was_driven) return;
      if (state === "connect_async") {
        this.warn(
          "connect_async() only remembers where the broker is: call loop_start() or loop_forever() to connect",
        );
      } else if (this.#wants_callbacks()) {
        this.warn(
          "no loop runs, so no callback is ever called: call loop_start() or loop_forever() after connect()",
        );
      }
    });
  }

  stop_watching(): void {
    this.#cancel_loop_check?.();
    this.#cancel_loop_check = null;
  }

  #wants_callbacks(): boolean {
    if (this.router.size > 0 || this.target[ENGINE].session.is_subscribed) return true;
    return loop_callbacks.some((name) => this.hears(name));
  }
}

/** One for all clients, who would have a closure each. */
function on_failure(error: unknown, callback: string, self: unknown): void {
  (self as AudienceOwner)[AUDIENCE].report(error, callback);
}

/** For those who wait for a message that nobody sends. */
export function unconnected_error(): RuntimeError {
  const text = "nobody sends the message: call connect(), or connect_async() and loop_start()";
  return new RuntimeError(text, { code: "ERR_MQTT_NOT_CONNECTED" });
}
