// Decides how a connection of the system carries the bytes of a link: what waits while the peer does not read, and how it
// is closed.

import type { Duplex } from "node:stream";

/** How long the peer may keep its half open after we have closed ours. */
const LINGER_MS = 2000;

interface WireOwner {
  came(bytes: Uint8Array): void;
  /** It takes more again. */
  drained(): void;
  /** Told once. */
  closed(): void;
}

export class Wire {
  /** Resolves when it is closed. */
  readonly over: Promise<void>;
  readonly #stream: Duplex;
  /** Why nothing is read: the peer reads nothing itself, or somebody asked for it. */
  #is_congested = false;
  #is_held = false;
  #linger: NodeJS.Timeout | null = null;

  constructor(stream: Duplex, owner: WireOwner) {
    this.#stream = stream;
    stream.on("data", (bytes: Uint8Array) => owner.came(bytes));
    stream.on("drain", () => {
      this.#is_congested = false;
      this.#regulate();
      owner.drained();
    });
    // A client that says nothing more has gone.
    stream.on("end", () => this.end());
    // What went wrong is followed by "close", which is all that matters here.
    stream.on("error", () => {});
    this.over = new Promise((resolve) => {
      stream.once("close", () => {
        if (this.#linger !== null) clearTimeout(this.#linger);
        owner.closed();
        resolve();
      });
    });
  }

  get is_congested(): boolean {
    return this.#is_congested;
  }

  /** While it is congested nothing is read: whoever does not take answers may not ask. */
  write(bytes: Uint8Array): void {
    this.#is_congested = !this.#stream.write(bytes);
    this.#regulate();
  }

  /** Reads nothing until `false` is given. */
  hold(is_held: boolean): void {
    this.#is_held = is_held;
    this.#regulate();
  }

  /** Closes it when all has been written. */
  end(): void {
    if (this.#linger !== null) return;
    // What still comes is read and dropped: closing over unread bytes would reset the connection, and our last words
    // could be lost with it.
    this.#is_held = false;
    this.#stream.resume();
    this.#stream.end();
    this.#linger = setTimeout(() => this.destroy(), LINGER_MS).unref();
  }

  destroy(): void {
    this.#stream.destroy();
  }

  #regulate(): void {
    if (this.#linger !== null) return;
    if (this.#is_congested || this.#is_held) this.#stream.pause();
    else if (this.#stream.isPaused()) this.#stream.resume();
  }
}
