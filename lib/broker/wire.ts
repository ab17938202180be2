// Decides how a connection of the system carries the bytes of a link: that nothing is lost of the last words, and that a
// peer which does not close its half does not keep it open.

import type { Duplex } from "node:stream";
import { Line } from "../model/line.ts";

/** How long the peer may keep its half open after we have closed ours. */
const LINGER_MS = 2000;

/** A large write says nothing before its last byte has left: a peer that reads it for seconds would look like one that does not. */
const PIECE = 64 * 1024;

interface WireOwner {
  came(bytes: Uint8Array): void;
  /** The system has taken something over. */
  moved(): void;
  /** It takes more again. */
  drained(): void;
  /** Told once. */
  closed(): void;
}

export class Wire {
  /** Resolves when it is closed. */
  readonly over: Promise<void>;
  readonly #stream: Duplex;
  /** It is closed, or does not say so. */
  readonly #finish: () => void;
  #is_congested = false;
  #is_held = false;
  /** What was written, and not handed over yet. */
  readonly #pieces = new Line<Uint8Array>();
  #linger: NodeJS.Timeout | null = null;

  constructor(stream: Duplex, owner: WireOwner) {
    this.#stream = stream;
    stream.on("data", (bytes: Uint8Array) => owner.came(bytes));
    stream.on("drain", () => {
      this.#is_congested = false;
      owner.moved();
      this.#write_on();
      if (!this.#is_congested) owner.drained();
    });
    // A client that says nothing more has gone.
    stream.on("end", () => this.end());
    // What went wrong is followed by "close", which is all that matters here.
    stream.on("error", () => {});
    let resolve = () => {};
    this.over = new Promise<void>((done) => {
      resolve = done;
    });
    let is_over = false;
    this.#finish = () => {
      if (is_over) return;
      is_over = true;
      if (this.#linger !== null) clearTimeout(this.#linger);
      owner.closed();
      resolve();
    };
    stream.once("close", this.#finish);
  }

  /** The peer does not read what was written: hold back until it is drained. */
  get is_congested(): boolean {
    return this.#is_congested;
  }

  write(bytes: Uint8Array): void {
    for (let at = 0; at < bytes.length; at += PIECE) this.#pieces.push(bytes.subarray(at, at + PIECE));
    this.#write_on();
  }

  /** Reads nothing until `false` is given. */
  hold(is_held: boolean): void {
    if (this.#linger !== null || is_held === this.#is_held) return;
    this.#is_held = is_held;
    if (is_held) this.#stream.pause();
    else this.#stream.resume();
  }

  /** Closes it when all has been written. */
  end(): void {
    if (this.#linger !== null) return;
    // What still comes is read and dropped: closing over unread bytes would reset the connection, and our last words
    // could be lost with it.
    this.#stream.resume();
    for (let piece = this.#pieces.shift(); piece !== null; piece = this.#pieces.shift())
      this.#stream.write(piece);
    this.#stream.end();
    // Of all that is left of a stream which is no socket, only this keeps the process: whoever awaits `over` must get it.
    this.#linger = setTimeout(() => {
      this.#stream.destroy();
      // Not all streams tell that they are closed.
      this.#finish();
    }, LINGER_MS);
  }

  #write_on(): void {
    while (!this.#is_congested) {
      const piece = this.#pieces.shift();
      if (piece === null) return;
      this.#is_congested = !this.#stream.write(piece);
    }
  }
}
