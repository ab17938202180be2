// Prints every message under a topic, without a client of your own, until you press Ctrl-C.

import * as subscribe from "karere/blocking/subscribe";

const print_msg: subscribe.MessageHandler = (client, userdata, message) => {
  console.log(`${message.topic} : ${message.text()}`);
};

subscribe.callback(print_msg, "#", {
  hostname: process.env.KARERE_HOST ?? "localhost",
  port: Number(process.env.KARERE_PORT ?? 1883),
});
