// Loaded by `--import`: makes the client's thread, not the script's, end as the script says in `process.env.CRASH`.

import { isMainThread } from "node:worker_threads";

const ends = {
  throw() {
    throw new Error("a fault in the thread");
  },
  exit() {
    process.exit(7);
  },
};

if (!isMainThread) setInterval(() => ends[process.env.CRASH]?.(), 50);
