// The second script of paho's tutorial, line by line: collect ten messages in userdata, unsubscribe, disconnect.
// Argument: the way to the broker, in JSON.

import * as mqtt from "karere/client";

const { protocol, transport, tls, host, port } = JSON.parse(process.argv[2]);

function on_subscribe(_client, _userdata, _mid, reason_code_list, _properties) {
  if (reason_code_list[0].is_failure) {
    console.log(`Broker rejected you subscription: ${reason_code_list[0]}`);
  } else {
    console.log(`Broker granted the following QoS: ${reason_code_list[0].value}`);
  }
}

function on_unsubscribe(client, _userdata, _mid, reason_code_list, _properties) {
  if (reason_code_list.length === 0 || !reason_code_list[0].is_failure) {
    console.log("unsubscribed with success");
  } else {
    console.log(`Broker replied with failure: ${reason_code_list[0]}`);
  }
  client.disconnect();
}

function on_message(client, userdata, message) {
  userdata.push(message.payload);
  if (userdata.length >= 10) {
    client.unsubscribe("house/#");
  }
}

function on_connect(client, _userdata, _flags, reason_code, _properties) {
  if (reason_code.is_failure) {
    console.log(`Failed to connect: ${reason_code}`);
  } else {
    client.subscribe("house/#");
  }
}

const mqttc = new mqtt.Client(mqtt.CallbackAPIVersion.VERSION2, { protocol, transport });
if (tls !== undefined) mqttc.tls_set(tls);
mqttc.on_connect = on_connect;
mqttc.on_message = on_message;
mqttc.on_subscribe = on_subscribe;
mqttc.on_unsubscribe = on_unsubscribe;

mqttc.user_data_set([]);
mqttc.connect(host, port);
await mqttc.loop_forever();
console.log(`Received the following messages: ${mqttc.user_data_get()}`);
