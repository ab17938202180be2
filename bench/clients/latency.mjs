// Decides how long a message takes to a broker and back to the client that has published it: sends them at a low and even
// rate, and says in milliseconds how long each of them took.

import { job, make } from "./connected.mjs";

const PAUSE_MS = 1000 / job.rate;
const TOPIC = "bench/latency";

const { publish, subscribe, receive } = await make();
await subscribe(TOPIC, job.qos);

const begun = [];
const took = [];
const done = new Promise((resolve) => {
  receive((payload) => {
    took.push(performance.now() - begun[Number(payload.toString())]);
    if (took.length === job.count) resolve();
  });
});
const timer = setInterval(() => {
  const number = begun.push(performance.now()) - 1;
  publish(TOPIC, String(number), job.qos);
  if (begun.length === job.count) clearInterval(timer);
}, PAUSE_MS);
await done;
// In the first ones the engine warms up.
console.log(JSON.stringify(took.slice(Math.floor(job.count / 5))));
process.exit();
