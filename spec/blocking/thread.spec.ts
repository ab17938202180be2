// The client's thread goes on while the script computes; and what a script sees when it does not go on any more.

import { pathToFileURL } from "node:url";
import { describe, expect, it } from "@jest/globals";
import { describe_mosquitto, mosquitto } from "../support/mosquitto.ts";
import { packet_bytes } from "../support/packet_bytes.ts";
import { scripted_broker } from "../support/scripted_broker.ts";
import { start_blocking } from "./script.ts";

const packets = packet_bytes(4);
const saboteur = `--import=${pathToFileURL("spec/blocking/saboteur.mjs")}`;

describe_mosquitto("a script that computes without a call of ours", () => {
  it("keeps its connection, and gets what came meanwhile afterwards, in order", async () => {
    await using broker = await mosquitto();
    await using script = start_blocking(
      broker.port,
      `
      const got = [];
      client.on_message = (client, userdata, message) => got.push(Number(message.text()));
      client.on_disconnect = () => console.log("disconnected");
      client.connect("127.0.0.1", port, 1);
      client.loop_start();
      client.subscribe("t", 1);
      while (!client.is_connected()) time.sleep(0.01);
      for (let number = 0; number < 500; number += 1) client.publish("t", number, 1);
      const end = performance.now() + 2500;
      while (performance.now() < end);
      console.log(got.length, client.is_connected());
      while (got.length < 500) time.sleep(0.01);
      console.log(got.every((number, index) => number === index), client.stats().reconnects);
      `,
    );
    expect(await script.result()).toMatchObject({ stdout: "0 true\ntrue 0\n", exit_code: 0 });
    expect(broker.log).not.toContain("exceeded timeout");
  }, 30_000);
});

describe("a script that waits for a callback and never lets it run", () => {
  const spins = (options: string, ms: number) => `
    let deaf = new mqtt.Client(2, ${options});
    let connected = false;
    deaf.on_connect = () => { connected = true; };
    deaf.connect("127.0.0.1", port);
    deaf.loop_start();
    const end = performance.now() + ${ms};
    while (!connected && performance.now() < end);
    console.log(connected);
  `;
  const env = { NODE_OPTIONS: saboteur, HURRY: "1" };

  it("is told how to, while it still does not", async () => {
    await using broker = await scripted_broker();
    await using script = start_blocking(broker.port, spins("{}", 20_000), { env });
    const link = await broker.accept({ within: 15_000 });
    await link.expect_packet("CONNECT");
    link.send(packets.connack());
    await script.output(/MQTTWarning: callbacks have been waiting .* call time\.sleep\(0\.01\)/);
    expect(script.stdout).toBe("");
  }, 30_000);

  it("is not told when it wants no warnings", async () => {
    await using broker = await scripted_broker();
    await using script = start_blocking(broker.port, spins("{ warnings: false }", 600), { env });
    const link = await broker.accept({ within: 15_000 });
    await link.expect_packet("CONNECT");
    link.send(packets.connack());
    expect(await script.result()).toMatchObject({ stdout: "false\n", stderr: "" });
  }, 30_000);
});

describe("a script whose client's thread has ended", () => {
  it.each([
    ["throw", /ended: a fault in the thread\./],
    ["exit", /ended\. Nothing more/],
  ])(
    "hears of it in every call (%s)",
    async (crash, text) => {
      await using broker = await scripted_broker();
      await using script = start_blocking(
        broker.port,
        `
      const tell = (name, call) => {
        try {
          console.log(name, call());
        } catch (error) {
          console.log(name, error.name, error.code, error.message);
        }
      };
      client.connect("127.0.0.1", port);
      const info = client.publish("t", "x", 1);
      process.env.CRASH = "${crash}";
      tell("loop_forever", () => client.loop_forever());
      tell("publish", () => client.publish("t", "x"));
      tell("wait_for_publish", () => info.wait_for_publish());
      tell("input", () => mqtt.input());
      tell("new client", () => new mqtt.Client(2).connect("127.0.0.1", port));
      time.sleep(0.01);
      console.log("end");
      `,
        { env: { NODE_OPTIONS: saboteur } },
      );
      const { stdout, exit_code } = await script.result();
      const lines = stdout.trim().split("\n");
      for (const name of ["loop_forever", "publish", "wait_for_publish", "input", "new client"]) {
        const line = lines.shift() ?? "";
        expect(line).toMatch(new RegExp(`^${name} MQTTException ERR_MQTT_WORKER`));
        expect(line).toMatch(text);
      }
      expect({ lines, exit_code }).toEqual({ lines: ["end"], exit_code: 0 });
    },
    30_000,
  );

  it("fails with it when it is idle", async () => {
    await using broker = await scripted_broker();
    await using script = start_blocking(
      broker.port,
      `
      client.connect("127.0.0.1", port);
      client.loop_start({ daemon: false });
      process.env.CRASH = "throw";
      `,
      { env: { NODE_OPTIONS: saboteur } },
    );
    const { stderr, exit_code } = await script.result();
    expect(stderr).toContain(
      "the thread in which blocking clients do their work has ended: a fault in the thread",
    );
    expect(exit_code).toBe(1);
  }, 30_000);
});

