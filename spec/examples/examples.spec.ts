// Each example runs as a user would run it, compiled, in a process of its own.

import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { afterAll, beforeAll, describe, expect, it, jest } from "@jest/globals";
import * as publish from "../../lib/helpers/publish.ts";
import * as subscribe from "../../lib/helpers/subscribe.ts";
import { authority } from "../support/certificates.ts";
import { type EmbeddedBroker, embedded_broker } from "../support/embedded_broker.ts";
import { describe_mosquitto, free_port, type Mosquitto, mosquitto } from "../support/mosquitto.ts";
import { type RunningScript, run_script, type ScriptOptions, start_script } from "../support/run_script.ts";

// Processes take their time on a busy machine.
jest.setTimeout(60_000);
const patient = { within: 20_000 };

const examples = readdirSync("examples").filter((name) => name.endsWith(".ts"));

interface Started {
  file: string;
  options: ScriptOptions;
}

/** An example with the address of a broker. */
function example(name: string, port: number, ...args: string[]): Started {
  return {
    file: `build/examples/${name}.js`,
    options: { args, env: { KARERE_HOST: "127.0.0.1", KARERE_PORT: String(port) }, timeout_ms: 20_000 },
  };
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

describe("the quickstart", () => {
  let broker: EmbeddedBroker;
  beforeAll(async () => {
    broker = await embedded_broker();
  });
  afterAll(() => broker.close());

  it("sends five messages, shows them, and ends", async () => {
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

describe_mosquitto("the examples", () => {
  let broker: Mosquitto;
  let folder: string;
  let tls_port: number;
  let websocket_port: number;
  const to_broker = () => ({ hostname: "127.0.0.1", port: broker.port });
  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), "karere-examples-"));
    tls_port = await free_port();
    websocket_port = await free_port();
    const trusted = authority();
    const { cert, key } = trusted.issue();
    for (const [name, pem] of Object.entries({ ca: trusted.cert, cert, key })) {
      writeFileSync(join(folder, `${name}.pem`), pem);
    }
    broker = await mosquitto({
      config: [
        `listener ${tls_port} 127.0.0.1`,
        `certfile ${folder}/cert.pem`,
        `keyfile ${folder}/key.pem`,
        // Mosquitto 2.0.11 cannot bind a WebSocket to an address.
        `listener ${websocket_port}`,
        "protocol websockets",
        // What the broker tells about itself comes every second.
        "sys_interval 1",
      ],
    });
  });
  afterAll(async () => {
    await broker[Symbol.asyncDispose]();
    rmSync(folder, { recursive: true });
  });

  it("client_sub prints what the broker tells about itself", async () => {
    await using script = start(example("client_sub", broker.port));
    await script.output(/reason_code: Success[\s\S]*Subscribed: 1 Granted QoS 0/);
    await script.output(/^\$SYS\/broker\/uptime 0 \d+ seconds/m);
  });

  it("client_sub_opts subscribes to what it is told", async () => {
    await using script = start(example("client_sub_opts", broker.port, "-t", "opts/#", "-q", "1"));
    await script.output(/Subscribed: \d+ Granted QoS 1/);
    await publish.single("opts/1", "hello", 1, { ...to_broker() });
    await script.output(/^opts\/1 1 hello$/m);
  });

  it("client_sub-class calls its own methods", async () => {
    await using script = start(example("client_sub-class", broker.port));
    await script.output(/rc: Success[\s\S]*Subscribed: 1 Granted QoS 0/);
    await script.output(/^\$SYS\/broker\/version 0 mosquitto/m);
  });

  it("client_sub-multiple-callback tells the kinds apart", async () => {
    await using script = start(example("client_sub-multiple-callback", broker.port));
    await script.output(/^MESSAGES: \$SYS\/broker\/messages\//m);
    await script.output(/^BYTES: \$SYS\/broker\/bytes\//m);
    await script.output(/^\$SYS\/broker\/uptime/m);
  });

  it("client_logger logs each packet", async () => {
    await using script = start(example("client_logger", broker.port));
    await script.output(/^DEBUG:> CONNECT .*clean/m);
    await script.output(/^DEBUG:< CONNACK rc=0/m);
    await script.output(/^DEBUG:> SUBSCRIBE mid=1 "\$SYS\/#" qos=0$/m);
    await script.output(/^DEBUG:< PUBLISH qos=0 retain topic="\$SYS\/broker\//m);
  });

  it("client_pub-wait waits for both messages", async () => {
    const lines = await lines_of(example("client_pub-wait", broker.port));
    expect(lines.filter((line) => !line.startsWith("mid"))).toEqual([
      ...["tuple", "rc: 0, mid: 1", "class", "reason_code: Success", "published: true"],
    ]);
    expect(lines).toContain("mid: 1");
  });

  it("client_pub_opts publishes as often as it is told", async () => {
    const got = subscribe.simple("pub_opts", 1, 3, { ...to_broker(), timeout: 20 });
    await broker.logged(/\tpub_opts \(QoS 1\)/, patient);
    const lines = await lines_of(
      example("client_pub_opts", broker.port, "-t", "pub_opts", "-q", "1", "-N", "3", "-S", "0.01"),
    );
    expect(lines).toContain('Publishing: {"msgnum":2}');
    expect((await got).map((message) => message.text())).toEqual([
      ...['{"msgnum":0}', '{"msgnum":1}', '{"msgnum":2}'],
    ]);
  });

  it("client_pub_opts publishes over TLS, to a broker whose authority it is given", async () => {
    const got = subscribe.simple("pub_opts/tls", 1, { ...to_broker(), timeout: 20 });
    await broker.logged(/\tpub_opts\/tls \(QoS 1\)/, patient);
    const secure = ["-t", "pub_opts/tls", "-s", "-F", join(folder, "ca.pem")];
    await lines_of(example("client_pub_opts", tls_port, ...secure));
    expect((await got).text()).toBe('{"msgnum":0}');
  });

  it("client_sub-ws subscribes over WebSocket", async () => {
    await using script = start(example("client_sub-ws", websocket_port));
    await script.output(/reason_code: Success[\s\S]*Subscribed: 1 Granted QoS 0/);
    await script.output(/^\$SYS\/broker\/version 0 mosquitto/m);
  });

  it("client_sub-srv finds its broker by DNS", async () => {
    const { file, options } = example("client_sub-srv", broker.port);
    const records = pathToFileURL(join(__dirname, "srv_records.mjs"));
    const env = { ...options.env, KARERE_DOMAIN: "house.example", NODE_OPTIONS: `--import=${records}` };
    await using script = start({ file, options: { ...options, env } });
    await script.output(new RegExp(`Connected to 127.0.0.1:${broker.port}: Success`));
    await script.output(/^\$SYS\/broker\/version 0 mosquitto/m);
  });

  it("durable_outbox sends with its second run what the first could not", async () => {
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

  it("client_mqtt_clear_retain leaves nothing retained", async () => {
    await publish.multiple(
      ["a", "b/c"].map((name) => [`clear/${name}`, "x", 1, true] as const),
      to_broker(),
    );
    expect(await lines_of(example("client_mqtt_clear_retain", broker.port, "-v", "-t", "clear/#"))).toEqual([
      ...["Clearing clear/a", "Clearing clear/b/c", "Done"],
    ]);
    expect(await lines_of(example("client_mqtt_clear_retain", broker.port, "-v", "-t", "clear/#"))).toEqual([
      "Done",
    ]);
  });

  it("client_session_present sees the session on the third connection", async () => {
    expect(await lines_of(example("client_session_present", broker.port))).toEqual([
      "Connection 1, session present: false",
      "Connection 2, session present: false",
      "Connection 3, session present: true",
    ]);
  });

  it("client_rpc_math is answered by server_rpc_math", async () => {
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

  it("loop_events sends a large message in its own loop", async () => {
    const lines = await lines_of(example("loop_events", broker.port));
    expect(lines[0]).toBe("Socket opened");
    expect(lines).toContain("Something waits to be written");
    expect(lines).toContain("Got a message of 200000 bytes");
    expect(lines.slice(-2).sort()).toEqual(["Disconnected: Normal disconnection", "Socket closed"]);
  });

  it("loop_select receives two large messages", async () => {
    expect(await lines_of(example("loop_select", broker.port))).toEqual([
      "Subscribing",
      "Got message 1 of 200000 bytes",
      "Got message 2 of 200000 bytes",
      "Disconnected: Normal disconnection",
    ]);
  });

  it("subscribe_simple gets what publish_multiple sends", async () => {
    const receiving = lines_of(example("subscribe_simple", broker.port));
    await broker.logged(/\tpaho\/test\/# \(QoS 0\)/, patient);
    expect(await lines_of(example("publish_multiple", broker.port))).toEqual(["published 2 messages"]);
    expect(await receiving).toEqual([...["paho/test/topic", "multiple 1", "paho/test/topic", "multiple 2"]]);
  });

  it("subscribe_callback prints what the publish examples send", async () => {
    await using receiver = start(example("subscribe_callback", broker.port));
    await broker.logged(/\t# \(QoS 0\)/, patient);
    expect(await lines_of(example("publish_single", broker.port))).toEqual(["published"]);
    await receiver.output(/^paho\/test\/topic : boo$/m);
    await lines_of(example("publish_utf8-3", broker.port));
    await receiver.output(/^paho\/test\/ö\/キウイ : Kia ora, ñandú, Привет 🥝$/m);
  });
});

describe("the folder of examples", () => {
  it("has a line in its README for each, and nothing else", () => {
    const readme = readFileSync("examples/README.md", "utf8");
    const linked = new Set([...readme.matchAll(/\]\(([^)]+\.ts)\)/g)].map(([, name]) => name));
    expect([...linked].sort()).toEqual(examples.sort());
  });

  it("is run whole", () => {
    const sources = readFileSync(__filename, "utf8");
    expect(examples.filter((name) => !sources.includes(`example("${name.replace(/\.ts$/, "")}"`))).toEqual(
      [],
    );
  });

  // Older versions of Node cannot.
  if ("typescript" in process.features) {
    it("runs as it is under a Node that strips types", async () => {
      await using broker = await embedded_broker();
      const { options } = example("quickstart", broker.port);
      const { stdout } = await run_script("examples/quickstart.ts", options);
      expect(stdout).toContain("done: 5 of 5 messages came back");
    });
  }
});
