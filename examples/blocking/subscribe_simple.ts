// Waits for two messages that are not retained, without a client of your own.

import * as subscribe from "karere/blocking/subscribe";

const messages = subscribe.simple(["paho/test/#"], {
  qos: 0,
  msg_count: 2,
  retained: false,
  hostname: process.env.KARERE_HOST ?? "localhost",
  port: Number(process.env.KARERE_PORT ?? 1883),
});

for (const message of messages) {
  console.log(message.topic);
  console.log(message.text());
}
