// A loop driven by hand, as paho's select() example: wait until the socket has something or a second is over, then read,
// write and do the housekeeping, and again.

import { once } from "node:events";
import type { Socket } from "node:net";
import * as mqtt from "karere/client";

const topic = `paho-test/loop_select/${process.pid}`;

const client = new mqtt.Client(mqtt.CallbackAPIVersion.VERSION2);
let state = 0;
let disconnected: mqtt.ReasonCode | null = null;

client.on_connect = (client, userdata, flags, reason_code, properties) => {
  console.log("Subscribing");
  client.subscribe(topic);
};

client.on_message = (client, userdata, message) => {
  if (state === 0) {
    console.log("Got an unexpected message");
    return;
  }
  console.log(`Got message ${state} of ${message.payload.length} bytes`);
  state += 1;
};

client.on_subscribe = (client, userdata, mid, reason_codes, properties) => {
  state = 1;
};

client.on_disconnect = (client, userdata, flags, reason_code, properties) => {
  disconnected = reason_code;
};

/** Waits until something has come, the socket is closed, or the time is over. */
async function readable(socket: Socket, seconds: number): Promise<void> {
  const stop = new AbortController();
  const timer = setTimeout(() => stop.abort(), seconds * 1000);
  const events = ["data", "close"].map((name) => once(socket, name, { signal: stop.signal }));
  await Promise.race(events).catch(() => {});
  clearTimeout(timer);
  stop.abort();
}

async function do_select(): Promise<void> {
  const socket = client.socket() as Socket | null;
  if (socket === null) return;
  await readable(socket, 1);
  client.loop_read();
  if (client.want_write()) client.loop_write();
  client.loop_misc();
}

await client.connect(process.env.KARERE_HOST ?? "localhost", Number(process.env.KARERE_PORT ?? 1883), 60);

while (disconnected === null) {
  const before = state;
  await do_select();
  if (state === before) continue;
  if (state === 1 || state === 2) client.publish(topic, "Hello".repeat(40_000), 1);
  if (state === 3) client.disconnect();
}
console.log(`Disconnected: ${disconnected}`);
