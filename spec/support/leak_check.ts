// Decides what a spec may leave behind: nothing that would keep a process alive, and no growing heap.

import { setTimeout as delay } from "node:timers/promises";
import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";

/** Ref'd handles and timers by kind; requests that settle by themselves are left out. */
const watched = /^(TCP|Pipe|UDP|TTY|Process|Timeout|Interval|MessagePort|FSEvent|StatWatcher)/;

/** A picture of what keeps this process alive now, to be given to {@link leaked_since}. */
export function open_handles(): ReadonlyMap<string, number> {
  const counts = new Map<string, number>();
  for (const kind of process.getActiveResourcesInfo().filter((name) => watched.test(name))) {
    counts.set(kind, (counts.get(kind) ?? 0) + 1);
  }
  return counts;
}

/** What is open beyond `before`, such as `["TCPSocketWrap x 2"]`. Gives handles that are closing a moment to do so. */
export async function leaked_since(before: ReadonlyMap<string, number>, within = 1_000): Promise<string[]> {
  const deadline = performance.now() + within;
  for (;;) {
    const more = Array.from(
      open_handles(),
      ([kind, count]) => [kind, count - (before.get(kind) ?? 0)] as const,
    );
    const leaked = more.filter(([, count]) => count > 0);
    if (leaked.length === 0 || performance.now() > deadline) {
      return leaked.map(([kind, count]) => `${kind} x ${count}`);
    }
    await delay(10);
  }
}

/** Bytes in use on the heap after full collections; for specs that show that a loop leaves nothing behind. */
export async function heap_after_gc(): Promise<number> {
  setFlagsFromString("--expose-gc");
  const gc = runInNewContext("gc") as () => void;
  let last = Number.POSITIVE_INFINITY;
  // What earlier spec files have left is let go in several rounds.
  for (let round = 0; round < 20; round += 1) {
    // Weak references and finalizers are settled only in turns after a collection.
    for (let turn = 0; turn < 3; turn++) {
      await delay(1);
      gc();
    }
    const { heapUsed } = process.memoryUsage();
    if (Math.abs(last - heapUsed) < 50_000) return heapUsed;
    last = heapUsed;
  }
  return last;
}
