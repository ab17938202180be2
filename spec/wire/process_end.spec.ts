import { describe, expect, it } from "@jest/globals";
import { Client } from "../../lib/client/index.ts";
import { eventually } from "../support/eventually.ts";
import { packet_bytes } from "../support/packet_bytes.ts";
import { type RunningScript, type ScriptOptions, start_source } from "../support/run_script.ts";
import { type ScriptedBroker, type ScriptedLink, scripted_broker } from "../support/scripted_broker.ts";
import { stage } from "./stage.ts";

const packets = packet_bytes(4);

const PROLOGUE = `
  import * as mqtt from "karere/client";
  const port = Number(process.env.PORT);
  const client = new mqtt.Client(mqtt.CallbackAPIVersion.VERSION2);
  process.on("exit", (code) => console.log("exit " + code));
`;

function run(broker: ScriptedBroker, source: string, options: ScriptOptions = {}) {
  return start_source(PROLOGUE + source, {
    env: { PORT: String(broker.port) },
    timeout_ms: 20_000,
    ...options,
  });
}

/** The next connection, its CONNECT taken and answered. Shows what a script has said that ends without one. */
async function welcome(broker: ScriptedBroker, script: RunningScript): Promise<ScriptedLink> {
  const link = await broker.accept({ within: 15_000 }).catch((error) => {
    throw new Error(`${error.message}; the script said:\n${script.stdout}${script.stderr}`);
  });
  await link.expect_packet("CONNECT");
  link.send(packets.connack());
  return link;
}

describe("a script that publishes and falls off its end", () => {
  it.each([
    ["without a loop", "client.connect('127.0.0.1', port); client.publish('t', 'p');", 0],
    [
      "with loop_start()",
      "client.connect('127.0.0.1', port); client.loop_start(); client.publish('t', 'p');",
      0,
    ],
    ["QoS 1", "client.connect('127.0.0.1', port); client.loop_start(); client.publish('t', 'p', 1);", 1],
    ["QoS 2", "client.connect('127.0.0.1', port); client.publish('t', 'p', 2);", 2],
    [
      "connect_async()",
      "client.connect_async('127.0.0.1', port); client.loop_start(); client.publish('t', 'p', 1);",
      1,
    ],
    [
      "in on_connect",
      "client.on_connect = () => client.publish('t', 'p', 1); client.connect('127.0.0.1', port); client.loop_start();",
      1,
    ],
  ] as const)(
    "delivers, and ends: %s",
    async (_name, source, qos) => {
      await using broker = await scripted_broker();
      await using script = run(broker, source);
      const link = await welcome(broker, script);
      await link.expect(packets.publish({ topic: "t", payload: "p", qos, ...(qos > 0 ? { mid: 1 } : {}) }));
      if (qos === 1) link.send(packets.puback(1));
      if (qos === 2) {
        link.send(packets.pubrec(1));
        await link.expect(packets.pubrel(1));
        link.send(packets.pubcomp(1));
      }
      expect(await script.result()).toMatchObject({ exit_code: 0, stdout: "exit 0\n", stderr: "" });
    },
    30_000,
  );

  it("delivers 3 MB whole", async () => {
    await using broker = await scripted_broker();
    await using script = run(
      broker,
      "client.connect('127.0.0.1', port); client.publish('t', new Uint8Array(3_000_000)); client.disconnect();",
    );
    const link = await welcome(broker, script);
    await link.expect(packets.publish({ topic: "t", payload: new Uint8Array(3_000_000) }));
    await link.expect(packets.disconnect());
    expect(await script.result()).toMatchObject({ exit_code: 0, stderr: "" });
  }, 30_000);

  it("waits for wait_for_publish(), not longer than its time", async () => {
    await using broker = await scripted_broker();
    await using script = run(
      broker,
      `client.connect('127.0.0.1', port); client.loop_start();
       const info = client.publish('t', 'p', 1);
       console.log(await info.wait_for_publish(0.05));
       client.disconnect();`,
    );
    const link = await welcome(broker, script);
    await link.expect_packet("PUBLISH");
    await link.expect_packet("DISCONNECT");
    expect(await script.result()).toMatchObject({ exit_code: 0, stdout: "false\nexit 0\n" });
  }, 30_000);
});

