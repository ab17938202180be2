// As publisher.mjs, with a client that waits: whatever the policy, a message is promised to be kept when publish() returns.

import fs from "node:fs";
import * as mqtt from "karere/blocking/client";
import { FileStore } from "karere/store/file";

const { port, store, fsync, kept, first, drains } = JSON.parse(process.argv[2]);

const client = new mqtt.Client(mqtt.CallbackAPIVersion.VERSION2, {
  client_id: "blocking publisher",
  clean_session: false,
  store: new FileStore(store, { fsync }),
});
client.reconnect_delay_set(0.01, 0.1);
// The broker may be away at this moment.
client.connect_async("127.0.0.1", port);
client.loop_start();

if (drains) {
  client.ready();
  client.close({ timeout: 20 });
  console.log(`left: ${client.restored().length}`);
} else {
  const file = fs.openSync(kept, "a");
  for (let number = first; ; number += 1) {
    client.publish(`crash/${1 + (number % 2)}`, String(number), 1 + (number % 2));
    fs.writeSync(file, `${number}\n`);
    if (number === first) fs.writeSync(1, "has promised\n");
  }
}
