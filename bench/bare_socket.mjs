// Decides what the costs of large messages are compared with: those of a program that does nothing but move their bytes.

import { job_of } from "./lanes.mjs";
import { run_client } from "./peers.mjs";

export async function bare_socket({ port, short }) {
  const found = [];
  for (const action of ["publish", "receive"]) {
    const lane = { action, qos: 0, size: 4096, version: 4 };
    const runs = [];
    for (let round = 0; round < (short ? 1 : 5); round += 1) {
      runs.push((await run_client("bare_socket", job_of(lane, "karere", port, short ? 0.1 : 1))).cpu_us);
    }
    const cost = runs.sort((a, b) => a - b)[Math.floor(runs.length / 2)];
    found.push({
      what: `${action} 4096 B over a bare socket`,
      text: `${cost.toFixed(2)} µs a message`,
      karere: cost,
    });
  }
  return found;
}
