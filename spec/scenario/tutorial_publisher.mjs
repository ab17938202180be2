// The publishing script of paho's tutorial, line by line: what on_publish has not confirmed yet stays in a set.
// Arguments: port, protocol.

import { setTimeout as sleep } from "node:timers/promises";
import * as mqtt from "karere/client";

function on_publish(_client, userdata, mid, _reason_code, _properties) {
  if (!userdata.delete(mid)) {
    console.log("on_publish() is called with a mid not present in unacked_publish");
  }
}

const unacked_publish = new Set();
const mqttc = new mqtt.Client(mqtt.CallbackAPIVersion.VERSION2, { protocol: Number(process.argv[3]) });
mqttc.on_publish = on_publish;

mqttc.user_data_set(unacked_publish);
mqttc.connect("127.0.0.1", Number(process.argv[2]));
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
