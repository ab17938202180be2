// Decides how long a script takes from its start to its first message, in either flavour: it says nothing, and ends.

const [flavour, port] = process.argv.slice(2);
const { CallbackAPIVersion, Client } = await import(
  flavour === "blocking" ? "karere/blocking/client" : "karere/client"
);

const client = new Client(CallbackAPIVersion.VERSION2);
client.on_connect = () => client.subscribe("flood/0/16/1/1");
client.on_message = () => process.exit();
client.connect("127.0.0.1", Number(port));
await client.loop_forever();
