// Decides that a page has no end at which anything could be said, where it stands in for process_end.ts.

export type { Unfinished } from "./process_end.ts";

export function at_process_end(): () => void {
  return () => {};
}

export function needs_idle_thread(): boolean {
  return false;
}