describe("callbacks that are set while the script is idle", () => {
  it("miss nothing of what comes from then on", async () => {
    await using broker = await scripted_broker();
    await using script = start_blocking(
      broker.port,
      `
      class Sub extends mqtt.Client {
        on_message = null;
        on_publish = null;
      }
      const client2 = new Sub(2);
      client2.connect("127.0.0.1", port);
      client2.loop_start({ daemon: false });
      while (!client2.is_connected()) time.sleep(0.01);
      const next = (topic, set) => setTimeout(() => {
        set();
        console.log("ready " + topic);
      });
      const hear_a = () => client2.message_callback_add("a", () => {
        console.log("got a");
        client2.message_callback_remove("a");
        next("b", hear_b);
      });
      const hear_b = () => client2.once("message", () => {
        console.log("got b");
        next("c", hear_c);
      });
      const hear_c = () => {
        client2.on_message = () => {
          console.log("got c");
          next("end", hear_end);
        };
      };
      const hear_end = () => {
        client2.on_publish = () => {
          console.log("published");
          client2.disconnect();
        };
        client2.publish("t", "x");
      };
      next("a", hear_a);
      `,
    );
    const link = await broker.accept({ within: 15_000 });
    await link.expect_packet("CONNECT");
    link.send(packets.connack());
    for (const topic of ["a", "b", "c"]) {
      await script.output(new RegExp(`ready ${topic}`));
      link.send(packets.publish({ topic, payload: "" }));
      await script.output(new RegExp(`got ${topic}`));
    }
    await script.output(/published/);
    await link.expect_packet("PUBLISH");
    await link.expect_packet("DISCONNECT");
    link.close();
    expect(await script.result()).toMatchObject({ exit_code: 0, stderr: "" });
  }, 30_000);
});

describe("a wait that is over", () => {
  it("begins no other callback, except that loop_stop() has all of them run", async () => {
    await using broker = await scripted_broker();
    await using script = start_blocking(
      broker.port,
      `
      const told = [];
      client.on_message = (client, userdata, message) => {
        told.push(message.text());
        const end = performance.now() + 50;
        while (performance.now() < end);
      };
      client.connect("127.0.0.1", port);
      client.loop_start();
      while (!client.is_connected()) time.sleep(0.01);
      const publish = () => {
        const info = client.publish("t", "x", 1);
        while (client.stats().in_flight > 0);
        info.wait_for_publish();
        console.log(told.join());
      };
      publish();
      client.is_connected();
      console.log(told.join());
      client.on_publish = () => told.push("published");
      publish();
      client.loop_stop();
      console.log(told.join());
      `,
    );
    const link = await broker.accept({ within: 15_000 });
    await link.expect_packet("CONNECT");
    link.send(packets.connack());
    const message = (payload: string) => packets.publish({ topic: "t", payload });
    await link.expect_packet("PUBLISH");
    link.send(Buffer.concat([..."abc"].map(message).concat(packets.puback(1))));
    await link.expect_packet("PUBLISH");
    link.send(Buffer.concat([message("d"), packets.puback(2), message("e"), message("f")]));
    await link.expect_packet("DISCONNECT").catch(() => {});
    expect(await script.result()).toMatchObject({
      stdout: "a\na,b\na,b,c,d,published\na,b,c,d,published,e,f\n",
      exit_code: 0,
    });
  }, 30_000);
});

