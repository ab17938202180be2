// Decides how a test lets time pass for the clients and brokers that it tries: at once, and as if all that had to be sent
// meanwhile had been.

import { setTimeout as delay, setImmediate as next_turn } from "node:timers/promises";
import { check_named } from "../broker/named.ts";
import { check_seconds } from "../client/options.ts";
import { RuntimeError, TimeoutError, ValueError } from "../model/errors.ts";
import { replace_system_clock } from "../network/clock.ts";
import { HandClock } from "./hand_clock.ts";

/** All is quiet when nobody has asked for the time during so many turns of the event loop. */
const QUIET_TURNS = 10;
/** Before the first moment and after the last one also so long, unless told otherwise: to be careful at each would take hours. */
const QUIET_MS = 5;
/** What the system works at in threads of its own, or elsewhere: files, names that are looked up, connections that are opened. */
const under_way = /^((GetAddrInfoReq|TCPConnect|PipeConnect)Wrap|FSReq.*)$/;
/** So long it is waited for: some connections never open. */
const PATIENCE_MS = 1000;
/** Somebody may go on for ever: then it is said what is wrong before the test's own time is over, which is 5 seconds in many tools. */
const RESTLESS_MS = 4000;

export interface FakeClock {
  /** How many seconds have passed. */
  readonly elapsed: number;
  /**
   * Lets so many seconds pass: what is due in them happens in its order, each time with all that follows from it, the
   * answers of the other side among them. Resolves when all is quiet.
   *
   * @throws ValueError for a negative or infinite number; RuntimeError while an earlier call is under way; TimeoutError when
   *   clients or brokers do not come to rest for 4 seconds of the machine's clock.
   */
  advance(seconds: number): Promise<void>;
  /** From now on, clients and brokers that are made live by the clock of the machine again. A second call does nothing. */
  restore(): void;
  /** As `restore()`: `using clock = using_clock()`. */
  [Symbol.dispose](): void;
}

let in_use: ManualClock | null = null;

/**
 * Stops the time for all clients and brokers that are made from now on: it passes only by `advance()`. Keepalive,
 * time-outs, back-off, expiry and delayed wills then take no time at all.
 *
 * ```ts
 * import { using_broker, using_clock } from "karere/testing";
 *
 * const clock = using_clock();
 * const broker = await using_broker();
 * // ... start the program, and wait until it is connected; then:
 * await clock.advance(3600);
 * await broker.close();
 * clock.restore();
 * ```
 *
 * @param options `quiet`: each moment is over after so many seconds of the machine's clock without a sign of anybody. Needed for
 *   a broker in another process, which may take its time to answer; by default all that matters is in this one.
 * @throws RuntimeError when there is one already; TypeError for a name that does not exist; ValueError for a negative or infinite
 *   `quiet`.
 */
export function using_clock(options: { quiet?: number } = {}): FakeClock {
  check_named("using_clock()", ["quiet"], options);
  const quiet_ms = options.quiet === undefined ? null : milliseconds("quiet", options.quiet);
  if (in_use !== null) throw new RuntimeError("there is a fake clock already: restore() it first");
  in_use = new ManualClock(quiet_ms);
  replace_system_clock(in_use);
  return in_use;
}

/** Whether such a clock is in use: time that does not pass explains much that does not happen. */
export function is_time_stopped(): boolean {
  return in_use !== null;
}

function milliseconds(name: string, seconds: number): number {
  check_seconds(name, seconds, 0);
  if (seconds === Number.POSITIVE_INFINITY) throw new ValueError(`${name} must not be infinite`);
  return seconds * 1000;
}

class ManualClock extends HandClock implements FakeClock {
  readonly #quiet_ms: number | null;
  readonly #began = super.now();
  /** Whether somebody has asked for the time. */
  #was_asked = false;
  #is_passing = false;

  constructor(quiet_ms: number | null) {
    super();
    this.#quiet_ms = quiet_ms;
  }

  get elapsed(): number {
    return (super.now() - this.#began) / 1000;
  }

  /** Whoever gets bytes, or does anything else, asks: that is how it is known that something still goes on. */
  override now(): number {
    this.#was_asked = true;
    return super.now();
  }

  advance(seconds: number): Promise<void> {
    const ms = milliseconds("seconds", seconds);
    if (this.#is_passing) {
      throw new RuntimeError(
        "time passes already: await the earlier advance(), and do not call it in a callback",
      );
    }
    this.#is_passing = true;
    const passed = this.pass(ms, (is_between) => this.#quiet(this.#quiet_ms ?? (is_between ? 0 : QUIET_MS)));
    return passed.finally(() => {
      this.#is_passing = false;
    });
  }

  restore(): void {
    if (in_use !== this) return;
    in_use = null;
    replace_system_clock(null);
  }

  [Symbol.dispose](): void {
    this.restore();
  }

  async #quiet(quiet_ms: number): Promise<void> {
    const began = performance.now();
    do {
      this.#was_asked = false;
      for (let turn = 0; turn < QUIET_TURNS; turn += 1) await next_turn();
      if (quiet_ms > 0) await delay(quiet_ms);
      if (this.#was_asked && performance.now() > began + RESTLESS_MS + quiet_ms)
        throw new TimeoutError(RESTLESS);
    } while (this.#was_asked || (is_something_under_way() && performance.now() < began + PATIENCE_MS));
  }
}

const RESTLESS =
  "time cannot pass: for 4 s clients or brokers of this process have not come to rest. Stop what makes them work, such as a timer of your own that publishes";

function is_something_under_way(): boolean {
  return process.getActiveResourcesInfo().some((name) => under_way.test(name));
}
