import { CallbackAPIVersion, Client, PacketTypes, Properties } from "karere/client";
import { FileStore } from "karere/store/file";
import { lane, payload, publish_all, receive_all, topic } from "./lane.mjs";

const client = new Client(CallbackAPIVersion.VERSION2, {
  protocol: lane.version,
  store: lane.store == null ? null : new FileStore(lane.store),
});
client.max_inflight_messages_set(0);
const connected = new Promise((resolve) => (client.on_connect = resolve));
client.connect("127.0.0.1", lane.port, 600);
client.loop_forever();
await connected;

if (lane.action === "receive") {
  const { filter, came } = receive_all();
  client.on_message = came;
  for (let number = 0; number < lane.filters; number += 1) client.message_callback_add(topic(number), came);
  client.subscribe(filter, lane.qos);
} else {
  if (lane.lag > 0) client.subscribe(`lag/${lane.lag}`);
  let acked = () => {};
  if (lane.qos > 0) client.on_publish = () => acked();
  const { qos } = lane;
  const properties = lane.properties ? new Properties(PacketTypes.PUBLISH, lane.properties) : null;
  await publish_all({
    publish(topic, done) {
      acked = done;
      if (properties !== null) client.publish(topic, payload, { qos, properties });
      else if (qos > 0) client.publish(topic, payload, { qos });
      else client.publish(topic, payload);
    },
    waiting: () => client.stats().bytes + client.socket().writableLength,
    flushed: () =>
      new Promise((resolve) => {
        client.on_message = resolve;
        client.publish("!", "");
      }),
  });
}
