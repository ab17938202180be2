// Decides what `npm start` shows: the quickstart, run against a broker that lives only as long as it.

import { spawn } from "node:child_process";
import { once } from "node:events";
import { fileURLToPath } from "node:url";
import { Worker } from "node:worker_threads";

const broker = new Worker(new URL("../spec/support/embedded_broker.mjs", import.meta.url));
const [port] = await once(broker, "message");
console.log(`a broker listens on 127.0.0.1:${port}; running examples/quickstart.ts against it`);

const quickstart = spawn(
  process.execPath,
  [fileURLToPath(new URL("../build/examples/quickstart.js", import.meta.url))],
  {
    env: { ...process.env, KARERE_HOST: "127.0.0.1", KARERE_PORT: String(port) },
    stdio: "inherit",
  },
);
const [exit_code] = await once(quickstart, "exit");
await broker.terminate();
process.exitCode = exit_code ?? 1;
