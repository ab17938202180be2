// Decides how an interrupt from outside reaches what waits, where a script runs under `karere run`: through one object
// that this puts into the process, and that every copy of the library finds. Without it nothing is ever interrupted.

import { type InterruptSignal, interrupt_of, KeyboardInterrupt, SystemExit } from "../model/interrupts.ts";
import { type Run, run_key } from "./run.ts";

/** What runs this script; null: Node alone. */
export const run = ((globalThis as Record<symbol, unknown>)[run_key] ?? null) as Run | null;

/** Begins what a promise waits for. May return what else is to be done when an interrupt has rejected the promise. */
type Executor<T> = (
  resolve: (value: T) => void,
  reject: (error: unknown) => void,
) => ((error: Error) => unknown) | undefined;

/** The promise of a call that waits: `new Promise(executor)`, which an interrupt rejects. */
export function waiting<T>(executor: Executor<T>): Promise<T> {
  if (run === null) return new Promise(executor);
  const { waits } = run;
  return new Promise((resolve, reject) => {
    const end = (signal: InterruptSignal) => {
      const error = interrupt_of(signal);
      waits.delete(end);
      reject(error);
      leave?.(error);
    };
    const ending =
      <V>(settle: (value: V) => void) =>
      (value: V) => {
        waits.delete(end);
        settle(value);
      };
    waits.add(end);
    const leave = executor(ending(resolve), ending(reject));
  });
}

/** Whether what a callback has thrown is an interrupt: it then goes on to what waits outside of the callback. */
export function goes_on(error: unknown): boolean {
  const is_interrupt = error instanceof KeyboardInterrupt || error instanceof SystemExit;
  if (run === null || !is_interrupt) return false;
  run.interrupt(error instanceof KeyboardInterrupt ? "SIGINT" : "SIGTERM");
  return true;
}
