// Publishes two messages and disconnects, without a client of your own. Messages are objects or arrays.

import * as publish from "karere/blocking/publish";

const msgs: publish.Message[] = [
  { topic: "paho/test/topic", payload: "multiple 1" },
  ["paho/test/topic", "multiple 2", 0, false],
];

publish.multiple(msgs, {
  hostname: process.env.KARERE_HOST ?? "localhost",
  port: Number(process.env.KARERE_PORT ?? 1883),
});
console.log(`published ${msgs.length} messages`);
