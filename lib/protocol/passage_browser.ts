// Decides that in a page everything stands in its line, where it stands in for passage.ts: few messages leave a page,
// and what it loads must be small.

export type { PlainAcknowledgement, PlainMessage } from "./passage.ts";

export class Passage {
  publish(): boolean {
    return false;
  }
}

export function acknowledges(): boolean {
  return false;
}

export function is_plain_acknowledgement(_packet: object): _packet is never {
  return false;
}
