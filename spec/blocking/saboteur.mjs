// Loaded by `--import`: makes the client's thread, not the script's, end as the script says in `process.env.CRASH`, or
// count its heartbeats fifty times as fast as it should with `process.env.HURRY`.

import { isMainThread } from "node:worker_threads";

const ends = {
  throw() {
    throw new Error("a fault in the thread");
  },
  exit() {
    process.exit(7);
  },
};

const really_set_interval = setInterval;
if (!isMainThread && process.env.HURRY) {
  globalThis.setInterval = (fn, ms) => really_set_interval(fn, ms / 50);
}
if (!isMainThread) setInterval(() => ends[process.env.CRASH]?.(), 50);
