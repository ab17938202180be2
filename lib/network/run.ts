// Decides what `karere run` puts into the process of a script, and where, so that every copy of the library finds it.

import type { InterruptSignal } from "../model/interrupts.ts";

/** What a script's thread is given by what runs it. */
export interface Run {
  /** Another thread rings it when a signal has come. */
  readonly bell: Int32Array;
  /** Who waits without standing still, in the order in which they began. */
  readonly waits: Set<(signal: InterruptSignal) => void>;
  /** The signal that has come, if it was not taken before. */
  take(): InterruptSignal | null;
  /** Ends what waits and has begun last; if nothing does, the process. */
  interrupt(signal: InterruptSignal): void;
}

/** The name of it in `globalThis`. */
export const run_key = Symbol.for("karere.run");
