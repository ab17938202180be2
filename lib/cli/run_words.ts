// Decides what the process of `karere run`, the script's process in it, and the thread there that listens for signals say
// to each other.

import { constants } from "node:os";
import type { InterruptSignal } from "../model/interrupts.ts";

/** The pipe between the processes: there a signal is one byte, its number; that it was taken is one byte back. */
export const PIPE_FD = 3;
/** Tells the script's process, and no other that it may start, that the pipe is its own. */
export const PIPE_VARIABLE = "KARERE_RUN_PIPE";

/** How long a script that is not to be asked twice may take to notice; then its process is ended. */
export const PATIENCE_MS = 5000;

/** Places in the state that both threads see. */
export const PENDING = 0;
export const IS_CLOSED = 1;

/** What the listening thread is given. */
export interface Birth {
  /** The number of the signal that was not taken yet, or 0; and 1 when the pipe is closed. */
  readonly state: Int32Array;
  readonly bell: Int32Array;
}

export const interrupt_signals: readonly InterruptSignal[] = ["SIGINT", "SIGTERM"];

/** The signal with this number. */
export function signal_of(number: number): InterruptSignal | null {
  return interrupt_signals.find((name) => constants.signals[name] === number) ?? null;
}

/** The exit code of a process that this signal has ended. */
export function exit_code_of(signal: InterruptSignal): number {
  return 128 + constants.signals[signal];
}
