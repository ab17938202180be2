// Decides where a script is prepared that `karere run` has started: in the main thread of that process, before its first
// line; not in the threads and processes that the script starts, to which Node hands on how it was itself started.

import { isMainThread } from "node:worker_threads";
import { PIPE_VARIABLE } from "./run_words.ts";

if (isMainThread && process.env[PIPE_VARIABLE] !== undefined) {
  delete process.env[PIPE_VARIABLE];
  const { prepare_script } = await import("./script.ts");
  prepare_script();
}
