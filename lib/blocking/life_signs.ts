// Decides how the client's thread shows that it is alive, that something has come for the script, and that it has ended.

import { workerData } from "node:worker_threads";
import { BEAT, type Birth, HEARTBEAT_MS, IS_DEAD, type Report } from "./thread_words.ts";

const { bell, pulse, port } = workerData as Birth;

/** Wakes the script's thread, if it waits. */
export function ring(): void {
  Atomics.add(bell, 0, 1);
  Atomics.notify(bell, 0);
}

/** From now on. */
export function show_life(): void {
  process.on("uncaughtException", (error) => {
    port.postMessage([{ say: "dead", message: error.message, stack: error.stack ?? "" }] satisfies Report[]);
    process.exit(1);
  });
  process.on("exit", () => {
    Atomics.store(pulse, IS_DEAD, 1);
    ring();
  });
  Atomics.add(pulse, BEAT, 1);
  setInterval(() => Atomics.add(pulse, BEAT, 1), HEARTBEAT_MS).unref();
}
