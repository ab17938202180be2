// A dashboard on the terminal, with the callbacks of VERSION1, as most scripts have them.

import * as mqtt from "karere/client";

const rooms: Record<string, string> = {};

function on_connect(
  client: mqtt.Client,
  userdata: unknown,
  flags: { "session present": 0 | 1 },
  rc: unknown,
) {
  console.log(`Connected with result code ${rc}`);
  client.subscribe("house/+/temperature");
  client.subscribe("house/alarm");
}

function on_message(client: mqtt.Client, userdata: unknown, msg: mqtt.MQTTMessage) {
  const text = msg.payload.toString();
  if (msg.topic === "house/alarm") {
    console.log(`ALARM: ${text}`);
    return;
  }
  if (msg.topic.endsWith("/temperature")) {
    const room = msg.topic.split("/")[1] ?? "";
    const value = Number.parseFloat(text);
    if (Number.isNaN(value)) {
      return;
    }
    rooms[room] = value.toFixed(1);
    const line = Object.keys(rooms)
      .sort()
      .map((name) => `${name}=${rooms[name]}`);
    console.log(line.join(" "));
  }
}

const client = new mqtt.Client();
client.on_connect = on_connect;
client.on_message = on_message;

client.connect(process.env.BROKER_HOST ?? "localhost", Number(process.env.BROKER_PORT ?? 1883), 60);
await client.loop_forever();
