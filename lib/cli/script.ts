// Decides how the main thread of a script under `karere run` is interrupted: another thread listens for signals, and rings
// the bell for which everything waits that stands still; what waits otherwise is told on the event loop.

import { writeSync } from "node:fs";
import { Worker } from "node:worker_threads";
import { type InterruptSignal, interrupt_of } from "../model/interrupts.ts";
import { type Run, run_key } from "../network/run.ts";
import {
  type Birth,
  exit_code_of,
  IS_CLOSED,
  interrupt_signals,
  PENDING,
  PIPE_FD,
  signal_of,
} from "./run_words.ts";
import { compile_typescript } from "./typescript.ts";

export function prepare_script(): void {
  const state = new Int32Array(new SharedArrayBuffer(8));
  const bell = new Int32Array(new SharedArrayBuffer(4));
  const workerData: Birth = { state, bell };
  const listener = new Worker(new URL("./listener.js", import.meta.url), { workerData, execArgv: [] });
  const run: Run = {
    bell,
    waits: new Set(),
    take() {
      const signal = signal_of(Atomics.exchange(state, PENDING, 0));
      if (signal === null) return null;
      // At once, so that it is known before anything that the script does now.
      if (Atomics.load(state, IS_CLOSED) === 0) tell_taken();
      return is_new(signal, "pipe") && !is_heard_by_script(signal) ? signal : null;
    },
    interrupt(signal) {
      const last = [...run.waits].at(-1);
      if (last !== undefined) last(signal);
      else
        queueMicrotask(() => {
          throw interrupt_of(signal);
        });
    },
  };
  for (const signal of interrupt_signals) {
    take_from_node(signal, () => {
      if (is_new(signal, "node") && !is_heard_by_script(signal)) run.interrupt(signal);
    });
  }
  Object.defineProperty(globalThis, run_key, { value: run });
  listener.on("message", () => {
    const signal = run.take();
    if (signal !== null) run.interrupt(signal);
  });
  listener.unref();
  process.on("uncaughtExceptionMonitor", end_by);
  compile_typescript(process.argv[1] as string);
}

function tell_taken(): void {
  try {
    writeSync(PIPE_FD, Uint8Array.of(0));
  } catch {
    // Nobody is there any more who wants to know.
  }
}

/** How often each signal came by each way. */
const came = new Map<string, number>();

/** A terminal sends a signal to all of its processes: what comes through the pipe and by Node counts once. */
function is_new(signal: InterruptSignal, way: "pipe" | "node"): boolean {
  const count = (came.get(signal + way) ?? 0) + 1;
  came.set(signal + way, count);
  return count > (came.get(signal + (way === "pipe" ? "node" : "pipe")) ?? 0);
}

/** Takes from Node what it would do when this signal comes: the listeners of the script are called by us, and once. */
function take_from_node(signal: InterruptSignal, heard: () => void): void {
  const { emit } = process;
  // Node keeps what is here now, when somebody listens for the first time, and calls that when the signal comes.
  process.emit = ((name: string, ...args: unknown[]) =>
    name === signal ? heard() : Reflect.apply(emit, process, [name, ...args])) as typeof emit;
  process.on(signal, () => {});
  process.emit = emit;
}

/** Whether the script listens for the signal itself, as with Python's `signal.signal()`: then that is all that happens. */
function is_heard_by_script(signal: InterruptSignal): boolean {
  if (process.listenerCount(signal) <= 1) return false;
  process.emit(signal, signal);
  return true;
}

/** An interrupt that nobody has caught ends the process with few words. */
function end_by(error: Error): void {
  const signal = { KeyboardInterrupt: "SIGINT", SystemExit: "SIGTERM" }[String(error?.name)];
  if (signal === undefined || process.listenerCount("uncaughtException") > 0) return;
  if (signal === "SIGINT") process.stderr.write("KeyboardInterrupt\n");
  const { code } = error as { code?: unknown };
  process.exit(typeof code === "number" ? code : exit_code_of(signal as InterruptSignal));
}
