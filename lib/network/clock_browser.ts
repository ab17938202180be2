// Decides what time is in a page, where it stands in for clock.ts: few clients are there, so each wait has its own timer.

import type { Clock } from "./clock.ts";

export type { Clock } from "./clock.ts";

const LONGEST_TIMER_MS = 2 ** 31 - 1;
/** A timer that is late by this much comes after a sleep, of the machine or of a hidden page. */
const LATE_MS = 1000;
/** How long what has arrived meanwhile then has to be told, as nothing says when all of it was. */
const GRACE_MS = 1000;

export const system_clock: Clock = {
  now: () => performance.now(),
  after(ms, fn) {
    const wait_ms = Math.min(Math.max(0, ms), LONGEST_TIMER_MS);
    const late_at = performance.now() + wait_ms + LATE_MS;
    let timer = setTimeout(() => {
      if (performance.now() < late_at) fn();
      else timer = setTimeout(fn, GRACE_MS);
    }, wait_ms);
    return () => clearTimeout(timer);
  },
};

/** Nobody asks for it here: `karere/testing` is not for pages. */
export function replace_system_clock(_clock: Clock | null): void {}
