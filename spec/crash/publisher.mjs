// Publishes numbered messages, QoS 1 and 2 in turn, and writes each number to a file beside it as soon as the message is
// promised to be kept. Argument: in JSON, the broker's port, the store, the first number, and whether it shall only send
// what is left and end.

import fs from "node:fs";
import * as mqtt from "karere/client";
import { FileStore } from "karere/store/file";

const { port, store, fsync, kept, first, drains } = JSON.parse(process.argv[2]);

const client = new mqtt.Client(mqtt.CallbackAPIVersion.VERSION2, {
  client_id: "publisher",
  clean_session: false,
  store: new FileStore(store, { fsync }),
});
client.reconnect_delay_set(0.01, 0.1);
// The broker may be away at this moment.
client.connect_async("127.0.0.1", port);
client.loop_start();

if (drains) {
  await client.ready();
  await client.close({ timeout: 20 });
  console.log(`left: ${client.restored().length}`);
} else {
  const file = fs.openSync(kept, "a");
  for (let number = first; ; ) {
    const published = [];
    for (let count = 0; count < 4; count += 1, number += 1) {
      client.publish(`crash/${1 + (number % 2)}`, String(number), 1 + (number % 2));
      published.push(number);
      // With "always" it is kept when publish() returns, else when the turn is over.
      if (fsync === "always") fs.writeSync(file, `${published.splice(0).join("\n")}\n`);
    }
    await new Promise(setImmediate);
    if (published.length > 0) fs.writeSync(file, `${published.join("\n")}\n`);
    if (number === first + 4) fs.writeSync(1, "has promised\n");
    await client.ready();
  }
}
