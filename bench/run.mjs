// Decides how the benchmark is run and what it shows: every lane with every client that is there, in turn, several times,
// against the same fake broker; medians, and by how much karere needs less than each.
//
//   npm run bench                          all of it, about a quarter of an hour
//   npm run bench -- --short               a few lanes, once
//   npm run bench -- --only "publish QoS 0"
//   npm run bench -- --check               fails where a ratio is below bench/bars.json

import { fork } from "node:child_process";
import { once } from "node:events";
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { cpus, release } from "node:os";
import { parseArgs } from "node:util";
import { all_lanes, clients, name_of, run_lane } from "./lanes.mjs";
import { other_measures } from "./others.mjs";

const { values: asked } = parseArgs({
  options: {
    short: { type: "boolean", default: false },
    check: { type: "boolean", default: false },
    only: { type: "string", default: "" },
    rounds: { type: "string", default: "3" },
  },
});
const rounds = asked.short ? 1 : Number(asked.rounds);
const scale = asked.short ? 0.2 : 1;
const lanes = all_lanes()
  .filter((lane) => name_of(lane).includes(asked.only))
  .filter(({ size, version }) => !asked.short || (size === 64 && version === 4));
const there = asked.short ? ["karere", "blocking", "mqttjs"] : clients();
const bars = JSON.parse(readFileSync(new URL("bars.json", import.meta.url), "utf8"));

const median = (numbers) => [...numbers].sort((a, b) => a - b)[Math.floor(numbers.length / 2)];

let steps_done = 0;
const steps = lanes.length * there.length * rounds;

function progress(what) {
  if (!process.stderr.isTTY) return;
  const width = 30;
  const full = Math.round((width * steps_done) / steps);
  process.stderr.write(`\r[${"#".repeat(full)}${".".repeat(width - full)}] ${what.padEnd(48)}`);
  if (steps_done === steps) process.stderr.write("\r\x1b[K");
}

async function measure(port) {
  const found = [];
  for (const lane of lanes) {
    const runs = Object.fromEntries(there.map((client) => [client, []]));
    for (let round = 0; round < rounds; round += 1) {
      for (const client of there) {
        progress(`${name_of(lane)}: ${client}`);
        runs[client].push(await run_lane(lane, client, port, scale));
        steps_done += 1;
      }
    }
    const medians = Object.fromEntries(
      there.map((client) => [
        client,
        {
          cpu_us: median(runs[client].map((run) => run.cpu_us)),
          rate: median(runs[client].map((run) => run.rate)),
        },
      ]),
    );
    found.push({ lane: name_of(lane), ...lane, medians, runs });
  }
  progress("");
  return found;
}

function table(found) {
  const others = there.slice(1);
  const head = ["lane", "karere", "messages/s", ...others.flatMap((client) => [client, "ratio"])];
  const rows = found.map(({ lane, medians }) => [
    lane,
    `${medians.karere.cpu_us.toFixed(2)} us`,
    Math.round(medians.karere.rate).toLocaleString("en"),
    ...others.flatMap((client) => [
      `${medians[client].cpu_us.toFixed(2)} us`,
      `${(medians[client].cpu_us / medians.karere.cpu_us).toFixed(1)}x`,
    ]),
  ]);
  const widths = head.map((_, column) => Math.max(...[head, ...rows].map((row) => row[column].length)));
  for (const row of [head, ...rows]) {
    console.log(
      row
        .map((cell, column) => (column === 0 ? cell.padEnd(widths[0]) : cell.padStart(widths[column])))
        .join("  "),
    );
  }
}

/** What a script that waits gets done in a second, beside the Python script that it was. */
function beside_paho(found) {
  for (const { lane, medians } of found) {
    const { blocking, paho } = medians;
    if (blocking === undefined || paho === undefined) continue;
    const rates = [blocking, paho].map(({ rate }) => Math.round(rate).toLocaleString("en"));
    const ratio = (blocking.rate / paho.rate).toFixed(1);
    console.log(`${lane}: blocking ${rates[0]} messages/s, paho ${rates[1]}, ${ratio}x`);
  }
}

/** The lanes whose ratio is below the bar that is set for them. */
function below_bars(found) {
  return found.flatMap(({ lane, action, qos, size, medians }) =>
    Object.entries(bars[`${action} QoS ${qos}, ${size} B`] ?? {}).flatMap(([client, bar]) => {
      if (medians[client] === undefined) return [];
      const ratio = medians[client].cpu_us / medians.karere.cpu_us;
      return ratio < bar
        ? [`${lane}: ${ratio.toFixed(1)} times less CPU than ${client}, the bar is ${bar}`]
        : [];
    }),
  );
}

const broker = fork(new URL("fake_broker.mjs", import.meta.url));
try {
  const [port] = await once(broker, "message");
  console.log(
    `Node ${process.version}, ${cpus()[0]?.model ?? "unknown CPU"}, ${process.platform} ${release()}`,
  );
  console.log("CPU time of the client's process for one message, user and system; medians.\n");
  const found = await measure(port);
  table(found);
  beside_paho(found);
  const others = asked.only === "" ? await other_measures(asked.short) : [];
  for (const { what, text } of others) console.log(`${what}: ${text}`);
  const folder = new URL("results/", import.meta.url);
  mkdirSync(folder, { recursive: true });
  const file = new URL(`${new Date().toISOString().replaceAll(":", "-")}.json`, folder);
  writeFileSync(
    file,
    JSON.stringify({ node: process.version, cpu: cpus()[0]?.model, rounds, found, others }, null, 2),
  );
  if (asked.check) {
    const low = below_bars(found);
    for (const line of low) console.log(line);
    process.exitCode = low.length > 0 ? 1 : 0;
  }
} finally {
  broker.disconnect();
}
