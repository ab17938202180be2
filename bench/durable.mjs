// Decides how it is measured what it costs that messages are kept in a file: publishing QoS 1 with each policy of fsync,
// beside the same without a store, in turn; and with a client that waits, which is told of each message that it is kept.

import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { run_lane } from "./lanes.mjs";

const lane = { action: "publish", qos: 1, size: 64, version: 4 };
const policies = ["interval", "never", "always"];

const median = (numbers) => [...numbers].sort((a, b) => a - b)[Math.floor(numbers.length / 2)];

/** Of a file that is asked for each message: enough of them for some seconds. */
const share_of_waiting = { interval: 0.05, never: 0.05, always: 0.01 };

/** CPU time of a message, in microseconds, and messages a second. */
async function cost(fsync, port, scale, client = "karere") {
  const folder = mkdtempSync(join(tmpdir(), "karere-bench-"));
  try {
    const store = fsync === null ? null : { path: join(folder, "outbox.log"), fsync };
    return await run_lane({ ...lane, store }, client, port, scale);
  } finally {
    rmSync(folder, { recursive: true });
  }
}

export async function durable({ port, short }) {
  const rounds = short ? 1 : 3;
  const found = new Map([null, ...policies].map((fsync) => [fsync, []]));
  for (let round = 0; round < rounds; round += 1) {
    // Asking the disk with each turn takes long, and tells the same of fewer messages.
    for (const [fsync, runs] of found) runs.push(await cost(fsync, port, fsync === "always" ? 0.1 : 0.4));
  }
  const cpu = (fsync) => median(found.get(fsync).map(({ cpu_us }) => cpu_us));
  const rate = (fsync) => median(found.get(fsync).map((run) => run.rate));
  const in_turns = policies.map((fsync) => {
    const share = rate(fsync) / rate(null);
    const times = cpu(fsync) / cpu(null);
    return {
      what: `publish QoS 1 with a file, fsync ${fsync}`,
      text:
        `${cpu(fsync).toFixed(2)} µs, ${times.toFixed(2)} times as much as in memory; ` +
        `${Math.round(rate(fsync)).toLocaleString("en")} messages/s, ${share.toFixed(2)} of the throughput in memory`,
      karere: 1 / share,
    };
  });
  return [...in_turns, ...(await one_by_one(port, rounds))];
}

async function one_by_one(port, rounds) {
  const found = [];
  for (const fsync of policies) {
    const rates = [];
    for (let round = 0; round < rounds; round += 1) {
      const { rate } = await cost(fsync, port, share_of_waiting[fsync], "blocking");
      rates.push(rate);
    }
    const rate = median(rates);
    const text = `${(1e6 / rate).toFixed(0)} µs each, ${Math.round(rate).toLocaleString("en")} messages/s`;
    found.push({
      what: `publish QoS 1 with a file in the blocking flavour, fsync ${fsync}`,
      text,
      us: 1e6 / rate,
    });
  }
  return found;
}
