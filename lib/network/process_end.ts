// Decides who is asked when the process is about to end by itself: one listener of the process for all clients, and
// none while nobody wants to be asked. Where there is no such process (a browser) nobody ever is.

interface EndingProcess {
  on?(event: "beforeExit", listener: () => void): unknown;
  off?(event: "beforeExit", listener: () => void): unknown;
}

/** Says something, and whether it did: the first who does speaks for all. */
type LastWords = () => boolean;

const waiting = new Set<LastWords>();

/** Asks `speak` when nothing keeps the process alive any more; returns the way to take that back. */
export function at_process_end(speak: LastWords): () => void {
  if (waiting.size === 0) this_process().on?.("beforeExit", ask);
  waiting.add(speak);
  return () => {
    if (waiting.delete(speak) && waiting.size === 0) this_process().off?.("beforeExit", ask);
  };
}

function ask(): void {
  for (const speak of waiting) if (speak()) return;
}

function this_process(): EndingProcess {
  return (globalThis as { process?: EndingProcess }).process ?? {};
}
