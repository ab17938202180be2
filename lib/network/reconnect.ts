// Decides how long to wait before the next attempt: doubling between two bounds, with jitter, so that a thousand
// clients do not come back to a restarted broker in the same second.

export class Backoff {
  #min_ms: number;
  #max_ms: number;
  #base_ms = 0;

  constructor(min_ms: number, max_ms: number) {
    this.#min_ms = min_ms;
    this.#max_ms = max_ms;
  }

  configure(min_ms: number, max_ms: number): void {
    this.#min_ms = min_ms;
    this.#max_ms = max_ms;
    this.reset();
  }

  /** A connection was accepted: the next wait is the shortest again. */
  reset(): void {
    this.#base_ms = 0;
  }

  /** The next wait. `random` is a number from 0 to 1: the jitter spreads the waits by a quarter to both sides. */
  next_ms(random: number): number {
    this.#base_ms = this.#base_ms === 0 ? this.#min_ms : Math.min(this.#base_ms * 2, this.#max_ms);
    const spread = this.#base_ms * (0.75 + random / 2);
    return Math.min(Math.max(spread, this.#min_ms), this.#max_ms);
  }
}
