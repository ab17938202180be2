// Removes retained messages: for each one that the broker has kept under a topic, an empty retained message is published
// in its place, which makes the broker forget it. Ends when there are no more.
//
//   node client_mqtt_clear_retain.ts -t "sensors/#" [-h localhost] [-p 1883] [-u name] [-P password] [-k 60] [-i id]

import { parseArgs } from "node:util";
import * as mqtt from "karere/client";

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

// One more than the messages that wait for an ack: the marker below counts, too.
let waiting = 0;
let last_mid = -1;

const client = new mqtt.Client(mqtt.CallbackAPIVersion.VERSION2, { client_id: options.id });

client.on_connect = (client, userdata, flags, reason_code, properties) => {
  if (reason_code.is_failure) {
    console.error(`The broker refused the connection: ${reason_code}`);
    client.disconnect();
    return;
  }
  client.subscribe(filter);
};

client.on_message = (client, userdata, message) => {
  // A message that is not retained has only just been published: leave it alone.
  if (!message.retain) return;
  if (options.verbose) console.log(`Clearing ${message.topic}`);
  const info = client.publish(message.topic, null, 1, true);
  waiting += 1;
  last_mid = info.mid;
};

client.on_subscribe = (client, userdata, mid, reason_codes, properties) => {
  // The retained messages come right behind the answer to the subscription. Give them a moment.
  setTimeout(() => {
    if (waiting === 0) client.disconnect();
  }, 500);
};

client.on_publish = (client, userdata, mid, reason_code, properties) => {
  waiting -= 1;
  if (waiting === 0 && mid === last_mid) client.disconnect();
};

if (options.username !== undefined) {
  client.username_pw_set(options.username, options.password ?? null);
}
client.connect(options.host, Number(options.port), Number(options.keepalive));
await client.loop_forever();
console.log("Done");
