// Decides how time passes that somebody moves by hand: each timer is called at its moment, in order, and all that follows
// from one moment is done before the next one comes.

import type { Clock } from "../network/clock.ts";

interface Timer {
  readonly at: number;
  readonly fn: () => void;
}

export class HandClock implements Clock {
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

  /**
   * Lets time pass. `settled` is awaited before it does, after each timer, and when no more are due: before and then
   * `is_between` is false.
   */
  async pass(ms: number, settled: (is_between: boolean) => Promise<unknown>): Promise<void> {
    const end = this.#now + ms;
    await settled(false);
    for (let is_over = true; ; ) {
      const next = this.#next(end);
      if (next !== null) {
        this.#now = Math.max(this.#now, next.at);
        this.#timers = this.#timers.filter((timer) => timer !== next);
        next.fn();
      } else if (is_over) {
        break;
      }
      is_over = next === null;
      await settled(!is_over);
    }
    // Somebody else may have moved it further.
    this.#now = Math.max(this.#now, end);
  }

  /** Time has passed, and nobody was called: as if the process had slept. */
  skip(ms: number): void {
    this.#now += ms;
  }

  #next(end: number): Timer | null {
    const due = this.#timers.filter(({ at }) => at <= end);
    return due.length === 0 ? null : due.reduce((first, timer) => (timer.at < first.at ? timer : first));
  }
}
