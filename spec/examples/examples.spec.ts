// Each example runs as a user would run it, compiled, in a process of its own. Those of the blocking flavour have to do
// what those of the event loop do: a scenario plays with both at the same time, each with a broker of its own.

import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { afterAll, beforeAll, describe, expect, it, jest } from "@jest/globals";
import * as publish from "../../lib/helpers/publish.ts";
import * as subscribe from "../../lib/helpers/subscribe.ts";
import { authority } from "../support/certificates.ts";
import { embedded_broker } from "../support/embedded_broker.ts";
import { describe_mosquitto, free_port, type Mosquitto, mosquitto } from "../support/mosquitto.ts";
import { type RunningScript, run_script, type ScriptOptions, start_script } from "../support/run_script.ts";

// Processes take their time on a busy machine.
jest.setTimeout(60_000);
const patient = { within: 20_000 };

/** Where the examples of a flavour are, below `examples/`. */
const folders = ["", "blocking/"] as const;
type Folder = (typeof folders)[number];

const examples = readdirSync("examples").filter((name) => name.endsWith(".ts"));

interface Started {
  file: string;
  options: ScriptOptions;
}

/** An example with the address of a broker. */
type Example = (name: string, port: number, ...args: string[]) => Started;

const example_in =
  (folder: Folder): Example =>
  (name, port, ...args) => ({
    file: `build/examples/${folder}${name}.js`,
    options: { args, env: { KARERE_HOST: "127.0.0.1", KARERE_PORT: String(port) }, timeout_ms: 20_000 },
  });

/** Plays a scenario with each of these; a failure says with which. */
async function each<T>(
  played: readonly [Folder, T][],
  scenario: (with_it: T) => Promise<void>,
): Promise<void> {
  const results = await Promise.allSettled(played.map(([, with_it]) => scenario(with_it)));
  for (const [index, result] of results.entries()) {
    if (result.status === "fulfilled") continue;
    const error = result.reason as Error;
    error.message = `examples/${played[index]?.[0]}: ${error.message}`;
    throw error;
  }
}

/** Runs an example to its end, which must be a good one, and gives its lines. */
async function lines_of({ file, options }: Started): Promise<string[]> {
  const { stdout, stderr, exit_code } = await run_script(file, options);
  expect({ stderr, exit_code }).toEqual({ stderr: "", exit_code: 0 });
  return stdout.trimEnd().split("\n");
}

/** Starts an example that runs until it is stopped. */
function start({ file, options }: Started): RunningScript {
  return start_script(file, options);
}

it("the quickstart sends five messages, shows them, and ends", async () => {
  const flavours = folders.map((folder) => [folder, example_in(folder)] as [Folder, Example]);
  await each(flavours, async (example) => {
    await using broker = await embedded_broker();
    const lines = await lines_of(example("quickstart", broker.port));
    expect(lines.slice(0, 2)).toEqual([
      "subscriber: connected, the broker says Success",
      "subscriber: subscribed, the broker says Granted QoS 1",
    ]);
    const received = lines.filter((line) => line.startsWith("subscriber: karere/"));
    expect(received).toEqual(
      [1, 2, 3, 4, 5].map((i) => `subscriber: karere/quickstart/${i} hello number ${i} (QoS 1)`),
    );
    expect(lines.filter((line) => line.startsWith("publisher: the broker has message"))).toHaveLength(5);
    expect(lines.at(-1)).toBe("done: 5 of 5 messages came back");
  });
});

// Only of the event loop: a broker in the program cannot answer while the script waits.
it("failure_test tries a program against failures that take hours, at once", async () => {
  const { file, options } = example_in("")("failure_test", 0);
  const { stdout, exit_code } = await run_script(file, options);
  expect({ stdout: exit_code === 0 ? "" : stdout, exit_code }).toEqual({ stdout: "", exit_code: 0 });
  expect(stdout).toMatch(/pass 3$/m);
});

/** One flavour's examples, and the broker they talk to. */
interface Scene {
  readonly example: Example;
  readonly broker: Mosquitto;
  readonly tls_port: number;
  readonly websocket_port: number;
  readonly to_broker: { readonly hostname: string; readonly port: number };
}

