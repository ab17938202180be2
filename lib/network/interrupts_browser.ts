// Decides that nothing interrupts a page, where it stands in for interrupts.ts.

import type { waiting as original } from "./interrupts.ts";

export const run = null;

export function waiting<T>(executor: Parameters<typeof original<T>>[0]): Promise<T> {
  return new Promise(executor);
}

export function goes_on(): boolean {
  return false;
}
