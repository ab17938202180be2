// Decides what time is for the shell: one clock and one kind of timer, so that a spec can bring its own.

export interface Clock {
  /** Milliseconds on a clock that never goes back. */
  now(): number;
  /** Calls `fn` once, not before `ms` milliseconds; returns the way to call it off. Never keeps the process alive. */
  after(ms: number, fn: () => void): () => void;
}

const LONGEST_TIMER_MS = 2 ** 31 - 1;

export const system_clock: Clock = {
  now: () => performance.now(),
  after(ms, fn) {
    // Timers come before input in a turn of the event loop: after a long pause, what has arrived in the meantime must
    // be read before anybody judges the peer as silent.
    const { setImmediate } = globalThis as { setImmediate?: (fn: () => void) => unknown };
    let off = false;
    const due = () => {
      if (!off) fn();
    };
    const wake = setImmediate === undefined ? due : () => void setImmediate(due);
    const timer = setTimeout(wake, Math.min(Math.max(0, ms), LONGEST_TIMER_MS));
    (timer as { unref?: () => void }).unref?.();
    return () => {
      off = true;
      clearTimeout(timer);
    };
  },
};
