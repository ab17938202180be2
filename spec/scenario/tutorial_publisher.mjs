// The publishing script of paho's tutorial, line by line: what on_publish has not confirmed yet stays in a set.
// Argument: the way to the broker, in JSON.

import { setTimeout as sleep } from "node:timers/promises";
import * as mqtt from "karere/client";

const { protocol, transport, tls, host, port } = JSON.parse(process.argv[2]);

function on_publish(_client, userdata, mid, _reason_code, _properties) {
  if (!userdata.delete(mid)) {
    console.log("on_publish() is called with a mid not present in unacked_publish");
  }
}

const unacked_publish = new Set();
const mqttc = new mqtt.Client(mqtt.CallbackAPIVersion.VERSION2, { protocol, transport });
if (tls !== undefined) mqttc.tls_set(tls);
mqttc.on_publish = on_publish;

mqttc.user_data_set(unacked_publish);
mqttc.connect(host, port);
mqttc.loop_start();

const msg_info = mqttc.publish("house/kitchen", "my message", { qos: 1 });
unacked_publish.add(msg_info.mid);

const msg_info2 = mqttc.publish("house/kitchen", "my message2", { qos: 1 });
unacked_publish.add(msg_info2.mid);

while (unacked_publish.size) {
  await sleep(100);
}

await msg_info.wait_for_publish();
await msg_info2.wait_for_publish();

mqttc.disconnect();
mqttc.loop_stop();
