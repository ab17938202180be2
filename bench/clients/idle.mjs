// Decides what an idle client holds: connects so many, and says how much more there is in memory for each.

const [name, port, count] = process.argv.slice(2);
const options = { host: "127.0.0.1", port: Number(port) };

const makers = {
  async karere() {
    const { CallbackAPIVersion, Client } = await import("karere/client");
    return () => {
      const client = new Client(CallbackAPIVersion.VERSION2);
      const connected = new Promise((resolve) => client.once("connect", resolve));
      client.connect(options);
      client.loop_forever();
      return connected.then(() => client);
    };
  },
  async mqttjs() {
    const { default: mqtt } = await import("mqtt");
    return () => mqtt.connectAsync(options);
  },
};

const held = () => {
  globalThis.gc();
  globalThis.gc();
  const { heapUsed, external } = process.memoryUsage();
  return heapUsed + external;
};

const make = await makers[name]();
const clients = [await make()];
const before = held();
for (let number = 0; number < Number(count); number += 1) clients.push(await make());
const after = held();
console.log((after - before) / Number(count));
process.exit(clients.length === 0 ? 1 : 0);
