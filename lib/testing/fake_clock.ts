// Decides how a test lets time pass for the clients and brokers that it tries: at once, and as if all that had to be sent
// meanwhile had been.

import { setTimeout as delay, setImmediate as next_turn } from "node:timers/promises";
import { check_seconds } from "../client/options.ts";
import { RuntimeError } from "../model/errors.ts";
import { replace_system_clock } from "../network/clock.ts";
import { HandClock } from "./hand_clock.ts";

/** All is quiet when nobody has asked for the time during so many turns of the event loop, and, unless told, so long. */
const QUIET_TURNS = 10;
const QUIET_SECONDS = 0.005;
/** What the system works at in threads of its own, or elsewhere: names that are looked up, connections that are opened. */
const under_way = /^(GetAddrInfoReq|TCPConnect|PipeConnect)Wrap$/;
/** So long it is waited for: some connections never open. */
const PATIENCE_MS = 1000;

export interface FakeClock {
  /** How many seconds have passed. */
  readonly elapsed: number;
  /**
   * Lets so many seconds pass: what is due in them happens in its order, each time with all that follows from it, the
   * answers of the other side among them. Resolves when all is quiet.
   *
   * @throws ValueError for a negative number.
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
 * @param options `quiet`: after so many seconds of the machine's clock without a sign of anybody time goes on. Default 0.005,
 *   which is for a broker in the same process; another process may take longer to answer, on a machine that is busy.
 * @throws RuntimeError when there is one already; ValueError for a negative `quiet`.
 */
export function using_clock({ quiet = QUIET_SECONDS }: { quiet?: number } = {}): FakeClock {
  const quiet_ms = check_seconds("quiet", quiet, 0) * 1000;
  if (in_use !== null) throw new RuntimeError("there is a fake clock already: restore() it first");
  in_use = new ManualClock(quiet_ms);
  replace_system_clock(in_use);
  return in_use;
}

class ManualClock extends HandClock implements FakeClock {
  readonly #quiet_ms: number;
  readonly #began = super.now();
  /** Whether somebody has asked for the time. */
  #was_asked = false;

  constructor(quiet_ms: number) {
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
    return this.pass(check_seconds("seconds", seconds, 0) * 1000, () => this.#quiet());
  }

  restore(): void {
    if (in_use !== this) return;
    in_use = null;
    replace_system_clock(null);
  }

  [Symbol.dispose](): void {
    this.restore();
  }

  async #quiet(): Promise<void> {
    const deadline = performance.now() + PATIENCE_MS;
    do {
      this.#was_asked = false;
      for (let turn = 0; turn < QUIET_TURNS; turn += 1) await next_turn();
      await delay(this.#quiet_ms);
    } while (this.#was_asked || (is_something_under_way() && performance.now() < deadline));
  }
}

function is_something_under_way(): boolean {
  return process.getActiveResourcesInfo().some((name) => under_way.test(name));
}
