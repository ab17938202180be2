// Decides how packets of hostile brokers are tried for long: the trials of spec/fuzz as one file of plain JavaScript, each
// version in a process of its own, as many at a time as there are cores to work. A table tells what became of it. It fails
// if anything is not as promised, and a version ends with the first packet for which it is not.
//
//   npm run fuzz                                       two million packets of each version
//   FUZZ_N=20000000 FUZZ_SEED=1234 npm run fuzz        as many as you like, and the same again

import { fork } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync } from "node:fs";
import { availableParallelism, tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { build } from "esbuild";
import { print_table } from "../bench/screen.mjs";

const COUNT = Number(process.env.FUZZ_N ?? 2_000_000);
const SEED = Number(process.env.FUZZ_SEED ?? Math.floor(Math.random() * 2 ** 31));
const PROGRESS_EVERY = 500_000;
/** The one that takes longest comes first. */
const VERSIONS = [
  [5, "MQTT 5"],
  [3, "MQTT 3.1"],
  [4, "MQTT 3.1.1"],
];

const number = (value) => value.toLocaleString("en");

/** What each process does; it says how far it is, and in the end what came of it. */
const trials = `
import { faults_of, Trials } from "./spec/fuzz/trials.ts";
const [count, seed, version, progress_every] = process.argv.slice(2).map(Number);
function memory_in_use() {
  gc();
  const { heapUsed, arrayBuffers } = process.memoryUsage();
  return heapUsed + arrayBuffers;
}
const on_progress = (tried) => process.send({ tried });
const began = process.cpuUsage();
const outcome = new Trials(seed, version).run(count, { memory_in_use, on_progress, progress_every });
const { user, system } = process.cpuUsage(began);
process.send({ outcome: { ...outcome, cpu_us: user + system }, faults: faults_of(outcome) });
process.disconnect();
`;

async function compile(outfile) {
  const resolveDir = fileURLToPath(new URL("..", import.meta.url));
  const stdin = { contents: trials, resolveDir, loader: "ts" };
  await build({ stdin, outfile, bundle: true, platform: "node", format: "esm", logLevel: "warning" });
}

/** Gives a row of the table; what is not as promised is told at once, and is the end of this version only. */
async function run(file, [version, name]) {
  const process_of = fork(file, [COUNT, SEED, version, PROGRESS_EVERY].map(String), {
    execArgv: ["--expose-gc"],
  });
  let result = null;
  process_of.on("message", (message) => {
    if (message.tried === undefined) result = message;
    else console.error(`${name}: ${number(message.tried)} of ${number(COUNT)}`);
  });
  const [code] = await once(process_of, "exit");
  const faults = result?.faults ?? [`ended with code ${code}`];
  if (faults.length > 0) {
    console.error(`${name}, FUZZ_SEED=${SEED}: ${faults.join("; ")}`);
    process.exitCode = 1;
  }
  if (result === null) return [name, "failed", "", "", "", ""];
  const { packets, refused, read, growth, cpu_us } = result.outcome;
  return [
    name,
    number(packets),
    number(refused),
    number(read),
    `${(growth / 2 ** 20).toFixed(1)} MB`,
    `${(cpu_us / 1e6).toFixed(0)} s`,
  ];
}

console.log(`FUZZ_SEED=${SEED}`);
const folder = mkdtempSync(join(tmpdir(), "karere-fuzz-"));
try {
  const file = join(folder, "trials.mjs");
  await compile(file);
  const rows = [];
  const waiting = VERSIONS.entries();
  const work = async () => {
    for (const [place, version] of waiting) rows[place] = await run(file, version);
  };
  await Promise.all(Array.from({ length: Math.min(availableParallelism(), VERSIONS.length) }, work));
  print_table(["", "packets", "refused", "read", "growth", "CPU"], rows);
} finally {
  rmSync(folder, { recursive: true, force: true });
}
