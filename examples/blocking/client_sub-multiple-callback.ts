// One callback for each kind of topic. What no filter matches goes to on_message.

import * as mqtt from "karere/blocking/client";

function on_message_msgs(client: mqtt.Client<2>, userdata: unknown, message: mqtt.MQTTMessage): void {
  console.log(`MESSAGES: ${message.topic} ${message.qos} ${message.text()}`);
}

function on_message_bytes(client: mqtt.Client<2>, userdata: unknown, message: mqtt.MQTTMessage): void {
  console.log(`BYTES: ${message.topic} ${message.qos} ${message.text()}`);
}

const client = new mqtt.Client(mqtt.CallbackAPIVersion.VERSION2);

client.on_message = (client, userdata, message) => {
  console.log(`${message.topic} ${message.qos} ${message.text()}`);
};

client.message_callback_add("$SYS/broker/messages/#", on_message_msgs);
client.message_callback_add("$SYS/broker/bytes/#", on_message_bytes);

client.connect(process.env.KARERE_HOST ?? "localhost", Number(process.env.KARERE_PORT ?? 1883), 60);
client.subscribe("$SYS/#", 0);

client.loop_forever();
