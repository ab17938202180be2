// Sends the client's log to a logger of your own: anything that has debug, info, warn and error will do.

import * as mqtt from "karere/blocking/client";

const logger: mqtt.Logger = {
  debug: (text) => console.log(`DEBUG:${text}`),
  info: (text) => console.log(`INFO:${text}`),
  warn: (text) => console.log(`WARNING:${text}`),
  error: (text) => console.log(`ERROR:${text}`),
};

const client = new mqtt.Client(mqtt.CallbackAPIVersion.VERSION2);
client.enable_logger(logger);

client.connect(process.env.KARERE_HOST ?? "localhost", Number(process.env.KARERE_PORT ?? 1883), 60);
client.subscribe("$SYS/#", 0);

client.loop_forever();
