// Publishes one message to a broker that wants a password, and tells how long it took.

import { setTimeout as sleep } from "node:timers/promises";
import * as mqtt from "karere/client";

const on_connect: mqtt.CallbackOnConnect_v2 = (client, userdata, flags, reason_code, properties) => {
  if (reason_code.value === 0) {
    console.log("Connected!");
  } else {
    console.log(`Failed to connect: ${reason_code}`);
    process.exit(2);
  }
};

const client = new mqtt.Client(mqtt.CallbackAPIVersion.VERSION2);
client.username_pw_set(process.env.BROKER_USER ?? "user", process.env.BROKER_PASSWORD ?? "secret");
client.on_connect = on_connect;

try {
  await client.connect(process.env.BROKER_HOST ?? "localhost", Number(process.env.BROKER_PORT ?? 1883), {
    keepalive: 15,
  });
} catch (e) {
  console.log(`Could not connect: ${(e as Error).message}`);
  process.exit(1);
}

client.loop_start();
await sleep(200);

const start = performance.now();
const result = client.publish("office/latency", JSON.stringify({ sent: Date.now() }), { qos: 1 });
await result.wait_for_publish();
console.log(`rc ${result.rc}, ${(performance.now() - start).toFixed(1)} ms`);

client.loop_stop();
client.disconnect();
