// A publisher with options on the command line. It publishes some messages and waits for each.
//
//   node client_pub_opts.ts -t some/topic -N 3 -S 0.5

import { parseArgs } from "node:util";
import * as mqtt from "karere/blocking/client";
import * as time from "karere/blocking/time";

const { values: options } = parseArgs({
  options: {
    host: { type: "string", short: "H", default: process.env.KARERE_HOST ?? "localhost" },
    port: { type: "string", short: "P", default: process.env.KARERE_PORT ?? "1883" },
    topic: { type: "string", short: "t", default: "paho/test/opts" },
    qos: { type: "string", short: "q", default: "0" },
    clientid: { type: "string", short: "c", default: "" },
    username: { type: "string", short: "u" },
    password: { type: "string", short: "p" },
    "disable-clean-session": { type: "boolean", short: "d", default: false },
    nummsgs: { type: "string", short: "N", default: "1" },
    delay: { type: "string", short: "S", default: "1" },
    keepalive: { type: "string", short: "k", default: "60" },
    "use-tls": { type: "boolean", short: "s", default: false },
    insecure: { type: "boolean", default: false },
    cacerts: { type: "string", short: "F" },
    debug: { type: "boolean", short: "D", default: false },
  },
});
const qos = ([0, 1, 2] as const)[Number(options.qos)] ?? 0;
const count = Number(options.nummsgs);

const client = new mqtt.Client(mqtt.CallbackAPIVersion.VERSION2, {
  client_id: options.clientid,
  clean_session: !options["disable-clean-session"],
});

client.on_connect = (client, userdata, flags, reason_code, properties) => {
  console.log(`connect: ${reason_code}`);
};

client.on_publish = (client, userdata, mid, reason_code, properties) => {
  console.log(`published: ${mid}`);
};

if (options.debug) {
  client.on_log = (client, userdata, level, text) => console.log(text);
}
if (options.username !== undefined) {
  client.username_pw_set(options.username, options.password ?? null);
}
if (options["use-tls"]) {
  // Without --cacerts the authorities that Node knows are trusted.
  client.tls_set(options.cacerts ?? null);
  // Only for tests: the name in the certificate is not looked at then.
  if (options.insecure) client.tls_insecure_set(true);
}

console.log(`Connecting to ${options.host} port ${options.port}`);
client.connect(options.host, Number(options.port), Number(options.keepalive));
client.loop_start();

for (let x = 0; x < count; x++) {
  const payload = JSON.stringify({ msgnum: x });
  console.log(`Publishing: ${payload}`);
  const info = client.publish(options.topic, payload, qos);
  info.wait_for_publish();
  if (x < count - 1) time.sleep(Number(options.delay));
}

client.disconnect();
