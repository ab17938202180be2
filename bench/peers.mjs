// Decides which clients are compared, in which versions, and how the process of one is started for a job.

import { spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";

const here = (path) => fileURLToPath(new URL(path, import.meta.url));

const names = {
  karere: "karere",
  blocking: "karere/blocking",
  mqttjs: "MQTT.js",
  paho: "paho",
  mosquitto: "mosquitto's tools",
};

export const name_of_client = (client) => names[client];

/** The clients that are there, the one under test first, with their versions. */
export function clients() {
  const there = {
    karere: version_of_package("../package.json"),
    blocking: version_of_package("../package.json"),
    mqttjs: version_of_package("../node_modules/mqtt/package.json"),
  };
  const paho = said("/usr/bin/python3", "-c", "import paho.mqtt as paho; print(paho.__version__)");
  if (paho !== null) there.paho = paho;
  const tools = said("mosquitto_pub", "--version") ?? said("mosquitto_pub", "--help");
  if (tools !== null) there.mosquitto = tools.match(/version (\S+?)[.,]?\s/)?.[1] ?? "of unknown version";
  return there;
}

/**
 * Runs one job with one client: CPU time of its process for a message in microseconds, and messages a second.
 *
 * @param job as `clients/lane.mjs` describes it.
 * @param node_options for the Node of karere and MQTT.js.
 */
export async function run_client(client, job, node_options = []) {
  if (client === "mosquitto") return run_mosquitto(job);
  const command =
    client === "paho"
      ? ["/usr/bin/python3", here("./clients/paho_client.py")]
      : [process.execPath, ...node_options, here(`./clients/${client}.mjs`)];
  return JSON.parse(await output_of([...command, JSON.stringify(job)]));
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
  const text = await output_of(["bash", "-c", `{ ${script}; } 2>&1`]);
  const [user, system] = text.trim().split("\n").at(-1).split(" ").map(Number);
  return { cpu_us: ((user + system) * 1e6) / count, rate: (count * 1000) / (performance.now() - began) };
}

/** What a command prints; rejects when it fails or takes two minutes. */
export async function output_of([command, ...args]) {
  const child = spawn(command, args, { cwd: here(".."), stdio: ["ignore", "pipe", "inherit"] });
  const limit = setTimeout(() => child.kill("SIGKILL"), 120_000);
  let text = "";
  child.stdout.setEncoding("utf8").on("data", (chunk) => {
    text += chunk;
  });
  const [code, signal] = await once(child, "close");
  clearTimeout(limit);
  if (code !== 0) throw new Error(`${command} ${args.at(-1)} ended with ${code ?? signal}`);
  return text;
}

function version_of_package(path) {
  return JSON.parse(readFileSync(here(path), "utf8")).version;
}

/** What a command says of itself; null when it is not there or fails without a word. */
function said(command, ...args) {
  const { error, status, stdout } = spawnSync(command, args, { encoding: "utf8" });
  return error !== undefined || (status !== 0 && stdout === "") ? null : stdout.trim();
}
