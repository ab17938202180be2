// Loaded by `--import`: makes the client's thread, not the script's, end as CRASH says when it has lived CRASH_MS.

import { isMainThread } from "node:worker_threads";

const ends = {
  throw() {
    throw new Error("a fault in the thread");
  },
  exit() {
    process.exit(7);
  },
};

if (!isMainThread) setTimeout(ends[process.env.CRASH], Number(process.env.CRASH_MS));
