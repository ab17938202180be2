// A subscriber with options on the command line.
//
//   node client_sub_opts.ts -t "some/#" -q 1

import { parseArgs } from "node:util";
import * as mqtt from "karere/blocking/client";

const { values: options } = parseArgs({
  options: {
    host: { type: "string", short: "H", default: process.env.KARERE_HOST ?? "localhost" },
    port: { type: "string", short: "P", default: process.env.KARERE_PORT ?? "1883" },
    topic: { type: "string", short: "t", default: "$SYS/#" },
    qos: { type: "string", short: "q", default: "0" },
    clientid: { type: "string", short: "c", default: "" },
    username: { type: "string", short: "u" },
    password: { type: "string", short: "p" },
    "disable-clean-session": { type: "boolean", short: "d", default: false },
    keepalive: { type: "string", short: "k", default: "60" },
    "use-tls": { type: "boolean", short: "s", default: false },
    insecure: { type: "boolean", default: false },
    cacerts: { type: "string", short: "F" },
    debug: { type: "boolean", short: "D", default: false },
  },
});
const qos = ([0, 1, 2] as const)[Number(options.qos)] ?? 0;

const client = new mqtt.Client(mqtt.CallbackAPIVersion.VERSION2, {
  client_id: options.clientid,
  clean_session: !options["disable-clean-session"],
});

client.on_connect = (client, userdata, flags, reason_code, properties) => {
  console.log(`connect: ${reason_code}`);
  if (reason_code.is_failure) {
    client.disconnect();
    return;
  }
  client.subscribe(options.topic, qos);
};

client.on_message = (client, userdata, message) => {
  console.log(`${message.topic} ${message.qos} ${message.text()}`);
};

client.on_subscribe = (client, userdata, mid, reason_codes, properties) => {
  console.log(`Subscribed: ${mid} ${reason_codes}`);
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
client.loop_forever();
