// Decides how time passes in a spec: only when the spec says so, and with everything that follows from one moment done
// before the next one comes.

import { setImmediate as turn } from "node:timers/promises";
import { HandClock } from "../../lib/testing/hand_clock.ts";

export class FakeClock extends HandClock {
  /** Lets time pass; each timer runs at its moment, in order. */
  advance(ms: number): Promise<void> {
    return this.pass(ms, turn);
  }

  /** As if the process had slept: time has passed, and what was due comes late. */
  async oversleep(ms: number): Promise<void> {
    this.skip(ms);
    await this.advance(0);
  }
}