describe("a subscriber", () => {
  const subscribe = "client.on_connect = () => client.subscribe('s'); client.connect('127.0.0.1', port);";

  async function granted(broker: ScriptedBroker, script: RunningScript): Promise<ScriptedLink> {
    const link = await welcome(broker, script);
    await link.expect(packets.subscribe(1, [["s", 0]]));
    link.send(packets.suback(1, [0]));
    return link;
  }

  it("with loop_start() ends with the script, with one line that says how to stay", async () => {
    await using broker = await scripted_broker();
    await using script = run(broker, `${subscribe} client.loop_start();`);
    await granted(broker, script);
    const { exit_code, stdout, stderr } = await script.result();
    expect([exit_code, stdout]).toEqual([0, "exit 0\n"]);
    expect(stderr.match(/use loop_forever\(\) to stay/g)).toHaveLength(1);
  }, 30_000);

  it("without any loop, too", async () => {
    await using broker = await scripted_broker();
    await using script = run(broker, "client.connect('127.0.0.1', port); client.subscribe('s');");
    await granted(broker, script);
    const { exit_code, stderr } = await script.result();
    expect(exit_code).toBe(0);
    expect(stderr).toContain("it has subscribed: no loop runs, use loop_forever() to stay");
  }, 30_000);

  it("that never was connected, too", async () => {
    await using broker = await scripted_broker();
    await broker.close();
    await using script = run(broker, "client.connect_async('127.0.0.1', port); client.loop_start();");
    const { exit_code, stderr } = await script.result();
    expect(exit_code).toBe(0);
    expect(stderr).toContain("before it was connected: loop_start() does not keep it alive");
  }, 30_000);

  it("says it once for all clients of a process, and where the log goes if there is one", async () => {
    await using broker = await scripted_broker();
    await using script = run(
      broker,
      `const twin = new mqtt.Client(mqtt.CallbackAPIVersion.VERSION2);
       for (const one of [client, twin]) {
         one.enable_logger({ debug() {}, info() {}, error() {}, warn: (text) => console.log(text) });
         one.on_connect = () => one.subscribe('s');
         one.connect('127.0.0.1', port);
         one.loop_start();
       }`,
    );
    await Promise.all([granted(broker, script), granted(broker, script)]);
    const { stdout, stderr } = await script.result();
    expect(stdout.match(/use loop_forever\(\) to stay/g)).toHaveLength(1);
    expect(stderr).toBe("");
  }, 30_000);

  it("with loop_forever() stays until disconnect()", async () => {
    await using broker = await scripted_broker();
    await using script = run(
      broker,
      `${subscribe} client.on_message = () => client.disconnect(); console.log(await client.loop_forever());`,
    );
    const link = await granted(broker, script);
    await link.expect_silence(300);
    link.send(packets.publish({ topic: "s" }));
    await link.expect(packets.disconnect());
    expect(await script.result()).toMatchObject({ exit_code: 0, stdout: "0\nexit 0\n", stderr: "" });
  }, 30_000);

  it("with loop_forever() stays between two connections", async () => {
    await using broker = await scripted_broker();
    await using script = run(
      broker,
      `client.reconnect_delay_set(0.2, 0.2); ${subscribe} client.loop_forever();`,
    );
    (await granted(broker, script)).close();
    await welcome(broker, script);
    script.kill();
    expect((await script.result()).stdout).toBe("");
  }, 30_000);

  it("with loop_start({ daemon: false }) stays until loop_stop()", async () => {
    await using broker = await scripted_broker();
    await using script = run(
      broker,
      `${subscribe} client.loop_start({ daemon: false }); client.on_message = () => client.loop_stop();`,
    );
    const link = await granted(broker, script);
    await link.expect_silence(300);
    link.send(packets.publish({ topic: "s" }));
    expect(await script.result()).toMatchObject({ exit_code: 0, stderr: "" });
  }, 30_000);
});

