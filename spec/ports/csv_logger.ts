// Writes what the sensors say into a file, and stops after some messages.

import { appendFileSync } from "node:fs";
import * as mqtt from "karere/client";

const TOPICS: [string, 0 | 1 | 2][] = [
  ["sensors/+/json", 1],
  ["sensors/+/plain", 0],
];
const FILE = process.env.LOG_FILE ?? "log.csv";
const WANTED = Number(process.env.WANTED ?? 10);

interface Totals {
  rows: number;
  errors: number;
}

const client = new mqtt.Client(mqtt.CallbackAPIVersion.VERSION2, { userdata: { rows: 0, errors: 0 } });

client.on_connect = (client, userdata, flags, reason_code, properties) => {
  console.log(`connected: ${reason_code}`);
  client.subscribe(TOPICS);
};

client.on_message = (client, totals: Totals, msg) => {
  try {
    const [, sensor] = msg.topic.split("/");
    const text = msg.payload.toString();
    const value = msg.topic.endsWith("/json") ? Number(JSON.parse(text).value) : Number.parseFloat(text);
    if (Number.isNaN(value)) {
      throw new mqtt.ValueError(`not a number: ${text}`);
    }
    appendFileSync(FILE, `${new Date().toISOString()};${sensor};${value}\n`);
    totals.rows += 1;
  } catch (error) {
    console.log(`skipped: ${(error as Error).message}`);
    totals.errors += 1;
  }
  if (totals.rows === WANTED) {
    client.disconnect();
  }
};

client.connect(process.env.BROKER_HOST ?? "localhost", Number(process.env.BROKER_PORT ?? 1883), 60);
await client.loop_forever();

const totals: Totals = client.user_data_get();
console.log(`${totals.rows} rows, ${totals.errors} errors`);
