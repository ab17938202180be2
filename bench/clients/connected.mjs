// Decides how a client of either library is made for what is measured besides the lanes, as its documentation shows.

/** The job of this process, with the name of the client and the port of the broker. */
export const job = JSON.parse(process.argv[2]);

const options = { host: "127.0.0.1", port: job.port, keepalive: 600 };

const makers = {
  async karere() {
    const { CallbackAPIVersion, Client } = await import("karere/client");
    return async () => {
      const client = new Client(CallbackAPIVersion.VERSION2);
      const connected = new Promise((resolve) => client.once("connect", resolve));
      client.connect(options);
      client.loop_start({ daemon: false });
      await connected;
      return {
        client,
        publish: (topic, payload, qos) => client.publish(topic, payload, qos),
        subscribe: (filter, qos) =>
          new Promise((resolve) => {
            client.once("subscribe", resolve);
            client.subscribe(filter, qos);
          }),
        receive(take) {
          client.on_message = (_client, _userdata, message) => take(message.payload);
        },
      };
    };
  },
  async mqttjs() {
    const { default: mqtt } = await import("mqtt");
    return async () => {
      const client = await mqtt.connectAsync(options);
      return {
        client,
        publish: (topic, payload, qos) => client.publish(topic, payload, { qos }),
        subscribe: (filter, qos) => client.subscribeAsync(filter, { qos }),
        receive: (take) => client.on("message", (_topic, payload) => take(payload)),
      };
    };
  },
};

/** Makes a client and connects it. */
export const make = await makers[job.client]();

/** Bytes of heap and buffers, of what is in use. */
export function held() {
  globalThis.gc();
  globalThis.gc();
  const { heapUsed, external } = process.memoryUsage();
  return heapUsed + external;
}
