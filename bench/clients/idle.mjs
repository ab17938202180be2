// Decides what an idle client holds: connects so many, and says how much more there is in memory for each.

import { held, job, make } from "./connected.mjs";

const clients = [];
for (let number = 0; number < job.before; number += 1) clients.push((await make()).client);
const before = held();
for (let number = 0; number < job.count; number += 1) clients.push((await make()).client);
const after = held();
console.log((after - before) / job.count);
process.exit(clients.length === 0 ? 1 : 0);
