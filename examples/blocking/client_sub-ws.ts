// A subscriber over WebSocket, for brokers that are behind a web server. The port is another one than for MQTT alone.

import * as mqtt from "karere/blocking/client";

const client = new mqtt.Client(mqtt.CallbackAPIVersion.VERSION2, { transport: "websockets" });
client.ws_set_options("/mqtt", { "X-Example": "client_sub-ws" });

client.on_connect = (client, userdata, flags, reason_code, properties) => {
  console.log(`reason_code: ${reason_code}`);
};

client.on_message = (client, userdata, message) => {
  console.log(`${message.topic} ${message.qos} ${message.text()}`);
};

client.on_subscribe = (client, userdata, mid, reason_codes, properties) => {
  console.log(`Subscribed: ${mid} ${reason_codes}`);
};

client.connect(process.env.KARERE_HOST ?? "localhost", Number(process.env.KARERE_PORT ?? 8080), 60);
client.subscribe("$SYS/broker/version", 0);

client.loop_forever();
