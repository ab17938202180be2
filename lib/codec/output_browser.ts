// Decides how the bytes that leave on a link are collected in a page, where it stands in for output.ts: all come encoded,
// for few packets leave a page, and what it loads must be small.

import { concat_bytes } from "../model/bytes.ts";

export const FULL_BYTES = 128 * 1024;

/** All memory is taken anew here. */
export function give_back(_bytes: Uint8Array): void {}

export class Output {
  #parts: Uint8Array[] = [];
  /** How many bytes wait. */
  length = 0;

  // Nothing takes the short ways in a page.
  publish(): void {}
  acknowledge(): void {}

  append(packet: Uint8Array): void {
    this.#parts.push(packet);
    this.length += packet.length;
  }

  /** All that waits; it belongs to the caller. */
  take(): Uint8Array {
    const taken = concat_bytes(this.#parts);
    this.#parts = [];
    this.length = 0;
    return taken;
  }
}
