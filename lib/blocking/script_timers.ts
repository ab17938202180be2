// Decides whether the script has set timers, which do not run while one of its calls waits.

import { executionAsyncResource } from "node:async_hooks";

/** False also when a timer's function runs: then that timer counts, too, and nobody can say whether there is another. */
export function has_timers(): boolean {
  return (
    executionAsyncResource().constructor.name !== "Timeout" &&
    process.getActiveResourcesInfo().includes("Timeout")
  );
}