describe_mosquitto("the examples", () => {
  const scenes: [Folder, Scene][] = [];
  const both = (name: string, scenario: (scene: Scene) => Promise<void>) =>
    it(name, () => each(scenes, scenario));
  let certificates: string;
  beforeAll(async () => {
    certificates = mkdtempSync(join(tmpdir(), "karere-examples-"));
    const trusted = authority();
    const { cert, key } = trusted.issue();
    for (const [name, pem] of Object.entries({ ca: trusted.cert, cert, key })) {
      writeFileSync(join(certificates, `${name}.pem`), pem);
    }
    for (const folder of folders) {
      const tls_port = await free_port();
      const websocket_port = await free_port();
      const broker = await mosquitto({
        config: [
          `listener ${tls_port} 127.0.0.1`,
          `certfile ${certificates}/cert.pem`,
          `keyfile ${certificates}/key.pem`,
          // Mosquitto 2.0.11 cannot bind a WebSocket to an address.
          `listener ${websocket_port}`,
          "protocol websockets",
          // What the broker tells about itself comes every second.
          "sys_interval 1",
        ],
      });
      const to_broker = { hostname: "127.0.0.1", port: broker.port };
      scenes.push([folder, { example: example_in(folder), broker, tls_port, websocket_port, to_broker }]);
    }
  });
  afterAll(async () => {
    for (const [, { broker }] of scenes) await broker[Symbol.asyncDispose]();
    rmSync(certificates, { recursive: true });
  });

  both("client_sub prints what the broker tells about itself", async ({ example, broker }) => {
    await using script = start(example("client_sub", broker.port));
    await script.output(/reason_code: Success[\s\S]*Subscribed: 1 Granted QoS 0/);
    await script.output(/^\$SYS\/broker\/uptime 0 \d+ seconds/m);
  });

  both("client_sub_opts subscribes to what it is told", async ({ example, broker, to_broker }) => {
    await using script = start(example("client_sub_opts", broker.port, "-t", "opts/#", "-q", "1"));
    await script.output(/Subscribed: \d+ Granted QoS 1/);
    await publish.single("opts/1", "hello", 1, to_broker);
    await script.output(/^opts\/1 1 hello$/m);
  });

  both("client_sub-class calls its own methods", async ({ example, broker }) => {
    await using script = start(example("client_sub-class", broker.port));
    await script.output(/rc: Success[\s\S]*Subscribed: 1 Granted QoS 0/);
    await script.output(/^\$SYS\/broker\/version 0 mosquitto/m);
  });

  both("client_sub-multiple-callback tells the kinds apart", async ({ example, broker }) => {
    await using script = start(example("client_sub-multiple-callback", broker.port));
    await script.output(/^MESSAGES: \$SYS\/broker\/messages\//m);
    await script.output(/^BYTES: \$SYS\/broker\/bytes\//m);
    await script.output(/^\$SYS\/broker\/uptime/m);
  });

  both("client_logger logs each packet", async ({ example, broker }) => {
    await using script = start(example("client_logger", broker.port));
    await script.output(/^DEBUG:> CONNECT .*clean/m);
    await script.output(/^DEBUG:< CONNACK rc=0/m);
    await script.output(/^DEBUG:> SUBSCRIBE mid=1 "\$SYS\/#" qos=0$/m);
    await script.output(/^DEBUG:< PUBLISH qos=0 retain topic="\$SYS\/broker\//m);
  });

  both("client_pub-wait waits for both messages", async ({ example, broker }) => {
    const lines = await lines_of(example("client_pub-wait", broker.port));
    expect(lines.filter((line) => !line.startsWith("mid"))).toEqual([
      ...["tuple", "rc: 0, mid: 1", "class", "reason_code: Success", "published: true"],
    ]);
    expect(lines).toContain("mid: 1");
  });

  both("client_pub_opts publishes as often as it is told", async ({ example, broker, to_broker }) => {
    const got = subscribe.simple("pub_opts", 1, 3, { ...to_broker, timeout: 20 });
    await broker.logged(/\tpub_opts \(QoS 1\)/, patient);
    const lines = await lines_of(
      example("client_pub_opts", broker.port, "-t", "pub_opts", "-q", "1", "-N", "3", "-S", "0.01"),
    );
    expect(lines).toContain('Publishing: {"msgnum":2}');
    expect((await got).map((message) => message.text())).toEqual([
      ...['{"msgnum":0}', '{"msgnum":1}', '{"msgnum":2}'],
    ]);
  });

  both(
    "client_pub_opts publishes over TLS, to a broker whose authority it is given",
    async ({ example, broker, tls_port, to_broker }) => {
      const got = subscribe.simple("pub_opts/tls", 1, { ...to_broker, timeout: 20 });
      await broker.logged(/\tpub_opts\/tls \(QoS 1\)/, patient);
      const secure = ["-t", "pub_opts/tls", "-s", "-F", join(certificates, "ca.pem")];
      await lines_of(example("client_pub_opts", tls_port, ...secure));
      expect((await got).text()).toBe('{"msgnum":0}');
    },
  );

  both("client_sub-ws subscribes over WebSocket", async ({ example, websocket_port }) => {
    await using script = start(example("client_sub-ws", websocket_port));
    await script.output(/reason_code: Success[\s\S]*Subscribed: 1 Granted QoS 0/);
    await script.output(/^\$SYS\/broker\/version 0 mosquitto/m);
  });

  both("client_sub-srv finds its broker by DNS", async ({ example, broker }) => {
    const { file, options } = example("client_sub-srv", broker.port);
    const records = pathToFileURL(join(__dirname, "srv_records.mjs"));
    const env = { ...options.env, KARERE_DOMAIN: "house.example", NODE_OPTIONS: `--import=${records}` };
    await using script = start({ file, options: { ...options, env } });
    await script.output(new RegExp(`Connected to 127.0.0.1:${broker.port}: Success`));
    await script.output(/^\$SYS\/broker\/version 0 mosquitto/m);
  });

  both("durable_outbox sends with its second run what the first could not", async ({ example, broker }) => {
    const folder = mkdtempSync(join(tmpdir(), "karere-examples-"));
    const run = async (port: number) => {
      const { file, options } = example("durable_outbox", port);
      const env = { ...options.env, KARERE_OUTBOX: join(folder, "outbox.log"), NODE_NO_WARNINGS: "1" };
      return (await run_script(file, { ...options, env })).stdout.trimEnd().split("\n");
    };
    try {
      const offline = await run(await free_port());
      expect([offline[0], offline.at(-1)]).toEqual(["left from earlier runs: 0", "still to be sent: 3"]);
      const online = await run(broker.port);
      expect([online[0], online.at(-1)]).toEqual(["left from earlier runs: 3", "still to be sent: 0"]);
      expect(online.filter((line) => line.startsWith("the broker has"))).toHaveLength(6);
    } finally {
      rmSync(folder, { recursive: true });
    }
  });

  both("client_mqtt_clear_retain leaves nothing retained", async ({ example, broker, to_broker }) => {
    await publish.multiple(
      ["a", "b/c"].map((name) => [`clear/${name}`, "x", 1, true] as const),
      to_broker,
    );
    expect(await lines_of(example("client_mqtt_clear_retain", broker.port, "-v", "-t", "clear/#"))).toEqual([
      ...["Clearing clear/a", "Clearing clear/b/c", "Done"],
    ]);
    expect(await lines_of(example("client_mqtt_clear_retain", broker.port, "-v", "-t", "clear/#"))).toEqual([
      "Done",
    ]);
  });

  both("client_session_present sees the session on the third connection", async ({ example, broker }) => {
    expect(await lines_of(example("client_session_present", broker.port))).toEqual([
      "Connection 1, session present: false",
      "Connection 2, session present: false",
      "Connection 3, session present: true",
    ]);
  });

  both("client_rpc_math is answered by server_rpc_math", async ({ example, broker }) => {
    await using server = start(example("server_rpc_math", broker.port));
    await server.output(/Subscribing to math requests/);
    await broker.logged(/\trequests\/math\/# \(QoS 0\)/, patient);
    expect(await lines_of(example("client_rpc_math", broker.port, "add", "3", "4", "5"))).toEqual([
      "The answer is 12",
    ]);
    expect(await lines_of(example("client_rpc_math", broker.port, "mult", "3", "4", "5"))).toEqual([
      "The answer is 60",
    ]);
    await server.output(/requests\/math\/mult 3,4,5 = 60/);
  });

  both("loop_events sends a large message in its own loop", async ({ example, broker }) => {
    const lines = await lines_of(example("loop_events", broker.port));
    expect(lines[0]).toBe("Socket opened");
    expect(lines).toContain("Something waits to be written");
    expect(lines).toContain("Got a message of 200000 bytes");
    expect(lines.slice(-2).sort()).toEqual(["Disconnected: Normal disconnection", "Socket closed"]);
  });

  both("loop_select receives two large messages", async ({ example, broker }) => {
    expect(await lines_of(example("loop_select", broker.port))).toEqual([
      "Subscribing",
      "Got message 1 of 200000 bytes",
      "Got message 2 of 200000 bytes",
      "Disconnected: Normal disconnection",
    ]);
  });

  both("subscribe_simple gets what publish_multiple sends", async ({ example, broker }) => {
    const receiving = lines_of(example("subscribe_simple", broker.port));
    await broker.logged(/\tpaho\/test\/# \(QoS 0\)/, patient);
    expect(await lines_of(example("publish_multiple", broker.port))).toEqual(["published 2 messages"]);
    expect(await receiving).toEqual([...["paho/test/topic", "multiple 1", "paho/test/topic", "multiple 2"]]);
  });

  both("subscribe_callback prints what the publish examples send", async ({ example, broker }) => {
    await using receiver = start(example("subscribe_callback", broker.port));
    await broker.logged(/\t# \(QoS 0\)/, patient);
    expect(await lines_of(example("publish_single", broker.port))).toEqual(["published"]);
    await receiver.output(/^paho\/test\/topic : boo$/m);
    await lines_of(example("publish_utf8-3", broker.port));
    await receiver.output(/^paho\/test\/ö\/キウイ : Kia ora, ñandú, Привет 🥝$/m);
  });
});

describe("the folder of examples", () => {
  // Only with a client of the event loop a broker runs beside it.
  const without_twin = ["failure_test.ts"];
  const with_twins = examples.filter((name) => !without_twin.includes(name));

  it("has a line in its README for each, and nothing else", () => {
    const readme = readFileSync("examples/README.md", "utf8");
    const linked = new Set([...readme.matchAll(/\]\(([^)]+\.ts)\)/g)].map(([, name]) => name));
    const twins = with_twins.map((name) => `blocking/${name}`);
    expect([...linked].sort()).toEqual([...examples, ...twins].sort());
  });

  it("has a blocking twin of each, without a single await", () => {
    expect(readdirSync("examples/blocking").sort()).toEqual([...with_twins].sort());
    for (const name of with_twins) {
      const code = readFileSync(join("examples/blocking", name), "utf8").replace(/\/\/.*/g, "");
      expect({ name, words: code.match(/\b(await|async|Promise|then)\b/g) }).toEqual({ name, words: null });
    }
  });

  it("is run whole", () => {
    const sources = readFileSync(__filename, "utf8");
    expect(
      examples.filter(
        (name) => !new RegExp(`example(_in\\(""\\))?\\("${name.replace(/\.ts$/, "")}"`).test(sources),
      ),
    ).toEqual([]);
  });

  // Older versions of Node cannot.
  if ("typescript" in process.features) {
    it("runs as it is under a Node that strips types", async () => {
      await using broker = await embedded_broker();
      for (const folder of folders) {
        const { options } = example_in(folder)("quickstart", broker.port);
        const { stdout } = await run_script(`examples/${folder}quickstart.ts`, options);
        expect(stdout).toContain("done: 5 of 5 messages came back");
      }
    });
  }
});
