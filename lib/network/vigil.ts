// Decides for whom the process stays alive, and who is woken when something they wait for has become true.

import { LazySet } from "../model/lazy.ts";
import type { Clock } from "./clock.ts";
import { Hold } from "./hold.ts";
import { waiting } from "./interrupts.ts";

export interface VigilOwner {
  /** Whether the process must stay alive, whoever else waits. */
  readonly is_needed: boolean;
}

export class Vigil {
  readonly #clock: Clock;
  readonly #owner: VigilOwner;
  readonly #hold = new Hold();
  /** Who waits for something of their own. */
  #waiters = 0;
  /** Who looks after each round whether something has become true. */
  readonly #watchers = new LazySet<() => void>();

  constructor(clock: Clock, owner: VigilOwner) {
    this.#clock = clock;
    this.#owner = owner;
  }

  /** Whether the process stays alive for it. */
  get is_held(): boolean {
    return this.#waiters > 0 || this.#watchers.size > 0 || this.#owner.is_needed;
  }

  /** One more waits, or one less. */
  wait(change: 1 | -1): void {
    this.#waiters += change;
    this.update();
  }

  /** Resolves when `is_true` after a round, or after `timeout_ms`. */
  until(is_true: () => boolean, timeout_ms: number): Promise<void> {
    if (is_true()) return Promise.resolve();
    return waiting((resolve) => {
      const finish = () => {
        cancel?.();
        this.#watchers.delete(look);
        this.update();
        resolve();
      };
      const look = () => {
        if (is_true()) finish();
      };
      const cancel = timeout_ms === Number.POSITIVE_INFINITY ? null : this.#clock.after(timeout_ms, finish);
      this.#watchers.add(look);
      this.update();
      return finish;
    });
  }

  /** A round is over. */
  look(): void {
    for (const look of this.#watchers) look();
    this.update();
  }

  update(): void {
    this.#hold.set(this.is_held);
  }

  /** Lets the process go, whoever waits. */
  end(): void {
    this.#hold.set(false);
  }
}
