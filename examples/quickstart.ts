// A subscriber and a publisher in one script: five messages go out, five come back, and both say goodbye.

import * as mqtt from "karere/client";

const host = process.env.KARERE_HOST ?? "localhost";
const port = Number(process.env.KARERE_PORT ?? 1883);
const count = 5;

const subscriber = new mqtt.Client(mqtt.CallbackAPIVersion.VERSION2);
const publisher = new mqtt.Client(mqtt.CallbackAPIVersion.VERSION2);
let received = 0;

subscriber.on_connect = (client, userdata, flags, reason_code, properties) => {
  console.log(`subscriber: connected, the broker says ${reason_code}`);
  // In on_connect, so that a reconnect subscribes again.
  client.subscribe("karere/quickstart/#", 1);
};

subscriber.on_subscribe = (client, userdata, mid, reason_codes, properties) => {
  console.log(`subscriber: subscribed, the broker says ${reason_codes[0]}`);
  for (let i = 1; i <= count; i++) {
    publisher.publish(`karere/quickstart/${i}`, `hello number ${i}`, 1);
  }
};

subscriber.on_message = (client, userdata, message) => {
  console.log(`subscriber: ${message.topic} ${message.payload.toString()} (QoS ${message.qos})`);
  received += 1;
  if (received === count) {
    client.disconnect();
  }
};

publisher.on_publish = (client, userdata, mid, reason_code, properties) => {
  console.log(`publisher: the broker has message ${mid}`);
};

publisher.connect(host, port);
publisher.loop_start();

subscriber.connect(host, port);
await subscriber.loop_forever();

// Waits until every message is acknowledged, then disconnects.
await publisher.close();
console.log(`done: ${received} of ${count} messages came back`);