describe("a closed client", () => {
  it("is let go, or goes on when it is used again", async () => {
    await using broker = await scripted_broker();
    await using script = start_blocking(
      broker.port,
      `
      const { setFlagsFromString } = await import("node:v8");
      const { runInNewContext } = await import("node:vm");
      setFlagsFromString("--expose-gc");
      const gc = runInNewContext("gc");
      const idle = () => new Promise((resolve) => setTimeout(resolve, 10));
      client.username_pw_set("me");
      client.publish("t", "kept", 1);
      client.close();
      let left = 20;
      const registry = new FinalizationRegistry(() => { left -= 1; });
      for (let number = 0; number < 20; number += 1) {
        const one = new mqtt.Client(2);
        registry.register(one);
        one.publish("t", "x");
        one[Symbol.dispose]();
      }
      for (; left > 1; gc()) await idle();
      client.connect("127.0.0.1", port);
      client.publish("t", "new", 1);
      client.disconnect();
      `,
    );
    const link = await broker.accept({ within: 15_000 });
    expect(Buffer.from(await link.expect_packet("CONNECT")).toString("latin1")).toMatch(/me$/);
    link.send(packets.connack());
    await link.expect(packets.publish({ topic: "t", payload: "kept", qos: 1, mid: 1 }));
    await link.expect(packets.publish({ topic: "t", payload: "new", qos: 1, mid: 2 }));
    await link.expect_packet("DISCONNECT");
    link.close();
    expect(await script.result()).toMatchObject({ exit_code: 0, stdout: "", stderr: "" });
  }, 30_000);
});

describe("callbacks", () => {
  it("run in the calls that wait, when the script is idle, and never one inside another", async () => {
    await using broker = await scripted_broker();
    await using script = start_blocking(
      broker.port,
      `
      let inside = 0;
      client.on_message = (client, userdata, message) => {
        inside += 1;
        console.log(message.text(), inside, client.is_connected());
        time.sleep(0.05);
        if (message.text() === "1") console.log(client.publish("answer", "x", 1).wait_for_publish());
        inside -= 1;
      };
      client.connect("127.0.0.1", port);
      client.loop_start({ daemon: false });
      while (!client.is_connected()) time.sleep(0.01);
      console.log("ready");
      time.sleep(1);
      console.log("idle");
      setTimeout(() => client.publish("last", "x"), 100);
      `,
    );
    const link = await broker.accept({ within: 15_000 });
    await link.expect_packet("CONNECT");
    link.send(packets.connack());
    await script.output(/ready/);
    for (const text of ["1", "2", "3"]) link.send(packets.publish({ topic: "t", payload: text }));
    await link.expect(packets.publish({ topic: "answer", payload: "x", qos: 1, mid: 1 }));
    link.send(packets.puback(1));
    await script.output(/idle/);
    link.send(packets.publish({ topic: "t", payload: "4" }));
    await link.expect_packet("PUBLISH");
    await script.output(/4 1 true/);
    const lines = script.stdout.trim().split("\n");
    expect(lines).toEqual(["ready", "1 1 true", "true", "2 1 true", "3 1 true", "idle", "4 1 true"]);
  }, 30_000);

  it("acknowledge their message when they return, and none of a later connection", async () => {
    await using broker = await scripted_broker();
    await using script = start_blocking(
      broker.port,
      `
      client.reconnect_delay_set(0, 0);
      client.on_message = (client, userdata, message) => {
        console.log("begin", message.text());
        time.sleep(message.text() === "old" ? 1 : 0.3);
        console.log("end", message.text());
      };
      client.connect("127.0.0.1", port);
      client.loop_forever();
      `,
    );
    const welcome = async () => {
      const link = await broker.accept({ within: 15_000 });
      await link.expect_packet("CONNECT");
      link.send(packets.connack());
      return link;
    };
    const first = await welcome();
    first.send(packets.publish({ topic: "t", payload: "old", qos: 1, mid: 1 }));
    await script.output(/begin old/);
    first.reset();
    const second = await welcome();
    second.send(packets.publish({ topic: "t", payload: "new", qos: 1, mid: 1 }));
    await script.output(/begin new/);
    expect(second.received).toHaveLength(1);
    await second.expect(packets.puback(1));
    expect(script.stdout).toBe("begin old\nend old\nbegin new\nend new\n");
    await second.expect_silence(50);
  }, 30_000);

  it("are warned of when they are asynchronous", async () => {
    await using broker = await scripted_broker();
    await using script = start_blocking(
      broker.port,
      `
      client.on_connect = async (client) => { await null; console.log("never"); };
      client.connect("127.0.0.1", port);
      client.loop_forever();
      `,
    );
    const link = await broker.accept({ within: 15_000 });
    await link.expect_packet("CONNECT");
    link.send(packets.connack());
    await script.output(/MQTTWarning: on_connect is asynchronous: .*Leave async and await out/);
    expect(script.stdout).toBe("");
  }, 30_000);
});
