// Decides that in a page everything stands in its line, where it stands in for passage.ts: few messages leave a page,
// and what it loads must be small.

import type { PassageParts } from "./passage.ts";

export type { PassageParts, PlainAcknowledgement, PlainMessage } from "./passage.ts";

export class Passage {
  // biome-ignore lint/complexity/noUselessConstructor: it takes what its original takes.
  constructor(_parts?: PassageParts) {}

  publish(): boolean {
    return false;
  }
}

export function left_with(): null {
  return null;
}

export function lost_with(): null {
  return null;
}

export function write_queued(): number {
  return 0;
}

export function acknowledges(): boolean {
  return false;
}

export function is_plain_acknowledgement(_packet: object): _packet is never {
  return false;
}
