// A heater that is simulated: it takes commands, acknowledges them, and tells its state all the time.

import { setTimeout as sleep } from "node:timers/promises";
import * as mqtt from "karere/client";

const BROKER = process.env.BROKER_HOST ?? "localhost";
const PORT = Number(process.env.BROKER_PORT ?? 1883);
const DEVICE = process.env.DEVICE_ID ?? "heater";

let state = "idle" as "idle" | "heating";
let temperature = 20;
let running = true;

function publish_state(client: mqtt.Client<2>): void {
  const payload = JSON.stringify({ state, temperature: Math.round(temperature * 10) / 10 });
  client.publish(`devices/${DEVICE}/state`, payload, { qos: 1 });
}

const on_connect: mqtt.CallbackOnConnect_v2 = (client, userdata, flags, reason_code, properties) => {
  if (reason_code.is_failure) {
    console.log(`connection refused: ${reason_code}`);
    return;
  }
  client.subscribe(`devices/${DEVICE}/command`, 1);
  console.log("ready");
};

const on_message: mqtt.CallbackOnMessage<2> = (client, userdata, message) => {
  let command: { set?: string };
  try {
    command = JSON.parse(message.payload.toString());
  } catch {
    console.log(`not JSON: ${message.payload}`);
    return;
  }
  if (command.set !== "idle" && command.set !== "heating") {
    client.publish(`devices/${DEVICE}/ack`, JSON.stringify({ ok: false }));
    return;
  }
  state = command.set;
  console.log(`state is now ${state}`);
  client.publish(`devices/${DEVICE}/ack`, JSON.stringify({ ok: true, state }));
};

process.on("SIGINT", () => {
  running = false;
});

const client = new mqtt.Client(mqtt.CallbackAPIVersion.VERSION2, { client_id: DEVICE });
client.on_connect = on_connect;
client.on_message = on_message;

try {
  await client.connect(BROKER, PORT, { keepalive: 60 });
} catch (error) {
  console.log(`cannot connect: ${(error as Error).message}`);
  process.exit(1);
}
client.loop_start();
publish_state(client);

try {
  while (running) {
    temperature += state === "heating" ? 0.5 : -0.1;
    publish_state(client);
    await sleep(50);
  }
} finally {
  client.loop_stop();
  client.disconnect();
  console.log("bye");
}
