// Decides how latency is measured: through a real mosquitto, at a rate at which nothing waits for anything else.

import { has_mosquitto, start_mosquitto } from "../tools/mosquitto.mjs";
import { output_of } from "./peers.mjs";

/** Messages a second. */
const RATE = 200;

/** From `publish()` to the callback of the same client: the median, and what one in a hundred exceeds. */
export async function latency({ short }) {
  const what = "there and back through mosquitto";
  if (!has_mosquitto()) {
    return [{ what, text: "not measured, mosquitto is not installed" }];
  }
  const broker = await start_mosquitto();
  try {
    const found = [];
    for (const qos of [0, 1]) {
      const job = { qos, rate: RATE, count: short ? RATE / 4 : 5 * RATE, port: broker.port };
      const [karere, mqttjs] = [await of("karere", job), await of("mqttjs", job)];
      const text = `karere ${in_words(karere)}, MQTT.js ${in_words(mqttjs)}`;
      found.push({
        what: `${what}, QoS ${qos}`,
        text,
        karere: karere.p50,
        peers: { mqttjs: mqttjs.p50 },
        karere_p99: karere.p99,
        mqttjs_p99: mqttjs.p99,
      });
    }
    return found;
  } finally {
    await broker.stop();
  }
}

async function of(client, job) {
  const path = "bench/clients/latency.mjs";
  const took = JSON.parse(await output_of([process.execPath, path, JSON.stringify({ client, ...job })]));
  took.sort((a, b) => a - b);
  const at = (share) => took[Math.floor(share * took.length)];
  return { p50: at(0.5), p99: at(0.99) };
}

const in_words = ({ p50, p99 }) => `${p50.toFixed(2)} ms (p99 ${p99.toFixed(2)} ms)`;
