// The first script of paho's tutorial, line by line: subscribe in on_connect, print what comes, for ever.
// Arguments: port, protocol.

import * as mqtt from "karere/client";

function on_connect(client, _userdata, _flags, reason_code, _properties) {
  console.log(`Connected with result code ${reason_code}`);
  client.subscribe("house/#");
}

function on_message(_client, _userdata, msg) {
  console.log(`${msg.topic} ${msg.payload}`);
}

const mqttc = new mqtt.Client(mqtt.CallbackAPIVersion.VERSION2, { protocol: Number(process.argv[3]) });
mqttc.on_connect = on_connect;
mqttc.on_message = on_message;

mqttc.connect("127.0.0.1", Number(process.argv[2]), 60);

mqttc.loop_forever();
