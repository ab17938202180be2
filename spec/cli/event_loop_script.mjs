// Waits in each way in which a script of the event-loop flavour can, and tells how it was interrupted.

import { CallbackAPIVersion, Client, KeyboardInterrupt, subscribe } from "karere";

const port = Number(process.env.PORT);
const mute_port = Number(process.env.MUTE_PORT);

async function expect_interrupt(name, wait) {
  try {
    console.log(`waits in ${name}`);
    await wait();
  } catch (error) {
    if (!(error instanceof KeyboardInterrupt)) throw error;
    console.log(`left ${name}`);
  }
}

const stuck = new Client(CallbackAPIVersion.VERSION2);
await expect_interrupt("connect", () => {
  const stranger = new Client(CallbackAPIVersion.VERSION2, { transport: "websockets" });
  stranger.connect_timeout = 60;
  return stranger.connect("127.0.0.1", mute_port);
});
await stuck.connect("127.0.0.1", mute_port);
await expect_interrupt("loop", () => stuck.loop(60));
await expect_interrupt("wait_for_publish", () => stuck.publish("t", "x", 1).wait_for_publish());
await expect_interrupt("close", () => stuck.close({ timeout: 60 }));
await stuck.close({ timeout: 0 });
await expect_interrupt("a helper", () => subscribe.simple("t", { hostname: "127.0.0.1", port: mute_port }));
const client = new Client(CallbackAPIVersion.VERSION2);
client.on_connect = async () => {
  try {
    console.log("waits in a callback");
    await subscribe.simple("t", { hostname: "127.0.0.1", port: mute_port });
  } finally {
    console.log("left a callback");
  }
};
client.connect("127.0.0.1", port);
try {
  await client.loop_forever();
} catch (error) {
  if (error instanceof KeyboardInterrupt) client.disconnect();
}
