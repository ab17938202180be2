// Decides what is measured besides the CPU time of messages: memory, latency, what importing costs, and how much a page
// loads.

import { spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { existsSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { gzipSync } from "node:zlib";
import { bare_socket } from "./bare_socket.mjs";
import { durable } from "./durable.mjs";
import { latency } from "./latency.mjs";
import { idle_client, kept_payload } from "./memory.mjs";
import { with_properties } from "./properties.mjs";

const here = (path) => fileURLToPath(new URL(path, import.meta.url));

/**
 * Each by its name. Called with the port of the fake broker and whether it shall be `short`, each gives, or resolves to,
 * what was measured: `what` in words, `text` for the screen, and the values of `karere` and its `peers`, smaller ones
 * being better; without values where it could not be measured.
 */
export const others = {
  "import time": import_time,
  "the first message": first_message,
  "an answer": answer,
  "an idle client": idle_client,
  "kept payloads": kept_payload,
  latency,
  "properties of MQTT 5": with_properties,
  "publishing with a file": durable,
  "a bare socket": bare_socket,
  "the file for a page": bundle,
};

/** Above what Node itself takes to start; the median of several. */
function import_time({ short }) {
  const count = short ? 3 : 7;
  const time = (source) => {
    const runs = Array.from({ length: count }, () => {
      const began = performance.now();
      spawnSync(process.execPath, ["--input-type=module", "--eval", source], { cwd: here("..") });
      return performance.now() - began;
    });
    return runs.sort((a, b) => a - b)[Math.floor(count / 2)];
  };
  const bare = time("");
  const [karere, mqttjs] = ['import "karere"', 'import "mqtt"'].map((source) => time(source) - bare);
  const text = `karere ${karere.toFixed(0)} ms, MQTT.js ${mqttjs.toFixed(0)} ms above bare Node, ${(mqttjs / karere).toFixed(1)}x`;
  return [{ what: "import", text, karere, peers: { mqttjs } }];
}

/** From the start of a process to its first message, in turn; the median of several. */
async function first_message({ port, short }) {
  const runs = { event_loop: [], blocking: [] };
  for (let round = 0; round < (short ? 1 : 7); round += 1) {
    for (const [flavour, times] of Object.entries(runs)) {
      const began = performance.now();
      await first_message_of(flavour, port);
      times.push(performance.now() - began);
    }
  }
  const medians = Object.values(runs).map(
    (times) => times.sort((a, b) => a - b)[Math.floor(times.length / 2)],
  );
  const [event_loop, blocking] = medians;
  const text = `event loop ${event_loop.toFixed(0)} ms, blocking ${blocking.toFixed(0)} ms, ${(blocking - event_loop).toFixed(0)} ms more`;
  return [{ what: "from the start to the first message", text, event_loop, blocking }];
}

async function first_message_of(flavour, port) {
  const args = [here("clients/first_message.mjs"), flavour, String(port)];
  const child = spawn(process.execPath, args, { cwd: here(".."), stdio: "ignore", timeout: 20_000 });
  const [status] = await once(child, "close");
  if (status !== 0) throw new Error(`the first message of the ${flavour} flavour did not come`);
}

function answer() {
  const { stdout } = spawnSync(process.execPath, [here("clients/answer.mjs")], { cwd: here("..") });
  const us = Number(stdout);
  return [{ what: "a call of the blocking flavour and its answer", text: `${us.toFixed(0)} us`, us }];
}

function bundle() {
  const what = "the file for a page";
  const [ours, theirs] = ["../dist/browser/karere.min.js", "../node_modules/mqtt/dist/mqtt.min.js"].map(here);
  if (!existsSync(ours) || !existsSync(theirs)) return [{ what, text: "not measured, a file is missing" }];
  const [karere, mqttjs] = [ours, theirs].map((file) => gzipSync(readFileSync(file), { level: 9 }).length);
  const text = `karere ${karere} bytes, MQTT.js ${mqttjs} bytes gzipped, ${(mqttjs / karere).toFixed(1)}x`;
  return [{ what, text, karere, peers: { mqttjs } }];
}
