// Decides how time passes in a spec: only when the spec says so, and with everything that follows from one moment done
// before the next one comes.

import { setImmediate as turn } from "node:timers/promises";
import type { Clock } from "../../lib/network/clock.ts";

interface Timer {
  readonly at: number;
  readonly fn: () => void;
}

export class FakeClock implements Clock {
  #now: number;
  #timers: Timer[] = [];

  /** Begins at some moment that is not 0, so that nobody can take "not set" for it. */
  constructor(start_ms = 1_000_000) {
    this.#now = start_ms;
  }

  /** How many timers are running. */
  get pending(): number {
    return this.#timers.length;
  }

  now(): number {
    return this.#now;
  }

  after(ms: number, fn: () => void): () => void {
    const timer = { at: this.#now + Math.max(0, ms), fn };
    this.#timers.push(timer);
    return () => {
      this.#timers = this.#timers.filter((other) => other !== timer);
    };
  }

  /** Lets time pass; each timer runs at its moment, in order. */
  async advance(ms: number): Promise<void> {
    const end = this.#now + ms;
    await turn();
    for (let next = this.#next(end); next !== null; next = this.#next(end)) {
      this.#now = Math.max(this.#now, next.at);
      this.#timers = this.#timers.filter((timer) => timer !== next);
      next.fn();
      await turn();
    }
    this.#now = end;
  }

  /** As if the process had slept: time has passed, and what was due comes late. */
  async oversleep(ms: number): Promise<void> {
    this.#now += ms;
    await this.advance(0);
  }

  #next(end: number): Timer | null {
    const due = this.#timers.filter(({ at }) => at <= end);
    return due.length === 0 ? null : due.reduce((first, timer) => (timer.at < first.at ? timer : first));
  }
}
