// Decides how a spec gets a broker without any installation: aedes (MQTT 3.1 and 3.1.1) in a worker thread of its
// own, so that a busy client and the broker never wait for each other's event loop.

import { once } from "node:events";
import { join } from "node:path";
import { Worker } from "node:worker_threads";

export interface EmbeddedBroker extends AsyncDisposable {
  readonly port: number;
  /** Drops all clients and ends the worker. A second call does nothing. */
  close(): Promise<void>;
}

/** Starts a broker on a free port of 127.0.0.1: `await using broker = await embedded_broker()`. */
export async function embedded_broker(): Promise<EmbeddedBroker> {
  const worker = new Worker(join(__dirname, "embedded_broker.mjs"));
  const [port] = await once(worker, "message");
  const ended = once(worker, "exit");

  const close = async () => {
    worker.postMessage("close");
    await ended;
  };
  return { port, close, [Symbol.asyncDispose]: close };
}
