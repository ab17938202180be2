// The smallest useful subscriber: it prints what the broker tells about itself, until you press Ctrl-C.

import * as mqtt from "karere/blocking/client";

const client = new mqtt.Client(mqtt.CallbackAPIVersion.VERSION2);

client.on_connect = (client, userdata, flags, reason_code, properties) => {
  console.log(`reason_code: ${reason_code}`);
};

client.on_message = (client, userdata, message) => {
  console.log(`${message.topic} ${message.qos} ${message.payload.toString()}`);
};

client.on_subscribe = (client, userdata, mid, reason_codes, properties) => {
  console.log(`Subscribed: ${mid} ${reason_codes}`);
};

client.connect(process.env.KARERE_HOST ?? "localhost", Number(process.env.KARERE_PORT ?? 1883), 60);
client.subscribe("$SYS/#");

client.loop_forever();
