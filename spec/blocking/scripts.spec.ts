// What scripts do that wait: sleep, read their input, end.

import { describe, expect, it } from "@jest/globals";
import { free_port } from "../support/mosquitto.ts";
import { packet_bytes } from "../support/packet_bytes.ts";
import { run_source } from "../support/run_script.ts";
import { type ScriptedBroker, scripted_broker } from "../support/scripted_broker.ts";
import { start_blocking } from "./script.ts";

const packets = packet_bytes(4);

async function welcome(broker: ScriptedBroker) {
  const link = await broker.accept({ within: 15_000 });
  await link.expect_packet("CONNECT");
  link.send(packets.connack());
  return link;
}

describe("time", () => {
  it("sleeps as long as it is told, and needs no client for it", async () => {
    const source = `
      import { sleep, monotonic, time } from "karere/blocking/time";
      const [began, at] = [monotonic(), time()];
      sleep(0.2);
      console.log(monotonic() - began >= 0.199, Math.abs(time() - at - (monotonic() - began)) < 0.1);
      console.log(Math.abs(time() - Date.now() / 1000) < 1);
      for (const wrong of [-1, "1"]) try { sleep(wrong); } catch (error) { console.log(error.name); }
    `;
    expect(await run_source(source)).toMatchObject({
      stdout: "true true\ntrue\nValueError\nTypeError\n",
      stderr: "",
      exit_code: 0,
    });
  });

  it("says so when it stops a client of the event loop with it", async () => {
    const source = `
      import { Client } from "karere/client";
      import { sleep } from "karere/blocking/time";
      sleep(0);
      console.error("so far, so good");
      const client = new Client(2);
      client.connect_async("127.0.0.1");
      client.loop_start();
      for (let number = 0; number < 3; number += 1) sleep(0);
      process.exit();
    `;
    const { stderr } = await run_source(source);
    expect(stderr).toMatch(/^so far, so good\n.*MQTTWarning: time\.sleep\(\) .*"karere\/blocking\/client"/);
    expect(stderr.match(/MQTTWarning/g)).toHaveLength(1);
  });

  it("begins no callback when the time is over", async () => {
    await using broker = await scripted_broker();
    await using script = start_blocking(
      broker.port,
      `
      const got = [];
      client.on_message = (client, userdata, message) => {
        got.push(message.text());
        time.sleep(0.2);
      };
      client.connect("127.0.0.1", port);
      client.loop_start();
      while (got.length === 0) time.sleep(0.01);
      console.log(got.join());
      time.sleep(0.01);
      console.log(got.join());
      while (got.length < 4) time.sleep(0.01);
      console.log(got.join());
      `,
    );
    const link = await welcome(broker);
    for (const text of ["1", "2", "3", "4"]) link.send(packets.publish({ topic: "t", payload: text }));
    expect(await script.result()).toMatchObject({ stdout: "1\n1,2\n1,2,3,4\n", exit_code: 0 });
  }, 30_000);
});

describe("input()", () => {
  it("reads line by line, and throws EOFError after the last", async () => {
    const source = `
      import { EOFError, input } from "karere/blocking";
      console.log([input("name? "), input(), input()]);
      try { input("more? "); } catch (error) {
        console.log(error instanceof EOFError, error.name, error.code);
      }
    `;
    expect(await run_source(source, { stdin: "one\r\n\nlast" })).toMatchObject({
      stdout: "name? [ 'one', '', 'last' ]\nmore? true EOFError ERR_MQTT_EOF\n",
      stderr: "",
      exit_code: 0,
    });
  });

  it("lets callbacks run while it waits", async () => {
    await using broker = await scripted_broker();
    await using script = start_blocking(
      broker.port,
      `
      client.on_connect = () => console.log("connected");
      client.connect("127.0.0.1", port);
      client.loop_start();
      try { mqtt.input("> "); } catch (error) { console.log(error.name); }
      while (!client.is_connected()) time.sleep(0.01);
      `,
    );
    await welcome(broker);
    const { stdout } = await script.result();
    expect(stdout).toContain("> ");
    expect(stdout).toContain("EOFError");
  }, 30_000);
});

