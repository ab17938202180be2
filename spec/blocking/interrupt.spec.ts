// What interrupts a script from outside is thrown out of whatever waits, also through callbacks.

import { pathToFileURL } from "node:url";
import { expect, it } from "@jest/globals";
import { packet_bytes } from "../support/packet_bytes.ts";
import { scripted_broker } from "../support/scripted_broker.ts";
import { start_blocking } from "./script.ts";

const packets = packet_bytes(4);
const bell_file = pathToFileURL("dist/shared/bell.js").href;

it("ends every call that waits, and the loop with it", async () => {
  await using broker = await scripted_broker();
  await using silent = await scripted_broker();
  await using script = start_blocking(
    broker.port,
    `
    import { Worker } from "node:worker_threads";
    import { bell, interrupt_with } from ${JSON.stringify(bell_file)};
    class Interrupt extends Error {}
    const wish = new Int32Array(new SharedArrayBuffer(4));
    interrupt_with(() => {
      if (Atomics.exchange(wish, 0, 0) === 1) throw new Interrupt("stop");
    });
    const soon = () => new Worker(
      \`const { workerData: { bell, wish } } = require("node:worker_threads");
      setTimeout(() => { Atomics.store(wish, 0, 1); Atomics.add(bell, 0, 1); Atomics.notify(bell, 0); }, 100);\`,
      { eval: true, execArgv: [], workerData: { bell, wish } },
    );
    const tell = (name, call) => {
      soon();
      try {
        console.log(name, call());
      } catch (error) {
        console.log(name, error instanceof Interrupt);
      }
    };
    tell("sleep", () => time.sleep(5));
    tell("subscribe.simple", () => mqtt.subscribe.simple("t", { hostname: "127.0.0.1", port: Number(process.env.HELPER_PORT) }));
    client.connect("127.0.0.1", port);
    tell("loop_forever", () => client.loop_forever());
    client.on_message = (client, userdata, message) => {
      console.log(message.text());
      time.sleep(5);
      console.log("not reached");
    };
    tell("a callback", () => client.loop_forever());
    client.on_message = (client, userdata, message) => {
      console.log(message.text());
      client.disconnect();
    };
    console.log(client.loop_forever());
    `,
    { env: { HELPER_PORT: String(silent.port) } },
  );
  const link = await broker.accept({ within: 15_000 });
  await link.expect_packet("CONNECT");
  link.send(packets.connack());
  await script.output(/loop_forever true/);
  for (const text of ["1", "2"]) link.send(packets.publish({ topic: "t", payload: text }));
  await link.expect(packets.disconnect());
  link.close();
  const { stdout } = await script.result();
  expect(stdout.trim().split("\n")).toEqual([
    ...["sleep true", "subscribe.simple true", "loop_forever true"],
    ...["1", "a callback true", "2", "0"],
  ]);
}, 30_000);
