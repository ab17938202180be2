// What a script that waits is told about itself, and what it is not told because it hears of it anyway.

import { describe, expect, it } from "@jest/globals";
import { packet_bytes } from "../support/packet_bytes.ts";
import { type ScriptedBroker, scripted_broker } from "../support/scripted_broker.ts";
import { start_blocking } from "./script.ts";

const packets = packet_bytes(4);

async function greeted(broker: ScriptedBroker, code = 0) {
  const link = await broker.accept({ within: 15_000 });
  await link.expect_packet("CONNECT");
  link.send(packets.connack({ code }));
  return link;
}

describe("a refusal that comes before the loop", () => {
  const refused_first = `
    client.on_connect = (client, userdata, flags, reason_code) => {
      console.log(String(reason_code));
      client.disconnect();
    };
    client.connect("127.0.0.1", port);
    while (client.socket() !== null) time.sleep(0.01);
  `;

  it("is left to on_connect to tell", async () => {
    await using broker = await scripted_broker();
    await using script = start_blocking(broker.port, `${refused_first} client.loop_forever();`);
    (await greeted(broker, 5)).close();
    expect(await script.result()).toMatchObject({ stdout: "Not authorized\n", stderr: "", exit_code: 0 });
  }, 30_000);

  it.each([
    ["ends", ""],
    ["goes on", 'mqtt.input("");'],
  ])(
    "is printed when the script %s without one",
    async (_what, rest) => {
      await using broker = await scripted_broker();
      await using script = start_blocking(broker.port, refused_first + rest, { stdin: null });
      (await greeted(broker, 5)).close();
      await script.output(/MQTTWarning: the broker refused the connection: Not authorized/);
      expect(script.stdout).toBe("");
    },
    30_000,
  );
});

describe("callbacks that cannot do what they were set for", () => {
  it("are told of when a loop begins, whatever others there are", async () => {
    await using broker = await scripted_broker();
    await using script = start_blocking(
      broker.port,
      `
      client.on_message = "oops";
      client.on_disconnect = (client, userdata, rc) => {};
      client.connect("127.0.0.1", port);
      client.loop_start();
      client.loop_stop();
      client.loop(0);
      client.close();
      `,
    );
    await greeted(broker);
    const { stderr } = await script.result();
    expect(stderr.match(/MQTTWarning: \S+ \S+/g)).toEqual([
      "MQTTWarning: on_disconnect has",
      "MQTTWarning: on_message is",
    ]);
  }, 30_000);
});

describe("timers of a script that calls loop_forever()", () => {
  const leave = `
    client.on_connect = (client) => void client.disconnect();
    client.connect("127.0.0.1", port);
  `;

  it("are said not to run meanwhile", async () => {
    await using broker = await scripted_broker();
    await using script = start_blocking(
      broker.port,
      `
      const timer = setInterval(() => client.publish("t", "p"), 1000);
      ${leave}
      client.loop_forever();
      clearInterval(timer);
      `,
    );
    await greeted(broker);
    const { stderr } = await script.result();
    expect(stderr.match(/MQTTWarning.*/g)).toEqual([
      "MQTTWarning: timers do not run while loop_forever() waits: use loop_start() and time.sleep(), or karere",
    ]);
  }, 30_000);

  it("are not missed where there are none, not even by a timer that calls it", async () => {
    await using broker = await scripted_broker();
    await using script = start_blocking(
      broker.port,
      `
      setInterval(() => {}, 1000).unref();
      await new Promise((resolve) => setTimeout(resolve, 1));
      ${leave}
      client.loop_forever();
      setTimeout(() => {
        ${leave}
        client.loop_forever();
        console.log("done");
      }, 1);
      `,
    );
    await greeted(broker);
    await greeted(broker);
    expect(await script.result()).toMatchObject({ stdout: "done\n", stderr: "", exit_code: 0 });
  }, 30_000);
});
