// Decides how the client's thread is started, and what is said when it cannot be.

import { existsSync } from "node:fs";
import { fileURLToPath } from "node:url";
import {
  MessageChannel,
  type MessagePort,
  receiveMessageOnPort,
  SHARE_ENV,
  Worker,
} from "node:worker_threads";
import { MQTTException } from "../model/errors.ts";
import { bell, check_life, is_death_told, note_death, pulse } from "./bell.ts";
import type { Birth, Report } from "./thread_words.ts";

/**
 * Starts it. Neither it nor the port keeps the process alive.
 *
 * @param take gets what it says while the script is idle.
 * @throws MQTTException (`ERR_MQTT_WORKER`) when its file is missing.
 */
export function start_thread(take: (reports: Report[]) => void): MessagePort {
  const file = worker_file(import.meta.url);
  const { port1, port2 } = new MessageChannel();
  const workerData: Birth = { bell, pulse, port: port2 };
  // How the program itself was given does not concern the thread, which would take it for an error.
  const is_text = process.execArgv.some((word) => word.startsWith("--input-type"));
  const worker = new Worker(file, {
    workerData,
    transferList: [port2],
    name: "karere",
    // A proxy that the script names there counts.
    env: SHARE_ENV,
    ...(is_text ? { execArgv: [] } : {}),
  });
  worker.on("error", note_death);
  // A script that is idle hears of it here, as of any other error that nobody catches.
  worker.on("exit", () => {
    // Its last words may not have been told yet.
    for (let said = receiveMessageOnPort(port1); said !== undefined; said = receiveMessageOnPort(port1)) {
      take(said.message);
    }
    note_death(null);
    if (!is_death_told()) check_life();
  });
  worker.unref();
  port1.on("message", take);
  port1.unref();
  return port1;
}

/** Beside the file of this name, with its ending: the sources run as they are where Node strips types. */
export function worker_file(beside: string | undefined): URL {
  // A bundle may have no name at all, or be where there are no files.
  const file = beside?.startsWith("file:")
    ? new URL(beside.endsWith(".ts") ? "./worker.ts" : "./worker.js", beside)
    : null;
  if (file !== null && existsSync(file)) return file;
  const name = file === null ? "worker.js" : fileURLToPath(file);
  throw new MQTTException(
    `${name} is missing, in which a thread of its own does the work of blocking clients. A bundler leaves it out: have karere stay outside of the bundle (esbuild and Bun: --external karere; rollup, Vite and webpack: "external" or "externals")`,
    { code: "ERR_MQTT_WORKER" },
  );
}
