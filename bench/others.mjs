// Decides what is measured besides messages: what an idle client holds, what importing costs, how long a message takes
// through a real broker, and how much a page loads.

import { fork, spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { existsSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { gzipSync } from "node:zlib";

const here = (path) => fileURLToPath(new URL(path, import.meta.url));

export async function other_measures(short) {
  const measures = [
    import_time(),
    await first_message(),
    answer(),
    await idle_memory(short ? 200 : 1000),
    bundle(),
  ];
  return measures.filter((one) => one !== null);
}

/** Above what Node itself takes to start; the median of several. */
function import_time() {
  const time = (source) => {
    const runs = Array.from({ length: 7 }, () => {
      const began = performance.now();
      spawnSync(process.execPath, ["--input-type=module", "--eval", source], { cwd: here("..") });
      return performance.now() - began;
    });
    return runs.sort((a, b) => a - b)[3];
  };
  const bare = time("");
  const [karere, mqttjs] = ['import "karere"', 'import "mqtt"'].map((source) => time(source) - bare);
  const text = `karere ${karere.toFixed(0)} ms, MQTT.js ${mqttjs.toFixed(0)} ms above bare Node, ${(mqttjs / karere).toFixed(1)}x`;
  return { what: "import", text, karere, mqttjs };
}

/** From the start of the process to the first message, in turn; the median of several. */
async function first_message() {
  const broker = fork(here("fake_broker.mjs"));
  const [port] = await once(broker, "message");
  const runs = { event_loop: [], blocking: [] };
  for (let round = 0; round < 7; round += 1) {
    for (const [flavour, times] of Object.entries(runs)) {
      const began = performance.now();
      const { status } = await ended([here("clients/first_message.mjs"), flavour, String(port)]);
      if (status !== 0) throw new Error(`the first message of the ${flavour} flavour did not come`);
      times.push(performance.now() - began);
    }
  }
  broker.disconnect();
  const [event_loop, blocking] = Object.values(runs).map((times) => times.sort((a, b) => a - b)[3]);
  const text = `event loop ${event_loop.toFixed(0)} ms, blocking ${blocking.toFixed(0)} ms, ${(blocking - event_loop).toFixed(0)} ms more`;
  return { what: "from the start to the first message", text, event_loop, blocking };
}

async function ended(args) {
  const child = spawn(process.execPath, args, { cwd: here(".."), stdio: "ignore", timeout: 20_000 });
  const [status] = await once(child, "close");
  return { status };
}

function answer() {
  const { stdout } = spawnSync(process.execPath, [here("clients/answer.mjs")], { cwd: here("..") });
  const us = Number(stdout);
  return { what: "a call of the blocking flavour and its answer", text: `${us.toFixed(0)} us`, us };
}

async function idle_memory(count) {
  const broker = fork(here("fake_broker.mjs"));
  const [port] = await once(broker, "message");
  const held = (client) => {
    const args = ["--expose-gc", here("clients/idle.mjs"), client, String(port), String(count)];
    return Number(spawnSync(process.execPath, args, { cwd: here(".."), timeout: 60_000 }).stdout);
  };
  const [karere, mqttjs] = [held("karere"), held("mqttjs")];
  broker.disconnect();
  const kib = (bytes) => `${(bytes / 1024).toFixed(1)} KiB`;
  const text = `karere ${kib(karere)}, MQTT.js ${kib(mqttjs)} of heap and buffers for each of ${count} clients, ${(mqttjs / karere).toFixed(1)}x`;
  return { what: "an idle client", text, karere, mqttjs };
}

function bundle() {
  const [ours, theirs] = ["../dist/browser/karere.min.js", "../node_modules/mqtt/dist/mqtt.min.js"].map(here);
  if (!existsSync(ours) || !existsSync(theirs)) return null;
  const [karere, mqttjs] = [ours, theirs].map((file) => gzipSync(readFileSync(file), { level: 9 }).length);
  const text = `karere ${karere} bytes, MQTT.js ${mqttjs} bytes gzipped, ${(mqttjs / karere).toFixed(1)}x`;
  return { what: "the file for a page", text, karere, mqttjs };
}
