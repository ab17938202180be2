// Decides how tools and the benchmark use the real mosquitto: a process of its own, which keeps nothing.

import { spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { delimiter, join } from "node:path";

const START_MS = 10_000;

/** Debian puts it where only root looks. */
const env = { ...process.env, PATH: [process.env.PATH, "/usr/sbin", "/usr/local/sbin"].join(delimiter) };

export const has_mosquitto = () => spawnSync("mosquitto", ["-h"], { env }).error === undefined;

/**
 * On a free port of 127.0.0.1, until `stop()`.
 *
 * @param {string[]} config more lines for mosquitto.conf.
 */
export async function start_mosquitto(config = []) {
  const folder = mkdtempSync(join(tmpdir(), "karere-mosquitto-"));
  const port = await free_port();
  const file = join(folder, "mosquitto.conf");
  // Without nodelay one small packet of the broker waits until the one before is acknowledged by the system.
  const lines = [
    `listener ${port} 127.0.0.1`,
    "allow_anonymous true",
    "set_tcp_nodelay true",
    "log_dest stderr",
    "log_type error",
    "log_type information",
    ...config,
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
