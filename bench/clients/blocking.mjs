import { CallbackAPIVersion, Client } from "karere/blocking/client";
import { sleep } from "karere/blocking/time";
import { FileStore } from "karere/store/file";
import { lane, meter, payload, topic, warm_up } from "./lane.mjs";

const client = new Client(CallbackAPIVersion.VERSION2, {
  protocol: lane.version,
  store: lane.store == null ? null : new FileStore(lane.store),
});
client.max_inflight_messages_set(0);
let is_connected = false;
client.on_connect = () => {
  is_connected = true;
};
client.connect("127.0.0.1", lane.port, 600);
client.loop_start();
while (!is_connected) sleep(0.01);

let running = null;
if (lane.action === "receive") {
  let came = 0;
  client.on_message = () => {
    came += 1;
    if (came === warm_up) running = meter();
  };
  client.subscribe(`flood/${lane.qos}/${lane.size}/${lane.count}/${lane.topics}`, lane.qos);
  while (came < lane.count) sleep(0.001);
} else {
  const topics = Array.from({ length: lane.topics }, (_, number) => topic(number));
  let outstanding = 0;
  let is_flushed = false;
  client.on_message = () => {
    is_flushed = true;
  };
  if (lane.qos > 0) {
    client.on_publish = () => {
      outstanding -= 1;
    };
  }
  for (let number = 0; number < lane.count; number += 1) {
    if (number === warm_up) running = meter();
    while (outstanding >= lane.window) sleep(0.001);
    if (lane.qos > 0) outstanding += 1;
    client.publish(topics[number % topics.length], payload, lane.qos);
  }
  if (lane.qos === 0) client.publish("!", "");
  while (lane.qos === 0 ? !is_flushed : outstanding > 0) sleep(0.001);
}
running.tell();
