// A sensor that publishes for ever and never runs a loop.

import { setTimeout as sleep } from "node:timers/promises";
import * as mqtt from "karere/client";

const broker = process.env.BROKER_HOST ?? "localhost";
const port = Number(process.env.BROKER_PORT ?? 1883);
const interval = Number(process.env.INTERVAL ?? 5);

function read_temperature(): number {
  return 20 + Math.random() * 5;
}

const client = new mqtt.Client("sensor-1");
client.connect(broker, port, 1);

let count = 0;
while (true) {
  count += 1;
  const payload = JSON.stringify({ count, temperature: Number(read_temperature().toFixed(2)) });
  client.publish("house/sensor", payload);
  console.log("published", payload);
  await sleep(interval * 1000);
}
