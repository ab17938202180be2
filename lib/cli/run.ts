// Decides how a script is run so that Ctrl-C can interrupt it whatever it does: in a process of its own, whose main thread
// is all the script's. This process takes the signals and tells them through a pipe; it ends as the script does.

import { spawn } from "node:child_process";
import { constants } from "node:os";
import type { Duplex } from "node:stream";
import type { InterruptSignal } from "../model/interrupts.ts";
import { exit_code_of, interrupt_signals, PATIENCE_MS, PIPE_FD, PIPE_VARIABLE } from "./run_words.ts";
import { stripping_flags, what_is_missing } from "./typescript.ts";

const FAILED = 1;
const MISUSED = 2;

/** Runs a script with its arguments; resolves to the exit code. */
export async function run([script = "", ...args]: string[]): Promise<number> {
  if (script.startsWith("-")) {
    console.error(`karere run: ${script} is no script; Node's own options go into NODE_OPTIONS`);
    return MISUSED;
  }
  const missing = what_is_missing(script);
  if (missing !== null) {
    console.error(`karere run: ${missing}`);
    return FAILED;
  }
  return new Promise((resolve, reject) => {
    const preload = new URL("./preload.js", import.meta.url).href;
    const child = spawn(process.execPath, [...stripping_flags(), `--import=${preload}`, script, ...args], {
      stdio: ["inherit", "inherit", "inherit", "pipe"],
      env: { ...process.env, [PIPE_VARIABLE]: "1" },
    });
    let is_given_up = false;
    const stop = tell_signals(child.stdio[PIPE_FD] as Duplex, (signal) => {
      is_given_up = true;
      child.kill("SIGKILL");
      if (signal === "SIGINT") console.error("KeyboardInterrupt");
      resolve(exit_code_of(signal));
    });
    child.on("error", reject);
    child.on("exit", (code, signal) => {
      stop();
      if (code !== null) return resolve(code);
      if (is_given_up) return;
      // Whoever looks at this process shall see the same.
      for (const name of interrupt_signals) process.removeAllListeners(name);
      process.kill(process.pid, signal as NodeJS.Signals);
    });
  });
}

/**
 * Tells the script of the signals that come. The first Ctrl-C may wait until the script notices. What comes besides may
 * not: then `give_up` is called, at once if what came before was not noticed either.
 * Returns what ends that: signals then do nothing, for this process already ends as the script did.
 */
function tell_signals(pipe: Duplex, give_up: (signal: InterruptSignal) => void): () => void {
  let is_first = true;
  let is_noticed = true;
  let is_over = false;
  let limit: NodeJS.Timeout | undefined;
  const end = (signal: InterruptSignal) => {
    is_over = true;
    give_up(signal);
  };
  const take = (signal: InterruptSignal) => {
    if (is_over) return;
    if (!is_noticed) return end(signal);
    is_noticed = false;
    pipe.write(Uint8Array.of(constants.signals[signal]));
    if (!is_first || signal === "SIGTERM") limit = setTimeout(end, PATIENCE_MS, signal);
    is_first = false;
  };
  for (const signal of interrupt_signals) {
    // What the script has said before is heard before.
    process.on(signal, () => void setImmediate(take, signal));
  }
  pipe.on("data", () => {
    is_noticed = true;
    clearTimeout(limit);
  });
  // The script's process may end at any time; that is told elsewhere.
  pipe.on("error", () => {});
  return () => {
    is_over = true;
    clearTimeout(limit);
    pipe.destroy();
  };
}
