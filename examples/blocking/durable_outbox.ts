// Publishes readings that outlive the process: what the broker has not got when the program ends, however it ends, is sent
// by the next run. Start it without a broker, stop it with Ctrl-C, start it again with one.

import * as mqtt from "karere/blocking/client";

const client = new mqtt.Client(mqtt.CallbackAPIVersion.VERSION2, {
  client_id: "durable-outbox",
  clean_session: false,
  store: process.env.KARERE_OUTBOX ?? "outbox.log",
});

client.on_connect = (_client, _userdata, _flags, reason_code) => console.log(`connected: ${reason_code}`);
client.on_publish = (_client, _userdata, mid) => console.log(`the broker has message ${mid}`);

console.log(`left from earlier runs: ${client.restored().length}`);
client.connect_async(process.env.KARERE_HOST ?? "localhost", Number(process.env.KARERE_PORT ?? 1883));
client.loop_start();

for (let number = 1; number <= 3; number++) {
  const info = client.publish("karere/readings", `reading ${number}`, 1);
  console.log(`kept as ${info.id}`);
}
client.close({ timeout: 2 });
console.log(`still to be sent: ${client.restored().length}`);
client.close();
