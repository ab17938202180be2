// Ports of the kinds of scripts that people write for paho, run as they are.

import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, it, jest } from "@jest/globals";
import { transformSync } from "@swc/core";
import { type Client, MQTTMessage } from "../../lib/client/index.ts";
import * as publish from "../../lib/helpers/publish.ts";
import * as subscribe from "../../lib/helpers/subscribe.ts";
import { eventually } from "../support/eventually.ts";
import { describe_mosquitto, free_port, type Mosquitto, mosquitto } from "../support/mosquitto.ts";
import { type RunningScript, start_source } from "../support/run_script.ts";

// Processes take their time on a busy machine.
jest.setTimeout(60_000);
const patient = { within: 15_000 };

/** Starts a port with the address of a broker. */
function start(name: string, port: number, env: Record<string, string> = {}): RunningScript {
  const source = readFileSync(join(__dirname, `${name}.ts`), "utf8");
  const { code } = transformSync(source, {
    jsc: { target: "es2022", parser: { syntax: "typescript" } },
    module: { type: "es6" },
  });
  const address = { BROKER_HOST: "127.0.0.1", BROKER_PORT: String(port) };
  return start_source(code, { env: { ...address, ...env }, timeout_ms: 25_000 });
}

describe_mosquitto("a ported script", () => {
  let broker: Mosquitto;
  const there = () => ({ hostname: "127.0.0.1", port: broker.port, timeout: 20 });
  const send = (topic: string, payload: string) => publish.single(topic, payload, { qos: 1, ...there() });
  beforeAll(async () => {
    broker = await mosquitto();
  });
  afterAll(async () => broker[Symbol.asyncDispose]());

  it("publishes without any loop, with pauses longer than the broker would wait", async () => {
    const heard = subscribe.simple("house/sensor", 0, 3, there());
    await broker.logged(/\thouse\/sensor /, patient);
    await using sensor = start("sensor", broker.port, { INTERVAL: "2" });
    expect((await heard).map((message) => message.json())).toEqual(
      [1, 2, 3].map((count) => ({ count, temperature: expect.any(Number) })),
    );
    expect(sensor.stderr).toBe("");
    expect(broker.log.match(/as sensor-1 /g)).toHaveLength(1);
    expect(broker.log).toContain("Received PINGREQ from sensor-1");
  });

  it("handles commands while it sleeps, and leaves in good order on Ctrl-C", async () => {
    const heard: [string, unknown][] = [];
    const listening = subscribe.callback(
      (client: Client<2>, _userdata, message) => {
        heard.push([message.topic, message.json()]);
        if (message.topic === "devices/heater/last") client.disconnect();
      },
      ["devices/heater/state", "devices/heater/ack", "devices/heater/last"],
      there(),
    );
    await broker.logged(/\tdevices\/heater\/last /, patient);
    await using simulator = start("simulator", broker.port);
    await simulator.output(/ready/);
    await broker.logged(/\tdevices\/heater\/command /, patient);
    await send("devices/heater/command", "what?");
    await send("devices/heater/command", '{"set":"boiling"}');
    await send("devices/heater/command", '{"set":"heating"}');
    await simulator.output(/state is now heating/);
    await eventually(() => {
      const states = heard.filter(([topic]) => topic.endsWith("/state")).map(([, data]) => data);
      expect(states).toContainEqual({ state: "heating", temperature: expect.any(Number) });
    }, patient);
    simulator.kill("SIGINT");
    const { exit_code, stdout, stderr } = await simulator.result();
    expect({ exit_code, stderr, last: stdout.trim().split("\n").at(-1) }).toEqual({
      ...{ exit_code: 0, stderr: "", last: "bye" },
    });
    await broker.logged(/Received DISCONNECT from heater/, patient);
    await send("devices/heater/last", "0");
    await listening;
    expect(heard.filter(([topic]) => topic.endsWith("/ack")).map(([, data]) => data)).toEqual([
      { ok: false },
      { ok: true, state: "heating" },
    ]);
  });

  it("shows a dashboard with callbacks of VERSION1", async () => {
    await using dashboard = start("dashboard", broker.port);
    await dashboard.output(/Connected with result code 0/);
    await broker.logged(/\thouse\/alarm /, patient);
    await send("house/kitchen/temperature", "21.53");
    await send("house/attic/temperature", "nothing");
    await send("house/attic/temperature", "17");
    await send("house/alarm", "fire");
    await dashboard.output(/ALARM: fire/);
    expect(dashboard.stdout.split("\n").slice(1, 4)).toEqual([
      ...["kitchen=21.5", "attic=17.0 kitchen=21.5", "ALARM: fire"],
    ]);
    expect(dashboard.stderr).toBe("");
  });

  it("writes what it receives to a file, and ends after so many", async () => {
    const folder = mkdtempSync(join(tmpdir(), "karere-port-"));
    try {
      const file = join(folder, "log.csv");
      await using logger = start("csv_logger", broker.port, { LOG_FILE: file, WANTED: "3" });
      await logger.output(/connected: Success/);
      await broker.logged(/\tsensors\/\+\/plain /, patient);
      await send("sensors/a/json", '{"value": 1.5}');
      await send("sensors/b/plain", "2.5");
      await send("sensors/a/json", "{");
      await send("sensors/b/plain", "x");
      await send("sensors/a/json", '{"value": 4}');
      const { exit_code, stdout } = await logger.result();
      expect({ exit_code, last: stdout.trim().split("\n").at(-1) }).toEqual({
        ...{ exit_code: 0, last: "3 rows, 2 errors" },
      });
      const rows = readFileSync(file, "utf8").trim().split("\n");
      expect(rows.map((row) => row.split(";").slice(1))).toEqual([
        ["a", "1.5"],
        ["b", "2.5"],
        ["a", "4"],
      ]);
    } finally {
      rmSync(folder, { recursive: true });
    }
  });

  it("publishes once to a broker with passwords, and says why when it cannot", async () => {
    await using guarded = await mosquitto({ users: { ann: "secret" } });
    const login = (password: string) => ({ BROKER_USER: "ann", BROKER_PASSWORD: password });
    await using welcome = start("one_shot", guarded.port, login("secret"));
    const sent = await welcome.result();
    expect(sent.stdout).toMatch(/^Connected!\nrc 0, [\d.]+ ms\n$/);
    expect(sent.exit_code).toBe(0);
    await guarded.logged(/Received DISCONNECT/, patient);

    await using wrong = start("one_shot", guarded.port, login("wrong"));
    const refused = await wrong.result();
    expect([refused.stdout, refused.exit_code]).toEqual(["Failed to connect: Not authorized\n", 2]);

    await using nobody = start("one_shot", await free_port());
    const failed = await nobody.result();
    expect(failed.stdout).toMatch(/^Could not connect: .*nothing listens on/);
    expect(failed.exit_code).toBe(1);
  });

  it("is a bus that comes back after the broker has been away", async () => {
    await using away = await mosquitto({ persistence: false });
    const to_bus = (topic: string, payload: string) =>
      publish.single(topic, payload, { qos: 1, hostname: "127.0.0.1", port: away.port, timeout: 20 });
    await using bus = start("bus", away.port);
    await bus.output(/published: true/);
    await to_bus("jobs/1/start", '{"n":1}');
    await bus.output(/jobs\/1\/start \{"n":1\}\nhandler failed: not my job/);
    await to_bus("jobs/1/start", "not JSON");
    await bus.output(/dropped jobs\/1\/start/);

    await away.stop();
    await bus.output(/disconnected: /);
    await away.start();
    await bus.output(/connected[\s\S]*disconnected[\s\S]*\nconnected/);
    await eventually(() => {
      expect(away.log.match(/\tcontrol\/stop /g)).toHaveLength(2);
    }, patient);
    await to_bus("jobs/2/start", '{"n":2}');
    await bus.output(/jobs\/2\/start \{"n":2\}/);
    await to_bus("control/stop", "null");
    const { exit_code, stdout } = await bus.result();
    expect(exit_code).toBe(0);
    expect(stdout.trim().split("\n").slice(-2).sort()).toEqual([
      "disconnected: Normal disconnection",
      "stopped",
    ]);
    const presence = await subscribe.simple("presence/bus-1", {
      ...{ hostname: "127.0.0.1", port: away.port, timeout: 20 },
    });
    expect(presence.json()).toEqual({ online: false });
  });

  it("answers requests with nothing but the helpers", async () => {
    await using service = start("rpc", broker.port);
    await service.output(/announced/);
    expect((await subscribe.simple("services/square", there())).text()).toBe("here");
    for (const [index, number] of [3, 12].entries()) {
      const reply = subscribe.simple("square/reply", there());
      await eventually(() => {
        expect(broker.log.match(/\tsquare\/reply /g)).toHaveLength(index + 1);
        expect(broker.log.match(/\tsquare\/request /g)?.length).toBeGreaterThan(index);
      }, patient);
      await send("square/request", String(number));
      expect(await reply).toBeInstanceOf(MQTTMessage);
      expect((await reply).text()).toBe(String(number * number));
    }
    service.kill("SIGTERM");
    const { exit_code, stdout } = await service.result();
    expect({ exit_code, last: stdout.trim().split("\n").at(-1) }).toEqual({
      ...{ exit_code: 0, last: "announcement cleared" },
    });
  });
});
