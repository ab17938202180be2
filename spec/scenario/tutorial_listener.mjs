// The first script of paho's tutorial, line by line: subscribe in on_connect, print what comes, for ever.
// Argument: the way to the broker, in JSON.

import * as mqtt from "karere/client";

const { protocol, transport, tls, host, port } = JSON.parse(process.argv[2]);

function on_connect(client, _userdata, _flags, reason_code, _properties) {
  console.log(`Connected with result code ${reason_code}`);
  client.subscribe("house/#");
}

function on_message(_client, _userdata, msg) {
  console.log(`${msg.topic} ${msg.payload}`);
}

const mqttc = new mqtt.Client(mqtt.CallbackAPIVersion.VERSION2, { protocol, transport });
if (tls !== undefined) mqttc.tls_set(tls);
mqttc.on_connect = on_connect;
mqttc.on_message = on_message;

mqttc.connect(host, port, 60);

mqttc.loop_forever();
