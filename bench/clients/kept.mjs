// Decides what a kept payload holds: receives so many into an array, and says how much more there is in memory for each.

import { held, job, make } from "./connected.mjs";

const SIZE = 20;

const { subscribe, receive } = await make();
const payloads = [];
const before = held();
const all_came = new Promise((resolve) => {
  receive((payload) => {
    if (payloads.push(payload) === job.count) resolve();
  });
});
await subscribe(`flood/0/${SIZE}/${job.count}/10`, 0);
await all_came;
console.log((held() - before) / job.count);
process.exit(payloads.some(({ length }) => length !== SIZE) ? 1 : 0);
