// Publishes two messages and waits for each until the broker has it.

import * as mqtt from "karere/blocking/client";

const client = new mqtt.Client(mqtt.CallbackAPIVersion.VERSION2);

client.on_connect = (client, userdata, flags, reason_code, properties) => {
  console.log(`reason_code: ${reason_code}`);
};

client.on_publish = (client, userdata, mid, reason_code, properties) => {
  console.log(`mid: ${mid}`);
};

client.connect(process.env.KARERE_HOST ?? "localhost", Number(process.env.KARERE_PORT ?? 1883), 60);
client.loop_start();

console.log("tuple");
const [rc, mid] = client.publish("tuple", "bar", 2);
console.log(`rc: ${rc}, mid: ${mid}`);

console.log("class");
const info = client.publish("class", "bar", 2);
info.wait_for_publish();
console.log(`published: ${info.is_published()}`);

client.disconnect();