describe("a script that falls off its end", () => {
  it.each([
    ["without a loop", "client.publish('t', 'p');", 0],
    ["QoS 1", "client.publish('t', 'p', 1);", 1],
    ["with loop_start()", "client.loop_start(); client.publish('t', 'p', 1);", 1],
    ["in on_connect", "client.on_connect = () => client.publish('t', 'p', 1); client.loop_start();", 1],
  ] as const)(
    "delivers, and ends: %s",
    async (_name, source, qos) => {
      await using broker = await scripted_broker();
      await using script = start_blocking(broker.port, `client.connect("127.0.0.1", port); ${source}`);
      const link = await welcome(broker);
      await link.expect(packets.publish({ topic: "t", payload: "p", qos, ...(qos > 0 ? { mid: 1 } : {}) }));
      if (qos === 1) link.send(packets.puback(1));
      expect(await script.result()).toMatchObject({ exit_code: 0, stdout: "", stderr: "" });
    },
    30_000,
  );

  it("delivers 3 MB whole, disconnects, and tells of it", async () => {
    await using broker = await scripted_broker();
    await using script = start_blocking(
      broker.port,
      `
      client.on_disconnect = (client, userdata, flags, reason_code) => console.log(String(reason_code));
      client.connect("127.0.0.1", port);
      client.loop_start();
      client.publish("t", new Uint8Array(3_000_000));
      client.disconnect();
      `,
    );
    const link = await welcome(broker);
    await link.expect(packets.publish({ topic: "t", payload: new Uint8Array(3_000_000) }));
    await link.expect(packets.disconnect());
    link.close();
    const { stdout, stderr, exit_code } = await script.result();
    expect({ stdout, stderr, exit_code }).toEqual({
      stdout: "Normal disconnection\n",
      stderr: "",
      exit_code: 0,
    });
  }, 30_000);

  it("sends what it has published also when it is ended by process.exit()", async () => {
    await using broker = await scripted_broker();
    await using script = start_blocking(
      broker.port,
      `
      client.connect("127.0.0.1", port);
      client.loop_start();
      while (!client.is_connected()) time.sleep(0.01);
      for (let number = 0; number < 100; number += 1) client.publish("t", "p");
      process.exit(3);
      `,
    );
    const link = await welcome(broker);
    for (let number = 0; number < 100; number += 1) {
      await link.expect(packets.publish({ topic: "t", payload: "p" }));
    }
    expect(await script.result()).toMatchObject({ exit_code: 3 });
  }, 30_000);

  it("stays for a loop that is no daemon, until that is stopped", async () => {
    await using broker = await scripted_broker();
    await using script = start_blocking(
      broker.port,
      `
      client.on_message = (client, userdata, message) => {
        console.log(message.text());
        if (message.text() === "2") client.loop_stop();
      };
      client.connect("127.0.0.1", port);
      client.loop_start({ daemon: false });
      `,
    );
    const link = await welcome(broker);
    link.send(packets.publish({ topic: "t", payload: "1" }));
    await script.output(/1/);
    link.send(packets.publish({ topic: "t", payload: "2" }));
    expect(await script.result()).toMatchObject({ exit_code: 0, stdout: "1\n2\n", stderr: "" });
  }, 30_000);

  it("says how to stay when it has subscribed", async () => {
    await using broker = await scripted_broker();
    await using script = start_blocking(
      broker.port,
      'client.connect("127.0.0.1", port); client.loop_start(); client.subscribe("t");',
    );
    const link = await welcome(broker);
    await link.expect_packet("SUBSCRIBE");
    link.send(packets.suback(1, [0]));
    const { stderr, exit_code } = await script.result();
    expect(stderr).toMatch(
      /MQTTWarning: the program ends although it has subscribed: .* use loop_forever\(\) to stay/,
    );
    expect(exit_code).toBe(0);
  }, 30_000);

  it("disconnects at the end of the block that has the client", async () => {
    await using broker = await scripted_broker();
    await using script = start_blocking(
      broker.port,
      `
      client.connect("127.0.0.1", port);
      client.loop_start();
      client.publish("t", "p", 1);
      client[Symbol.dispose]();
      console.log("closed", client.is_connected());
      `,
    );
    const link = await welcome(broker);
    await link.expect_packet("PUBLISH");
    link.send(packets.puback(1));
    await link.expect(packets.disconnect());
    link.close();
    expect(await script.result()).toMatchObject({ exit_code: 0, stdout: "closed false\n", stderr: "" });
  }, 30_000);
});

