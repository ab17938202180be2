// Finds its broker by the SRV records of a domain, and says which one it was.

import * as mqtt from "karere/blocking/client";

const client = new mqtt.Client(mqtt.CallbackAPIVersion.VERSION2);

client.on_connect = (client, userdata, flags, reason_code, properties) => {
  console.log(`Connected to ${client.host}:${client.port}: ${reason_code}`);
};

client.on_message = (client, userdata, message) => {
  console.log(`${message.topic} ${message.qos} ${message.text()}`);
};

client.on_subscribe = (client, userdata, mid, reason_codes, properties) => {
  console.log(`Subscribed: ${mid} ${reason_codes}`);
};

client.connect_srv(process.env.KARERE_DOMAIN ?? "example.org", 60);
client.subscribe("$SYS/broker/version", 0);

client.loop_forever();
