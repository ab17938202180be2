// Decides which loop drives the client, how long, and what a loop gives back: paho's loop functions. Knows nothing of
// links: its owner does what a loop is for.

import { MQTTErrorCode } from "../model/enums.ts";
import { RuntimeError } from "../model/errors.ts";
import type { Clock } from "./clock.ts";
import type { Delivery } from "./delivery.ts";
import { waiting } from "./interrupts.ts";

const { MQTT_ERR_SUCCESS, MQTT_ERR_INVAL } = MQTTErrorCode;

export interface LoopsOwner {
  /** A loop has begun: what has waited for it happens. */
  on_loop(): void;
  /** None runs any more. */
  on_no_loop(): void;
  /** A step has begun or ended. */
  on_step(): void;
}

/** Which loop runs: none, the one of `loop_start`, or that of `loop_forever`. */
type Mode = "stopped" | "started" | "forever";

/** What `loop_forever` is asked, and owes. */
interface Forever {
  readonly retry_first_connection: boolean;
  readonly stop_on_error: boolean;
  resolve(rc: MQTTErrorCode): void;
  reject(error: unknown): void;
}

/** A `loop()` under way, or a call of `loop_read()` or `loop_misc()`. */
interface Step {
  rc: MQTTErrorCode;
  /** Something has happened. */
  wake(): void;
}

const NO_STEPS: readonly Step[] = [];

export class Loops {
  readonly #owner: LoopsOwner;
  #mode: Mode = "stopped";
  #is_daemon = true;
  #forever: Forever | null = null;
  #steps = NO_STEPS;
  #was_driven = false;

  constructor(owner: LoopsOwner) {
    this.#owner = owner;
  }

  get mode(): Mode {
    return this.#mode;
  }

  /** Whether anything drives the client. */
  get is_driven(): boolean {
    return this.#mode !== "stopped" || this.#steps.length > 0;
  }

  /** Whether anything has driven it since it was last begun anew. */
  get was_driven(): boolean {
    return this.#was_driven || this.is_driven;
  }

  /** Whether the process stays alive for them. */
  get is_needed(): boolean {
    return (
      this.#mode === "forever" || (this.#mode === "started" && !this.#is_daemon) || this.#steps.length > 0
    );
  }

  /** Whether the first connection, when it fails, is the end of the loop. */
  get needs_connection(): boolean {
    return this.#forever?.retry_first_connection === false;
  }

  begin_anew(): void {
    this.#was_driven = false;
  }

  /** Something that is no loop has driven the client. */
  count_as_driven(): void {
    this.#was_driven = true;
  }

  start(is_daemon: boolean): MQTTErrorCode {
    if (this.#mode !== "stopped") return MQTT_ERR_INVAL;
    this.#is_daemon = is_daemon;
    this.#begin("started");
    return MQTT_ERR_SUCCESS;
  }

  stop(): MQTTErrorCode {
    if (this.#mode !== "started") return MQTT_ERR_INVAL;
    this.end();
    return MQTT_ERR_SUCCESS;
  }

  /** Settles with what `end` gives, or with the error of `leave`. */
  run_forever(options: Pick<Forever, "retry_first_connection" | "stop_on_error">): Promise<MQTTErrorCode> {
    if (this.#mode === "forever") throw new RuntimeError("loop_forever() runs already");
    return waiting((resolve, reject) => {
      this.#forever = { ...options, resolve, reject };
      this.#begin("forever");
      return (error) => this.leave(error);
    });
  }

  #begin(mode: Mode): void {
    this.#mode = mode;
    this.#was_driven = true;
    this.#owner.on_loop();
  }

  /** No loop runs any more. Gives the way to resolve `loop_forever`, if that is what has run. */
  end(): ((rc: MQTTErrorCode) => void) | null {
    const forever = this.#forever;
    this.#forever = null;
    this.#mode = "stopped";
    this.#owner.on_no_loop();
    return forever?.resolve ?? null;
  }

  /** Ends `loop_forever`, if it runs, with an error. */
  leave(error: unknown): void {
    const forever = this.#forever;
    if (forever === null) return;
    this.end();
    forever.reject(error);
  }

  /** A callback of the user has failed: with `stop_on_error` that is the end of `loop_forever`. */
  stop_on(error: unknown): void {
    if (this.#forever?.stop_on_error === true) this.leave(error);
  }

  /** Waits at most `timeout_ms` for something to happen, and lets it happen. */
  step(timeout_ms: number, clock: Clock, delivery: Delivery): Promise<MQTTErrorCode> {
    return waiting((resolve) => {
      const finish = () => {
        cancel();
        if (!this.#steps.includes(step)) return;
        this.#drop(step);
        this.#owner.on_step();
        resolve(step.rc);
      };
      // Whatever comes in the same turn belongs to the same step.
      const step = this.#add(() => queueMicrotask(finish));
      const cancel = clock.after(timeout_ms, finish);
      this.#owner.on_step();
      if (delivery.has_held) {
        queueMicrotask(() => {
          delivery.drain();
          finish();
        });
      }
      return finish;
    });
  }

  /** Lets happen what `act` does, as a step of its own. */
  step_by_hand(act: () => void): MQTTErrorCode {
    const step = this.#add(() => {});
    try {
      act();
    } finally {
      this.#drop(step);
    }
    return step.rc;
  }

  /** Something has happened. */
  wake(): void {
    for (const step of this.#steps) step.wake();
  }

  /** A link has ended: the steps under way say so. */
  tell_end(rc: MQTTErrorCode): void {
    for (const step of this.#steps) step.rc = rc;
  }

  #add(wake: () => void): Step {
    const step: Step = { rc: MQTT_ERR_SUCCESS, wake };
    this.#was_driven = true;
    this.#steps = [...this.#steps, step];
    return step;
  }

  #drop(step: Step): void {
    this.#steps = this.#steps.filter((other) => other !== step);
  }
}