describe("an error", () => {
  it("shows the line of the script that has called, and none of ours", async () => {
    const source = `
      import * as mqtt from "karere/blocking";
      const port = Number(process.env.PORT);
      const client = new mqtt.Client(2);
      function first_of(act) {
        try { act(); } catch (error) { console.log(error.name, error.stack.match(/at (?:\\w+\\.)?(\\w+)/)[1]); }
      }
      first_of(function connects() { client.connect("127.0.0.1", port); });
      first_of(function helps() { mqtt.publish.single("t", "p", { hostname: "127.0.0.1", port }); });
      first_of(function loops() { new mqtt.Client(2).loop_forever(); });
      client.on_pre_connect = function fails() { throw new RangeError("mine"); };
      client.on("callback_error", () => {});
      first_of(function asks() { client.connect("127.0.0.1", port); });
      delete client.on_pre_connect;
      client.connect("127.0.0.1", port);
    `;
    const { stdout, stderr, exit_code } = await run_source(source, {
      env: { PORT: String(await free_port()) },
    });
    expect(stdout.trim().split("\n")).toEqual([
      ...["TransportError connects", "TransportError helps", "ValueError loops", "RangeError fails"],
    ]);
    expect(stderr).toMatch(/^\S+:\d+\n +client\.connect\("127\.0\.0\.1", port\);\n/);
    expect(stderr).toMatch(/nothing listens/);
    // The folder that all this lies in may have our name.
    expect(stderr.replaceAll(process.cwd(), "")).not.toMatch(/karere|blocking|\/dist\/|\/lib\//);
    expect(exit_code).toBe(1);
  }, 30_000);
});

describe("a blocking script", () => {
  it("is ended by Ctrl-C as any other, whatever it waits for", async () => {
    await using broker = await scripted_broker();
    await using script = start_blocking(
      broker.port,
      'client.connect("127.0.0.1", port); console.log("runs"); client.loop_forever();',
    );
    await welcome(broker);
    await script.output(/runs/);
    script.kill("SIGINT");
    expect(await script.result()).toMatchObject({ signal: "SIGINT", stderr: "" });
  }, 30_000);

  it("may be CommonJS", async () => {
    await using broker = await scripted_broker();
    const source = `
      import { createRequire } from "node:module";
      const { Client } = createRequire(process.cwd() + "/")("karere/blocking/client");
      console.log(new Client(2).connect("127.0.0.1", ${broker.port}));
    `;
    const running = run_source(source);
    await welcome(broker);
    expect(await running).toMatchObject({ stdout: "0\n", exit_code: 0 });
  }, 30_000);

  it("is refused by what browsers get of it, in words", async () => {
    const source = `
      import(process.cwd() + "/dist/browser/blocking.js").catch((error) => console.log(error.code, error.message));
    `;
    const { stdout } = await run_source(source);
    expect(stdout).toMatch(
      /^ERR_MQTT_UNSUPPORTED karere\/blocking cannot run in a browser.*import from "karere"/,
    );
  });
});
