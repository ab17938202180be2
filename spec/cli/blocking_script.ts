// Waits in each way in which a script of the blocking flavour can, and tells how it was interrupted.

import { CallbackAPIVersion, Client, input, KeyboardInterrupt, subscribe, time } from "karere/blocking";

const port = Number(process.env.PORT);
const mute_port = Number(process.env.MUTE_PORT);

function expect_interrupt(name: string, wait: () => unknown): void {
  try {
    console.log(`waits in ${name}`);
    wait();
  } catch (error) {
    if (!(error instanceof KeyboardInterrupt)) throw error;
    console.log(`left ${name}`);
  }
}

expect_interrupt("sleep", () => time.sleep(60));
expect_interrupt("input", () => input());
expect_interrupt("connect", () => {
  const stranger = new Client(CallbackAPIVersion.VERSION2, { transport: "websockets" });
  stranger.connect_timeout = 60;
  stranger.connect("127.0.0.1", mute_port);
});
const stuck = new Client(CallbackAPIVersion.VERSION2);
stuck.connect("127.0.0.1", mute_port);
expect_interrupt("wait_for_publish", () => stuck.publish("t", "x", 1).wait_for_publish());
stuck.close({ timeout: 0 });
expect_interrupt("a helper", () => subscribe.simple("t", { hostname: "127.0.0.1", port: mute_port }));
const client = new Client(CallbackAPIVersion.VERSION2);
client.on_connect = () => {
  try {
    console.log("waits in a callback");
    time.sleep(60);
  } finally {
    console.log("left a callback");
  }
};
client.connect("127.0.0.1", port);
try {
  client.loop_forever();
} catch (error) {
  if (error instanceof KeyboardInterrupt) client.disconnect();
}