describe("disconnect() ends the script at once", () => {
  /** A tenth of it on a machine with nothing else to do; far less than any time-out that could be waited for. */
  const AT_ONCE_MS = 1000;
  /** Prints how long the script went on after `leave`. */
  const timed = (source: string) => `
    let left = 0;
    const leave = () => { client.disconnect(); left = performance.now(); };
    process.on("exit", () => console.log("after " + (performance.now() - left)));
    ${source}`;
  const lasted = (stdout: string) => Number(/after ([\d.]+)/.exec(stdout)?.[1]);

  it.each([
    [
      "in on_connect, with loop_forever()",
      "client.on_connect = leave; client.connect('127.0.0.1', port); client.loop_forever();",
    ],
    [
      "in on_connect, with loop_start()",
      "client.on_connect = leave; client.connect('127.0.0.1', port); client.loop_start({ daemon: false });",
    ],
    ["after connect()", "await client.connect('127.0.0.1', port); leave();"],
  ])(
    "%s",
    async (_name, source) => {
      await using broker = await scripted_broker();
      await using script = run(broker, timed(source));
      const link = await welcome(broker, script);
      await link.expect(packets.disconnect());
      const { exit_code, stdout } = await script.result();
      expect(exit_code).toBe(0);
      expect(lasted(stdout)).toBeLessThan(AT_ONCE_MS);
    },
    30_000,
  );

  it("while CONNACK is awaited", async () => {
    await using broker = await scripted_broker();
    await using script = run(
      broker,
      timed(
        "client.connect('127.0.0.1', port); client.loop_start({ daemon: false }); setTimeout(leave, 100);",
      ),
    );
    const link = await broker.accept({ within: 15_000 });
    await link.expect_packet("CONNECT");
    const { stdout } = await script.result();
    expect(lasted(stdout)).toBeLessThan(AT_ONCE_MS);
  }, 30_000);

  it("while TCP is still trying", async () => {
    await using broker = await scripted_broker();
    // 192.0.2.0/24 is set aside for documentation: nobody answers there, or there is no way to it at all.
    await using script = run(
      broker,
      timed(
        "client.connect('192.0.2.1', port).catch(() => {}); client.loop_start({ daemon: false }); setTimeout(leave, 100);",
      ),
    );
    const { exit_code, stdout } = await script.result();
    expect(exit_code).toBe(0);
    expect(lasted(stdout)).toBeLessThan(AT_ONCE_MS);
  }, 30_000);

  it("between two attempts", async () => {
    await using broker = await scripted_broker();
    await using script = run(
      broker,
      timed(
        "client.reconnect_delay_set(60, 60); client.connect('127.0.0.1', port); client.loop_forever(); client.on_disconnect = () => setTimeout(leave, 50);",
      ),
    );
    (await welcome(broker, script)).close();
    const { exit_code, stdout } = await script.result();
    expect(exit_code).toBe(0);
    expect(lasted(stdout)).toBeLessThan(AT_ONCE_MS);
  }, 30_000);
});

describe("a connect() that fails and that nobody awaits", () => {
  it.each([
    ["alone", "client.connect('127.0.0.1', port);"],
    ["with loop_forever()", "client.connect('127.0.0.1', port); client.loop_forever();"],
    ["with loop_start()", "client.connect('127.0.0.1', port); client.loop_start();"],
    [
      "as connect_async() and loop_forever()",
      "client.connect_async('127.0.0.1', port); client.loop_forever();",
    ],
  ])(
    "ends the script with a clear error, as an exception of Python's: %s",
    async (_name, source) => {
      await using broker = await scripted_broker();
      await broker.close();
      await using script = run(broker, source);
      const { exit_code, stderr } = await script.result();
      expect(exit_code).toBe(1);
      expect(stderr).toContain(`cannot connect to 127.0.0.1:${broker.port}: nothing listens on`);
    },
    30_000,
  );
});

describe("a connect() that fails and whose loop_forever() is caught", () => {
  it("does not end the script", async () => {
    await using broker = await scripted_broker();
    await broker.close();
    await using script = run(
      broker,
      `for (let round = 1; round <= 2; round += 1) {
         try {
           client.connect('127.0.0.1', port);
           await client.loop_forever();
         } catch (error) {
           console.log("caught " + error.name);
         }
       }`,
    );
    const { exit_code, stdout } = await script.result();
    expect([exit_code, stdout]).toEqual([0, "caught TransportError\ncaught TransportError\nexit 0\n"]);
  }, 30_000);
});

describe("in the process itself", () => {
  it("a running loop adds one listener for all clients, and takes it away", async () => {
    const listeners = () => process.listenerCount("beforeExit");
    const before = listeners();
    const clients = Array.from({ length: 12 }, () => new Client());
    for (const client of clients) client.loop_start();
    expect(listeners()).toBe(before + 1);
    for (const client of clients) client.loop_stop();
    expect(listeners()).toBe(before);
  });

  it("disconnect() takes it away too", async () => {
    const listeners = () => process.listenerCount("beforeExit");
    const before = listeners();
    await using on = await stage();
    on.client.loop_start();
    on.connect();
    await on.welcomed();
    expect(listeners()).toBe(before + 1);
    on.client.disconnect();
    await eventually(() => expect(listeners()).toBe(before));
  });
});
