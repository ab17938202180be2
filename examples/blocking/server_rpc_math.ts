// The other side of client_rpc_math.ts: it computes what is asked for on requests/math/<function>, and answers on the
// topic and with the correlation data that the request names. Runs until Ctrl-C.

import * as mqtt from "karere/blocking/client";

const functions: Record<string, (a: number, b: number) => number> = {
  add: (a, b) => a + b,
  mult: (a, b) => a * b,
};

const client = new mqtt.Client(mqtt.CallbackAPIVersion.VERSION2, {
  client_id: "paho_rpc_math_srv",
  protocol: mqtt.MQTTv5,
});

client.on_connect = (client, userdata, flags, reason_code, properties) => {
  if (reason_code.is_failure) {
    console.log(`Connection refused: ${reason_code}`);
    return;
  }
  console.log("Waiting for requests");
  // The broker remembers our subscription as long as it has our session.
  if (!flags.session_present) {
    console.log("Subscribing to math requests");
    client.subscribe("requests/math/#");
  }
};

client.on_message = (client, userdata, message) => {
  const { ResponseTopic, CorrelationData } = message.properties ?? {};
  if (ResponseTopic === undefined || CorrelationData === undefined) {
    console.log("A request without a way to answer it");
    return;
  }
  const func = functions[message.topic.split("/").at(-1) ?? ""];
  if (func === undefined) {
    console.log(`No such function: ${message.topic}`);
    return;
  }
  const args = message.json<number[]>();
  const result = args.reduce(func);
  console.log(`${message.topic} ${args} = ${result}`);

  const reply = new mqtt.Properties(mqtt.PacketTypes.PUBLISH);
  reply.CorrelationData = CorrelationData;
  client.publish(ResponseTopic, JSON.stringify(result), { properties: reply });
};

client.connect(process.env.KARERE_HOST ?? "localhost", Number(process.env.KARERE_PORT ?? 1883), {
  clean_start: false,
});
client.loop_forever();
