// Decides that a page has no end at which anything could be said, where it stands in for process_end.ts.

export type { Ending, Unfinished } from "./process_end.ts";

export function watch_process_end(): void {}

export function needs_idle_thread(): boolean {
  return false;
}
