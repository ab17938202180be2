// Removes retained messages: for each one that the broker has kept under a topic, an empty retained message is published
// in its place, which makes the broker forget it. Ends when there are no more.
//
//   node client_mqtt_clear_retain.ts -t "sensors/#" [-h localhost] [-p 1883] [-u name] [-P password] [-k 60] [-i id]

import { parseArgs } from "node:util";
import * as mqtt from "karere/blocking/client";
import * as time from "karere/blocking/time";

const { values: options } = parseArgs({
  options: {
    host: { type: "string", short: "h", default: process.env.KARERE_HOST ?? "localhost" },
    port: { type: "string", short: "p", default: process.env.KARERE_PORT ?? "1883" },
    topic: { type: "string", short: "t" },
    username: { type: "string", short: "u" },
    password: { type: "string", short: "P" },
    keepalive: { type: "string", short: "k", default: "60" },
    id: { type: "string", short: "i", default: "" },
    verbose: { type: "boolean", short: "v", default: false },
  },
});

if (options.topic === undefined) {
  console.error("Say what to clear: -t <topic filter>");
  process.exit(2);
}
const filter = options.topic;

let subscribed = false;
let waiting = 0;

const client = new mqtt.Client(mqtt.CallbackAPIVersion.VERSION2, { client_id: options.id });

client.on_connect = (client, userdata, flags, reason_code, properties) => {
  if (reason_code.is_failure) {
    console.error(`The broker refused the connection: ${reason_code}`);
    process.exit(1);
  }
  client.subscribe(filter);
};

client.on_message = (client, userdata, message) => {
  // A message that is not retained has only just been published: leave it alone.
  if (!message.retain) return;
  if (options.verbose) console.log(`Clearing ${message.topic}`);
  client.publish(message.topic, null, 1, true);
  waiting += 1;
};

client.on_subscribe = (client, userdata, mid, reason_codes, properties) => {
  subscribed = true;
};

client.on_publish = (client, userdata, mid, reason_code, properties) => {
  waiting -= 1;
};

if (options.username !== undefined) {
  client.username_pw_set(options.username, options.password ?? null);
}
client.connect(options.host, Number(options.port), Number(options.keepalive));
client.loop_start();

while (!subscribed) time.sleep(0.01);
// The retained messages come right behind the answer to the subscription. Give them a moment.
time.sleep(0.5);
while (waiting > 0) time.sleep(0.01);

client.disconnect();
console.log("Done");
