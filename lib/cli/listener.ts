// Decides what the thread does that listens for signals while the script's own computes or stands still. The entry of that
// thread.

import { Socket } from "node:net";
import { constants } from "node:os";
import { type MessagePort, parentPort, workerData } from "node:worker_threads";
import { type Birth, IS_CLOSED, PATIENCE_MS, PENDING, PIPE_FD } from "./run_words.ts";

const { state, bell } = workerData as Birth;
const script = parentPort as MessagePort;
const pipe = new Socket({ fd: PIPE_FD });

function tell(signal: number): void {
  Atomics.store(state, PENDING, signal);
  Atomics.add(bell, 0, 1);
  Atomics.notify(bell, 0);
  script.postMessage("signal");
}

pipe.on("data", (signals) => {
  for (const signal of signals) tell(signal);
});
pipe.on("error", () => {});
// Who runs the script has gone: there will be nobody to end it.
pipe.on("close", () => {
  Atomics.store(state, IS_CLOSED, 1);
  tell(constants.signals.SIGTERM);
  setTimeout(() => {
    if (Atomics.load(state, PENDING) !== 0) process.kill(process.pid, "SIGKILL");
  }, PATIENCE_MS);
});
