// Decides how a connection of the system carries the bytes of a link: that nothing is lost of the last words, and that a
// peer which does not close its half does not keep it open.

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
  #is_congested = false;
  #linger: NodeJS.Timeout | null = null;

  constructor(stream: Duplex, owner: WireOwner) {
    this.#stream = stream;
    stream.on("data", (bytes: Uint8Array) => owner.came(bytes));
    stream.on("drain", () => {
      this.#is_congested = false;
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

  /** The peer does not read what was written: hold back until it is drained. */
  get is_congested(): boolean {
    return this.#is_congested;
  }

  write(bytes: Uint8Array): void {
    this.#is_congested = !this.#stream.write(bytes);
  }

  /** Reads nothing until `false` is given. */
  hold(is_held: boolean): void {
    if (this.#linger !== null) return;
    if (is_held) this.#stream.pause();
    else this.#stream.resume();
  }

  /** Closes it when all has been written. */
  end(): void {
    if (this.#linger !== null) return;
    // What still comes is read and dropped: closing over unread bytes would reset the connection, and our last words
    // could be lost with it.
    this.#stream.resume();
    this.#stream.end();
    this.#linger = setTimeout(() => this.destroy(), LINGER_MS).unref();
  }

  destroy(): void {
    this.#stream.destroy();
  }
}
