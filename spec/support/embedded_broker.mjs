// Decides how aedes runs inside a worker thread: it listens on a free port of 127.0.0.1 and tells the number to its
// parent; any message from the parent closes it. Plain JavaScript, because Node itself loads it.

import { createServer } from "node:net";
import { parentPort } from "node:worker_threads";
import { Aedes } from "aedes";

const aedes = await Aedes.createBroker();
const server = createServer(aedes.handle);

server.listen(0, "127.0.0.1", () => parentPort.postMessage(server.address().port));

parentPort.once("message", () => {
  server.close();
  aedes.close(() => parentPort.close());
});
