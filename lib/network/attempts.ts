// Decides how an attempt to open a link goes, when the next one is due, and what the caller of `connect()` is told of
// them. Whether there shall be a next one is the engine's to say.

import { MQTTErrorCode } from "../model/enums.ts";
import { TransportError } from "../model/errors.ts";
import type { SessionSettings } from "../protocol/settings.ts";
import type { OpenTransport } from "../transport/transport.ts";
import type { Clock } from "./clock.ts";
import type { Pump, PumpEvent } from "./pump.ts";
import { Backoff } from "./reconnect.ts";

type ClosedEvent = Extract<PumpEvent, { type: "closed" }>;

const { MQTT_ERR_SUCCESS, MQTT_ERR_NO_CONN, MQTT_ERR_CONN_LOST } = MQTTErrorCode;

/** What an attempt needs: the way to a broker, and how it is greeted. */
export interface Plan {
  readonly settings: SessionSettings;
  readonly open: OpenTransport;
  /** How long opening may take, handshakes included. */
  readonly timeout_ms: number;
  /** Where it leads, for messages. */
  readonly place: string;
}

/** The servers that attempts lead to, each tried once in a round. */
export interface Round {
  /** The present attempt has come to nothing. */
  failed(error: Error): void;
  /** A server has accepted the client: the round is over, and the next one begins with it. */
  accepted(): void;
  /** Whether the next attempt belongs to the same round: it need not wait. */
  readonly goes_on: boolean;
  /** What to tell of a round that has come to nothing; `last` is the failure of its last attempt. */
  failure(last: Error): Error;
}

export interface AttemptsOwner {
  /**
   * Makes the plan of an attempt; asks the user's functions. Rejects: the attempt has failed.
   *
   * @param number it is the how manieth since the user has named the broker.
   * @param signal aborted when the plan is not wanted any more.
   */
  plan(number: number, signal: AbortSignal): Promise<Plan>;
  readonly round: Round;
  random(): number;
  log(event: { readonly type: "notice"; readonly text: string }): void;
}

/** Who waits for the outcome of an attempt. */
export interface Caller {
  resolve(rc: MQTTErrorCode): void;
  reject(error: Error): void;
}

export class Attempts {
  readonly backoff = new Backoff(1000, 120_000);
  readonly #owner: AttemptsOwner;
  readonly #pump: Pump;
  readonly #clock: Clock;
  #caller: Caller | null = null;
  #number = 0;
  /** The last attempt before the user has named the broker. */
  #before = 0;
  /** The last attempt that a broker has answered. */
  #answered = 0;
  /** When a broker has accepted the present one; null while none has. */
  #accepted_at: number | null = null;
  /** Whether the broker that the user has named was reached. */
  #was_reached = false;
  /** The last end of which a caller was told. */
  #told: ClosedEvent | null = null;
  #opened = 0;
  /** Where the present attempt leads; empty once it has been accepted. */
  #place = "";
  #cancel_retry: (() => void) | null = null;
  /** Calls off the making of a plan that is under way. */
  #planning: AbortController | null = null;

  constructor(owner: AttemptsOwner, pump: Pump, clock: Clock) {
    this.#owner = owner;
    this.#pump = pump;
    this.#clock = clock;
  }

  /** The present attempt, or the last one: they are counted. */
  get number(): number {
    return this.#number;
  }

  /** How many have opened a link. */
  get opened(): number {
    return this.#opened;
  }

  /** Whether somebody waits for the outcome. */
  get is_awaited(): boolean {
    return this.#caller !== null;
  }

  /** When a broker has accepted the present one; null while none has. */
  get accepted_at(): number | null {
    return this.#accepted_at;
  }

  /** Whether the broker that the user has named was reached. */
  get was_reached(): boolean {
    return this.#was_reached;
  }

  /** Whether the next one is due at a set time. */
  get is_scheduled(): boolean {
    return this.#cancel_retry !== null;
  }

  /** Begins the next one, in place of whatever is under way. */
  begin(caller: Caller | null): void {
    this.call_off();
    this.#pump.replace();
    this.#pump.session.dial();
    this.#caller = caller;
    this.#number += 1;
    this.#accepted_at = null;
    this.#pump.touch();
    void this.#open(this.#number);
  }

  /** They are counted anew: the user has named a broker. */
  begin_anew(): void {
    this.call_off();
    this.#before = this.#number;
    this.#was_reached = false;
  }

