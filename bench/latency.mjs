// Decides how latency is measured: through a real mosquitto, at a rate at which nothing waits for anything else.

import { spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { delimiter, join } from "node:path";
import { output_of } from "./peers.mjs";

/** Messages a second. */
const RATE = 200;
const START_MS = 10_000;

/** Debian puts it where only root looks. */
const env = { ...process.env, PATH: [process.env.PATH, "/usr/sbin", "/usr/local/sbin"].join(delimiter) };

/** From `publish()` to the callback of the same client: the median, and what one in a hundred exceeds. */
export async function latency({ short }) {
  const what = "there and back through mosquitto";
  if (spawnSync("mosquitto", ["-h"], { env }).error !== undefined) {
    return [{ what, text: "not measured, mosquitto is not installed" }];
  }
  const broker = await start_mosquitto();
  try {
    const found = [];
    for (const qos of [0, 1]) {
      const job = { qos, rate: RATE, count: short ? RATE / 4 : 5 * RATE, port: broker.port };
      const [karere, mqttjs] = [await of("karere", job), await of("mqttjs", job)];
      const text = `karere ${in_words(karere)}, MQTT.js ${in_words(mqttjs)}`;
      found.push({
        what: `${what}, QoS ${qos}`,
        text,
        karere: karere.p50,
        peers: { mqttjs: mqttjs.p50 },
        karere_p99: karere.p99,
        mqttjs_p99: mqttjs.p99,
      });
    }
    return found;
  } finally {
    await broker.stop();
  }
}

async function of(client, job) {
  const path = "bench/clients/latency.mjs";
  const took = JSON.parse(await output_of([process.execPath, path, JSON.stringify({ client, ...job })]));
  took.sort((a, b) => a - b);
  const at = (share) => took[Math.floor(share * took.length)];
  return { p50: at(0.5), p99: at(0.99) };
}

const in_words = ({ p50, p99 }) => `${p50.toFixed(2)} ms (p99 ${p99.toFixed(2)} ms)`;

async function start_mosquitto() {
  const folder = mkdtempSync(join(tmpdir(), "karere-bench-"));
  const port = await free_port();
  const file = join(folder, "mosquitto.conf");
  // Without nodelay one small packet of the broker waits until the one before is acknowledged by the system.
  const lines = [
    `listener ${port} 127.0.0.1`,
    "allow_anonymous true",
    "set_tcp_nodelay true",
    "log_dest stderr",
  ];
  writeFileSync(file, `${lines.join("\n")}\n`);
  const child = spawn("mosquitto", ["-c", file], { env, stdio: ["ignore", "ignore", "pipe"] });
  const closed = once(child, "close").finally(() => rmSync(folder, { recursive: true, force: true }));
  const limit = setTimeout(() => child.kill("SIGKILL"), START_MS);
  let log = "";
  for await (const text of child.stderr.setEncoding("utf8").iterator({ destroyOnReturn: false })) {
    log += text;
    if (/ running$/m.test(log)) break;
  }
  clearTimeout(limit);
  if (!/ running$/m.test(log)) throw new Error(`mosquitto did not start:\n${log}`);
  child.stderr.resume();
  return {
    port,
    async stop() {
      child.kill("SIGKILL");
      await closed;
    },
  };
}

async function free_port() {
  const server = createServer();
  await once(server.listen(0, "127.0.0.1"), "listening");
  const { port } = server.address();
  server.close();
  await once(server, "close");
  return port;
}
