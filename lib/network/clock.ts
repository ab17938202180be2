// Decides what time is for the shell: one clock and one kind of timer, so that a test can bring its own.

export interface Clock {
  /** Milliseconds on a clock that never goes back. */
  now(): number;
  /** Calls `fn` once, not before `ms` milliseconds; returns the way to call it off. Never keeps the process alive. */
  after(ms: number, fn: () => void): () => void;
}

const LONGEST_TIMER_MS = 2 ** 31 - 1;

interface Call {
  readonly at: number;
  readonly fn: () => void;
}

/** What is to be called, the next first. One timer serves all: a thousand clients would have a large one each. */
const calls: Call[] = [];
let timer: NodeJS.Timeout | null = null;
let timer_at = Number.POSITIVE_INFINITY;

const clock_of_machine: Clock = {
  // Whole milliseconds: a moment that is kept would take an object of its own with a fraction.
  now: () => Math.floor(performance.now()),
  after(ms, fn) {
    const call: Call = { at: Math.ceil(performance.now() + Math.max(0, ms)), fn };
    calls.splice(place_of(call.at), 0, call);
    set_timer();
    return () => call_off(call);
  },
};

/** The clock of all clients and brokers that are made from now on. */
export let system_clock: Clock = clock_of_machine;

/** For tests: another clock, or, with null, that of the machine again. */
export function replace_system_clock(clock: Clock | null): void {
  system_clock = clock ?? clock_of_machine;
}

/** Behind those of the same moment. */
function place_of(at: number): number {
  let low = 0;
  let high = calls.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if ((calls[middle] as Call).at <= at) low = middle + 1;
    else high = middle;
  }
  return low;
}

function call_off(call: Call): void {
  const index = calls.lastIndexOf(call, place_of(call.at) - 1);
  if (index >= 0) calls.splice(index, 1);
  // That of a call which is not the last may wake for nothing: to set it anew each time would cost more.
  if (calls.length === 0) stop_timer();
}

function set_timer(): void {
  const at = calls[0]?.at ?? Number.POSITIVE_INFINITY;
  if (at >= timer_at || calls.length === 0) return;
  stop_timer();
  timer_at = at;
  const wait_ms = Math.max(0, Math.ceil(at - performance.now()));
  timer = setTimeout(wake, Math.min(wait_ms, LONGEST_TIMER_MS)).unref();
}

function stop_timer(): void {
  if (timer !== null) clearTimeout(timer);
  timer = null;
  timer_at = Number.POSITIVE_INFINITY;
}

function wake(): void {
  // Timers come before input in a turn of the event loop: after a long pause, what has arrived in the meantime must
  // be read before anybody judges the peer as silent.
  setImmediate(call_due);
}

function call_due(): void {
  stop_timer();
  try {
    const now = performance.now();
    for (let [call] = calls; call !== undefined && call.at <= now; [call] = calls) {
      calls.shift();
      call.fn();
    }
  } finally {
    set_timer();
  }
}
