// Decides what Python's `time` is here: sleeping during which callbacks run, and its clocks. The entry
// `karere/blocking/time`.

import { check_seconds } from "../client/settings.ts";
import { wait_for } from "./thread.ts";

/**
 * Waits; callbacks run meanwhile.
 *
 * @param seconds how long, at least 0.
 */
export function sleep(seconds: number): void {
  const ms = check_seconds("seconds", seconds, 0) * 1000;
  wait_for(() => false, performance.now() + ms);
}

/** Seconds of a clock that only goes forward and starts anywhere. */
export function monotonic(): number {
  return performance.now() / 1000;
}

/** Seconds since the beginning of 1970. */
export function time(): number {
  return Date.now() / 1000;
}
