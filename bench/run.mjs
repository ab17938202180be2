// Decides how the benchmark is run and what it shows: every lane with every client that is there, in turn, several times,
// against the same fake broker; medians, and by how much karere needs less than each. Then what a message costs where
// there is more of everything, and what else is worth knowing.
//
//   npm run bench                          all of it, about ten minutes
//   npm run bench -- --short               a few lanes, once
//   npm run bench -- --only "publish QoS 0"
//   npm run bench -- --only flat           (or "others")
//   npm run bench -- --check               fails where a bar of bench/bars.json is not kept, and tells of the targets
//   npm run bench -- --profile "publish QoS 0, 64 B, 3.1.1"

import { fork } from "node:child_process";
import { once } from "node:events";
import { mkdirSync, writeFileSync } from "node:fs";
import { cpus, release } from "node:os";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { figures_of, judge_by_bars, judge_by_targets } from "./bars.mjs";
import { growths, run_size } from "./flatness.mjs";
import { all_lanes, job_of, name_of, run_lane } from "./lanes.mjs";
import { others } from "./others.mjs";
import { clients, name_of_client, run_client } from "./peers.mjs";
import { show_beside_paho, show_growths, show_judgement, show_lanes } from "./report.mjs";
import { microseconds, progress_bar } from "./screen.mjs";

const { values: asked } = parseArgs({
  options: {
    short: { type: "boolean", default: false },
    check: { type: "boolean", default: false },
    only: { type: "string", default: "" },
    rounds: { type: "string", default: "3" },
    profile: { type: "string" },
  },
});
const rounds = asked.short ? 1 : Number(asked.rounds);
const scale = asked.short ? 0.2 : 1;
const is_wanted = (name) => name.includes(asked.only);
const folder = new URL("results/", import.meta.url);
const now = new Date().toISOString().replaceAll(":", "-");

const versions = clients();
const there = asked.short ? ["karere", "blocking", "mqttjs"] : Object.keys(versions);
const lanes = all_lanes()
  .filter((lane) => is_wanted(name_of(lane)))
  .filter(({ size, version }) => !asked.short || (size === 64 && version === 4));
const growing = (is_wanted("flat") ? growths : []).map((growth) => ({
  ...growth,
  sizes: asked.short ? growth.sizes.slice(-2) : growth.sizes,
}));
const besides = is_wanted("others") ? Object.entries(others) : [];

const median = (numbers) => [...numbers].sort((a, b) => a - b)[Math.floor(numbers.length / 2)];

const median_of = (runs) => ({
  cpu_us: median(runs.map((run) => run.cpu_us)),
  rate: median(runs.map((run) => run.rate)),
});

async function measure_lanes(port, next) {
  const found = [];
  for (const lane of lanes) {
    const runs = Object.fromEntries(there.map((client) => [client, []]));
    for (let round = 0; round < rounds; round += 1) {
      for (const client of there) {
        next(`${name_of(lane)}: ${client}`);
        runs[client].push(await run_lane(lane, client, port, scale));
      }
    }
    const medians = Object.fromEntries(there.map((client) => [client, median_of(runs[client])]));
    found.push({ lane: name_of(lane), ...lane, medians, runs });
  }
  return found;
}

async function measure_growths(port, next) {
  const found = [];
  for (const growth of growing) {
    const runs = growth.sizes.map(() => []);
    for (let round = 0; round < rounds; round += 1) {
      for (const [at, size] of growth.sizes.entries()) {
        next(`${size} ${growth.what}`);
        runs[at].push(await run_size(growth, size, port, scale));
      }
    }
    const costs = runs.map((of_size) => median_of(of_size).cpu_us);
    found.push({ what: growth.what, sizes: growth.sizes, costs, factor: costs.at(-1) / Math.min(...costs) });
  }
  return found;
}

async function measure_others(port, next) {
  const found = [];
  for (const [name, measure] of besides) {
    next(name);
    found.push(...(await measure({ port, short: asked.short })));
  }
  return found;
}

async function profile(name, port) {
  const lane = all_lanes().find((one) => name_of(one) === name);
  if (lane === undefined) return refuse(`no lane is called "${name}"`);
  const file = `${now}-${name.replaceAll(/[^\w.]+/g, "-")}.cpuprofile`;
  const options = ["--cpu-prof", `--cpu-prof-dir=${fileURLToPath(folder)}`, `--cpu-prof-name=${file}`];
  const { cpu_us } = await run_client("karere", job_of(lane, "karere", port, 1), options);
  console.log(`${name}: ${microseconds(cpu_us)} while it was profiled`);
  console.log(`${fileURLToPath(new URL(file, folder))}: for the tab Performance of Chrome's developer tools`);
}

function refuse(why) {
  console.error(`${why}: lanes are called as in "publish QoS 0, 64 B, 3.1.1"`);
  process.exitCode = 1;
}

async function compare(port) {
  if (lanes.length + growing.length + besides.length === 0)
    return refuse(`nothing is called "${asked.only}"`);
  const named = there.map((client) => `${name_of_client(client)} ${versions[client]}`).join(", ");
  console.log(named);
  console.log(
    `Node ${process.version}, ${cpus()[0]?.model ?? "unknown CPU"}, ${process.platform} ${release()}`,
  );
  console.log("CPU time of the client's process for one message, user and system; medians.\n");
  const steps = lanes.length * there.length * rounds + growing.flatMap(({ sizes }) => sizes).length * rounds;
  const next = progress_bar(steps + besides.length);
  const found = {
    of_lanes: await measure_lanes(port, next),
    of_growths: await measure_growths(port, next),
    of_others: await measure_others(port, next),
  };
  next();
  show_lanes(found.of_lanes);
  show_beside_paho(found.of_lanes);
  show_growths(found.of_growths);
  for (const { what, text } of found.of_others) console.log(`${what}: ${text}`);
  const about = { date: now, node: process.version, cpu: cpus()[0]?.model, versions, rounds };
  writeFileSync(new URL(`${now}.json`, folder), JSON.stringify({ ...about, ...found }, null, 2));
  if (!asked.check) return;
  const figures = figures_of(found);
  show_judgement("targets", judge_by_targets(figures));
  const bars = judge_by_bars(figures);
  show_judgement("bars", bars);
  process.exitCode = bars.every(({ reached }) => reached) ? 0 : 1;
}

mkdirSync(folder, { recursive: true });
const broker = fork(new URL("fake_broker.mjs", import.meta.url));
try {
  const [port] = await once(broker, "message");
  if (asked.profile === undefined) await compare(port);
  else await profile(asked.profile, port);
} finally {
  broker.disconnect();
}
