// Decides when this process must not end by itself: while somebody holds. Sockets and timers never do.

/** Far longer than any wait; it only has to exist. */
const FOREVER_MS = 2 ** 31 - 1;

export class Hold {
  #timer: ReturnType<typeof setInterval> | null = null;

  /** Keeps the process alive, or lets it end. */
  set(held: boolean): void {
    if (held === (this.#timer !== null)) return;
    if (this.#timer === null) {
      this.#timer = setInterval(() => {}, FOREVER_MS);
    } else {
      clearInterval(this.#timer);
      this.#timer = null;
    }
  }
}
