// Publishes one message and disconnects, without a client of your own.

import * as publish from "karere/blocking/publish";

publish.single("paho/test/topic", "boo", {
  hostname: process.env.KARERE_HOST ?? "localhost",
  port: Number(process.env.KARERE_PORT ?? 1883),
});
console.log("published");
