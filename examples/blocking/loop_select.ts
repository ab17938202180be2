// A loop driven by hand, as paho's select() example: look whether something has come, then read, write and do the
// housekeeping, and again. There is nothing to select() on here, because the socket is in another thread: a short sleep
// takes its place.

import * as mqtt from "karere/blocking/client";
import * as time from "karere/blocking/time";

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

function do_select(): void {
  time.sleep(0.01);
  client.loop_read();
  if (client.want_write()) client.loop_write();
  client.loop_misc();
}

client.connect(process.env.KARERE_HOST ?? "localhost", Number(process.env.KARERE_PORT ?? 1883), 60);

while (disconnected === null) {
  const before = state;
  do_select();
  if (state === before) continue;
  if (state === 1 || state === 2) client.publish(topic, "Hello".repeat(40_000), 1);
  if (state === 3) client.disconnect();
}
console.log(`Disconnected: ${disconnected}`);
