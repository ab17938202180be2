// Decides how it is measured what a message of MQTT 5 costs that is published with properties.

import { run_lane } from "./lanes.mjs";
import { microseconds, times } from "./screen.mjs";

const properties = {
  MessageExpiryInterval: 60,
  ContentType: "text/plain",
  UserProperty: [["room", "kitchen"]],
};

export async function with_properties({ port, short }) {
  const found = [];
  for (const qos of [0, 1, 2]) {
    const lane = { action: "publish", qos, size: 64, version: 5, properties };
    const cost = async (client) => (await run_lane(lane, client, port, short ? 0.1 : 0.5)).cpu_us;
    const [karere, mqttjs] = [await cost("karere"), await cost("mqttjs")];
    const text = `karere ${microseconds(karere)}, MQTT.js ${microseconds(mqttjs)}, ${times(mqttjs / karere)}`;
    found.push({ what: `publish QoS ${qos}, 64 B, with three properties`, text, karere, peers: { mqttjs } });
  }
  return found;
}
