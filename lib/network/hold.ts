// Decides when this process must not end by itself: while somebody holds. Sockets and timers never do.

/** Far longer than any wait; it only has to exist. */
const FOREVER_MS = 2 ** 31 - 1;

/** One timer for all who hold. */
let timer: ReturnType<typeof setInterval> | null = null;
let holders = 0;

export class Hold {
  #held = false;

  /** Keeps the process alive, or lets it end. */
  set(held: boolean): void {
    if (held === this.#held) return;
    this.#held = held;
    holders += held ? 1 : -1;
    if (holders > 0) {
      timer ??= setInterval(() => {}, FOREVER_MS);
    } else if (timer !== null) {
      clearInterval(timer);
      timer = null;
    }
  }
}
