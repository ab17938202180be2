import mqtt from "mqtt";
import { lane, payload, publish_all, receive_all } from "./lane.mjs";

const { qos } = lane;
const client = mqtt.connect({
  host: "127.0.0.1",
  port: lane.port,
  protocolVersion: lane.version,
  keepalive: 600,
});
await new Promise((resolve) => client.once("connect", resolve));

if (lane.action === "receive") {
  const { filter, came } = receive_all();
  client.on("message", came);
  client.subscribe(filter, { qos });
} else {
  const options = lane.properties ? { qos, properties: in_camel_case(lane.properties) } : { qos };
  await publish_all({
    publish(topic, done) {
      if (qos > 0) client.publish(topic, payload, options, done);
      else client.publish(topic, payload, options);
    },
    waiting: () => client.stream.writableLength,
    flushed: () =>
      new Promise((resolve) => {
        client.on("message", resolve);
        client.publish("!", "");
      }),
  });
}

function in_camel_case({ UserProperty, ...rest }) {
  const properties = Object.fromEntries(
    Object.entries(rest).map(([name, value]) => [name[0].toLowerCase() + name.slice(1), value]),
  );
  return { ...properties, userProperties: Object.fromEntries(UserProperty) };
}
