// Decides what Python's `time` is here: sleeping during which callbacks run, and its clocks. The entry
// `karere/blocking/time`.

import { check_seconds } from "../client/options.ts";
import { needs_idle_thread } from "../network/process_end.ts";
import { wait_for, warn } from "./thread.ts";

let is_warned = false;

/**
 * Waits; callbacks run meanwhile.
 *
 * @param seconds how long, at least 0.
 */
export function sleep(seconds: number): void {
  const ms = check_seconds("seconds", seconds, 0) * 1000;
  if (needs_idle_thread() && !is_warned) {
    is_warned = true;
    warn(
      'time.sleep() of karere/blocking stops a client of "karere", too: nothing leaves and nothing comes meanwhile. Import the client from "karere/blocking/client", or use a sleep() with await',
      "MQTTWarning",
    );
  }
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
