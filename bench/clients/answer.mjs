// Decides what a call and its answer cost in the blocking flavour, in microseconds of wall time; the median of many.

import { CallbackAPIVersion, Client } from "karere/blocking/client";

const client = new Client(CallbackAPIVersion.VERSION2);
const times = [];
for (let number = 0; number < 5000; number += 1) {
  const began = performance.now();
  client.is_connected();
  times.push(performance.now() - began);
}
console.log(times.sort((a, b) => a - b)[2500] * 1000);
