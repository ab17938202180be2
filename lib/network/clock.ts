// Decides what time is for the shell: one clock and one kind of timer, so that a spec can bring its own.

export interface Clock {
  /** Milliseconds on a clock that never goes back. */
  now(): number;
  /** Calls `fn` once, not before `ms` milliseconds; returns the way to call it off. Never keeps the process alive. */
  after(ms: number, fn: () => void): () => void;
}

const LONGEST_TIMER_MS = 2 ** 31 - 1;
/** A timer that is late by this much comes after a sleep, of the machine or of a hidden page. */
const LATE_MS = 1000;
/** How long what has arrived meanwhile then has to be told, where nothing says when all of it was. */
const GRACE_MS = 1000;

export const system_clock: Clock = {
  now: () => performance.now(),
  after(ms, fn) {
    // Timers come before input in a turn of the event loop: after a long pause, what has arrived in the meantime must
    // be read before anybody judges the peer as silent.
    const { setImmediate } = globalThis as { setImmediate?: (fn: () => void) => unknown };
    const wait_ms = Math.min(Math.max(0, ms), LONGEST_TIMER_MS);
    const due_at = performance.now() + wait_ms;
    let off = false;
    const wake = () => {
      const due = () => {
        if (!off) fn();
      };
      if (setImmediate !== undefined) setImmediate(due);
      else if (performance.now() - due_at < LATE_MS) due();
      else setTimeout(due, GRACE_MS);
    };
    const timer = setTimeout(wake, wait_ms);
    (timer as { unref?: () => void }).unref?.();
    return () => {
      off = true;
      clearTimeout(timer);
    };
  },
};