  /** Begins again, by `begin`: at once while a round goes on, else after the back-off. */
  schedule(begin: () => void): void {
    if (this.#owner.round.goes_on) {
      begin();
      return;
    }
    const wait_ms = this.backoff.next_ms(this.#owner.random());
    this.#owner.log({ type: "notice", text: `trying again in ${(wait_ms / 1000).toFixed(1)} s` });
    this.#cancel_retry = this.#clock.after(wait_ms, () => {
      this.#cancel_retry = null;
      begin();
    });
  }

  unschedule(): void {
    this.#cancel_retry?.();
    this.#cancel_retry = null;
  }

  /** No more is to come of what was begun or planned; the caller learns that it came to nothing. */
  call_off(): void {
    this.unschedule();
    this.#planning?.abort();
    this.take_caller()?.resolve(MQTT_ERR_NO_CONN);
  }

  /** Who waits, if anybody; he is told no more of it here. */
  take_caller(): Caller | null {
    const caller = this.#caller;
    this.#caller = null;
    return caller;
  }

  /** The broker has answered the present one. */
  answered(is_accepted: boolean): void {
    this.#answered = this.#number;
    if (!is_accepted) return;
    this.#place = "";
    this.#accepted_at = this.#clock.now();
    this.#owner.round.accepted();
  }

  /** The present one has opened a link: that is what `connect()` promises. */
  has_opened(): void {
    this.#opened += 1;
    this.#was_reached = true;
    this.take_caller()?.resolve(MQTT_ERR_SUCCESS);
  }

  /** The present one has come to its end; nobody wanted that. */
  has_failed({ cause }: ClosedEvent): void {
    if (this.#accepted_at !== null) return;
    this.#owner.round.failed(cause.error ?? new TransportError(`${this.#place} did not accept this client`));
  }

  /** No other one follows for whoever waits. */
  tell_end(event: ClosedEvent): void {
    const { cause } = event;
    const caller = this.take_caller();
    if (cause.error === null || cause.rc === MQTT_ERR_SUCCESS) {
      caller?.resolve(MQTT_ERR_NO_CONN);
      return;
    }
    caller?.reject(this.#owner.round.failure(cause.error));
    if (caller !== null) this.#told = event;
  }

  /** Whether whoever waited was told of this failure. */
  has_told(event: ClosedEvent): boolean {
    return event === this.#told;
  }

  /** Who hangs up without a word, instead of answering CONNECT, is hardly the broker that the user meant. */
  explained(event: ClosedEvent): ClosedEvent {
    const { opened, cause } = event;
    const is_mute = opened && cause.rc === MQTT_ERR_CONN_LOST && is_wordless(cause.error);
    if (!is_mute || this.#answered === this.#number) return event;
    const error = new TransportError(`${this.#place} closed the connection without an answer`, {
      cause: cause.error ?? undefined,
      hint: "is it the broker's MQTT port, does it want TLS, does it accept this client?",
    });
    return { ...event, cause: { ...cause, error } };
  }

  async #open(number: number): Promise<void> {
    const planning = new AbortController();
    this.#planning = planning;
    try {
      await null; // no callback runs inside the call that causes it
      if (!this.#is_present(number)) return;
      const { settings, open, timeout_ms, place } = await this.#owner.plan(
        number - this.#before,
        planning.signal,
      );
      if (!this.#is_present(number)) return;
      this.#pump.session.configure(settings);
      this.#place = place;
      this.#pump.open(open, timeout_ms, () => {
        const hint = "a firewall, a wrong address, or a broker that is too busy?";
        return new TransportError(`cannot connect to ${place} within ${timeout_ms / 1000} s`, {
          code: "ERR_MQTT_TIMEOUT",
          hint,
        });
      });
    } catch (error) {
      if (number === this.#number) this.#pump.fail(error instanceof Error ? error : new Error(String(error)));
    } finally {
      planning.abort();
      if (this.#planning === planning) this.#planning = null;
    }
  }

  #is_present(number: number): boolean {
    return number === this.#number && this.#pump.session.phase === "dialling";
  }
}

/** Whether an end says nothing of its reason: closed, or cut. */
function is_wordless(error: Error | null): boolean {
  const { code } = (error?.cause ?? {}) as { code?: unknown };
  return error === null || code === "ECONNRESET" || code === "EPIPE";
}
