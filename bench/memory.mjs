// Decides what is measured of memory: what an idle client holds, and what a received message holds that is kept.

import { output_of } from "./peers.mjs";

/** Bytes of heap and buffers for each of so many clients that do nothing; after as many as it takes to compile the code. */
export async function idle_client({ port, short }) {
  const count = short ? 100 : 1000;
  const [karere, mqttjs] = await of_both("idle", { count, before: 100, port });
  const kib = (bytes) => `${(bytes / 1024).toFixed(1)} KiB`;
  const ratio = (mqttjs / karere).toFixed(1);
  const text = `karere ${kib(karere)}, MQTT.js ${kib(mqttjs)} for each of ${count} clients, ${ratio}x`;
  return [{ what: "an idle client", text, karere, peers: { mqttjs } }];
}

/** Bytes of heap and buffers for each of so many payloads of 20 bytes that the program keeps. */
export async function kept_payload({ port, short }) {
  const count = short ? 100_000 : 1_000_000;
  const [karere, mqttjs] = await of_both("kept", { count, port });
  const text = `karere ${karere.toFixed(0)} bytes, MQTT.js ${mqttjs.toFixed(0)} bytes for each of ${count} messages`;
  return [{ what: "a kept payload of 20 B", text, karere, peers: { mqttjs } }];
}

async function of_both(script, job) {
  const held = [];
  for (const client of ["karere", "mqttjs"]) {
    const path = `bench/clients/${script}.mjs`;
    held.push(
      Number(await output_of([process.execPath, "--expose-gc", path, JSON.stringify({ client, ...job })])),
    );
  }
  return held;
}
