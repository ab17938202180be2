// A remote procedure call over MQTT 5: asks server_rpc_math.ts to add (or multiply) numbers and prints the answer. The
// request says where the answer shall go (ResponseTopic) and which request it belongs to (CorrelationData).
//
//   node client_rpc_math.ts add 3 4 5

import * as mqtt from "karere/blocking/client";
import * as time from "karere/blocking/time";

const [func = "add", ...words] = process.argv.slice(2);
const args = (words.length === 0 ? ["3", "4"] : words).map(Number);

const correlation = new TextEncoder().encode(String(process.pid));
let reply_to: string | null = null;
let reply: string | null = null;

const client = new mqtt.Client(mqtt.CallbackAPIVersion.VERSION2, { protocol: mqtt.MQTTv5 });

client.on_connect = (client, userdata, flags, reason_code, properties) => {
  // The broker has chosen an id for us; it makes a topic that is ours alone.
  reply_to = `requests/reply/${properties.AssignedClientIdentifier}`;
  client.subscribe(reply_to);
};

client.on_message = (client, userdata, message) => {
  const data = message.properties?.CorrelationData;
  if (data === undefined || Buffer.compare(data, correlation) !== 0) {
    console.log("That is the answer to another question");
    return;
  }
  reply = message.text();
};

client.connect(process.env.KARERE_HOST ?? "localhost", Number(process.env.KARERE_PORT ?? 1883), 60);
client.loop_start();

while (reply_to === null) time.sleep(0.01);

const request = new mqtt.Properties(mqtt.PacketTypes.PUBLISH);
request.ResponseTopic = reply_to;
request.CorrelationData = correlation;
client.publish(`requests/math/${func}`, JSON.stringify(args), { qos: 1, properties: request });

while (reply === null) time.sleep(0.01);
console.log(`The answer is ${reply}`);

client.disconnect();
client.loop_stop();
