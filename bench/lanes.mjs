// Decides what is measured of messages, with how many, and how each client is started for it.

import { spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { fileURLToPath } from "node:url";

const here = (path) => fileURLToPath(new URL(path, import.meta.url));

/** So many messages take about a second of the fastest. */
const counts = { publish: [1_000_000, 300_000, 200_000], receive: [1_000_000, 400_000, 300_000] };
/** Large payloads take longer, and so do other clients. */
const share_of_size = (size) => (size > 1000 ? 0.2 : 1);
const share_of_client = { karere: 1, blocking: 0.5, mqttjs: 0.4, paho: 0.06, mosquitto: 0.3 };

const TOPICS = 10;

export function all_lanes() {
  const lanes = [];
  for (const action of ["publish", "receive"]) {
    for (const qos of [0, 1, 2]) {
      for (const size of [16, 64, 4096]) {
        for (const version of [4, 5]) lanes.push({ action, qos, size, version });
      }
    }
  }
  return lanes;
}

export const name_of = ({ action, qos, size, version }) =>
  `${action} QoS ${qos}, ${size} B, ${version === 5 ? "5" : "3.1.1"}`;

const works = (command, ...args) => spawnSync(command, args).status === 0;

/** The clients that are there, the one under test first. */
export function clients() {
  const there = ["karere", "blocking", "mqttjs"];
  if (works("/usr/bin/python3", "-c", "import paho.mqtt.client")) there.push("paho");
  if (works("sh", "-c", "command -v mosquitto_pub")) there.push("mosquitto");
  return there;
}

/** Runs one lane with one client: CPU time of its process for a message in microseconds, and messages a second. */
export async function run_lane(lane, client, port, scale = 1) {
  const wanted = counts[lane.action][lane.qos] * share_of_size(lane.size) * share_of_client[client] * scale;
  const job = { ...lane, count: Math.max(1000, Math.round(wanted)), topics: TOPICS, port };
  if (client === "mosquitto") return run_mosquitto(job);
  const [command, script] =
    client === "paho"
      ? ["/usr/bin/python3", "./clients/paho_client.py"]
      : [process.execPath, `./clients/${client}.mjs`];
  return JSON.parse(await output_of(command, [here(script), JSON.stringify(job)]));
}

/** The command-line tools over the C library: what they need to start is in it, and hardly counts. */
async function run_mosquitto({ action, qos, size, version, count, topics, port }) {
  const common = `-h 127.0.0.1 -p ${port} -V ${version === 5 ? "5" : "311"} -q ${qos} -k 600`;
  const command =
    action === "publish"
      ? `yes ${"x".repeat(size)} | head -n ${count} > "$LINES_FILE"; TIMEFORMAT="%U %S"; time mosquitto_pub ${common} -t bench/topic/0 -l < "$LINES_FILE"`
      : `TIMEFORMAT="%U %S"; time mosquitto_sub ${common} -t flood/${qos}/${size}/${count}/${topics} -C ${count} > /dev/null`;
  const script = `LINES_FILE=$(mktemp); trap 'rm -f "$LINES_FILE"' EXIT; ${command}`;
  const began = performance.now();
  const text = await output_of("bash", ["-c", `{ ${script}; } 2>&1`]);
  const [user, system] = text.trim().split("\n").at(-1).split(" ").map(Number);
  return { cpu_us: ((user + system) * 1e6) / count, rate: (count * 1000) / (performance.now() - began) };
}

async function output_of(command, args) {
  const child = spawn(command, args, { stdio: ["ignore", "pipe", "inherit"] });
  const limit = setTimeout(() => child.kill("SIGKILL"), 120_000);
  let text = "";
  child.stdout.setEncoding("utf8").on("data", (chunk) => {
    text += chunk;
  });
  const [code] = await once(child, "close");
  clearTimeout(limit);
  if (code !== 0) throw new Error(`${command} ${args.at(-1)} ended with ${code}`);
  return text;
}
