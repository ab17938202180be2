// `karere run`: Ctrl-C is thrown out of whatever waits, and the process ends as the script does.

import { once } from "node:events";
import { type AddressInfo, createServer } from "node:net";
import { afterAll, beforeAll, describe, expect, it } from "@jest/globals";
import { packet_bytes } from "../support/packet_bytes.ts";
import { type RunningScript, run_script, type ScriptOptions, start_script } from "../support/run_script.ts";
import { type ScriptedBroker, scripted_broker } from "../support/scripted_broker.ts";

const packets = packet_bytes(4);
const patience = { within: 20_000 };

let broker: ScriptedBroker;
/** Takes connections, listens, and never says anything. */
const mute = createServer((far) => far.resume().on("error", () => {}));

beforeAll(async () => {
  broker = await scripted_broker();
  await once(mute.listen(0, "127.0.0.1"), "listening");
});
afterAll(async () => {
  await broker.close();
  mute.close();
});

function karere(...args: string[]): Parameters<typeof start_script> {
  const env = { PORT: String(broker.port), MUTE_PORT: String((mute.address() as AddressInfo).port) };
  const options: ScriptOptions = { args, env, stdin: null, timeout_ms: 25_000 };
  return ["dist/cli/karere.js", options];
}

function start(script: string, ...args: string[]): RunningScript {
  return start_script(...karere("run", `spec/cli/${script}`, ...args));
}

describe("a script that waits", () => {
  const common = ["connect", "wait_for_publish", "a helper"];

  it.each([
    ["blocking_script.ts", ["sleep", "input", ...common]],
    ["event_loop_script.mjs", ["connect", "loop", "wait_for_publish", "close", "a helper"]],
  ])("is interrupted wherever it does: %s", async (file, places) => {
    await using script = start(file);
    for (const place of places) {
      await script.output(new RegExp(`waits in ${place}`));
      script.kill("SIGINT");
      await script.output(new RegExp(`left ${place}`));
    }
    const link = await broker.accept(patience);
    await link.expect_packet("CONNECT");
    link.send(packets.connack());
    await script.output(/waits in a callback/);
    script.kill("SIGINT");
    // The callback is left, then the loop; the script catches that and disconnects.
    await link.expect(packets.disconnect());
    link.close();
    const { exit_code, stdout, stderr } = await script.result();
    expect({ exit_code, stderr, end: stdout.endsWith("left a callback\n") }).toEqual({
      ...{ exit_code: 0, stderr: "", end: true },
    });
  });
});

describe("an interrupt that nobody catches", () => {
  it.each([
    ["SIGINT", "sleep", 130, "KeyboardInterrupt\n"],
    ["SIGTERM", "sleep", 143, ""],
    ["SIGINT", "idle", 130, "KeyboardInterrupt\n"],
  ] as const)("ends the script by %s in %s with %d", async (signal, way, code, words) => {
    await using script = start("ending_script.mts", way);
    await script.output(/waits/);
    script.kill(signal);
    const { exit_code, stderr, stdout } = await script.result();
    expect([exit_code, stderr, stdout.includes("finally")]).toEqual([code, words, true]);
  });
});

describe("a terminal", () => {
  it("interrupts once, though it tells all processes", async () => {
    await using script = start("ending_script.mts", "own");
    const [, pid] = await script.output(/waits (\d+)/);
    process.kill(Number(pid), "SIGINT");
    script.kill("SIGINT");
    const { exit_code, stdout } = await script.result();
    expect(exit_code).toBe(0);
    expect(stdout.split("\n").slice(1)).toEqual(["the script hears of it itself", "finally", ""]);
  });
});

describe("a signal to the script's own process", () => {
  it("counts as well", async () => {
    await using script = start("ending_script.mts", "idle");
    const [, pid] = await script.output(/waits (\d+)/);
    process.kill(Number(pid), "SIGTERM");
    expect((await script.result()).exit_code).toBe(143);
  });
});

describe("a script that notices nothing", () => {
  it("is ended by the second Ctrl-C", async () => {
    await using script = start("stubborn_script.js");
    await script.output(/busy/);
    // Two that come too close are one; and until the process has ended there may be more.
    const again = setInterval(() => script.kill("SIGINT"), 100);
    const told = script.output(/KeyboardInterrupt/).finally(() => clearInterval(again));
    const [{ exit_code, stderr }] = await Promise.all([script.result(), told]);
    expect([exit_code, stderr]).toEqual([130, "KeyboardInterrupt\n"]);
  });

  it("is ended some time after SIGTERM, and after the end of what runs it", async () => {
    await using told = start("stubborn_script.js");
    await using left = start("stubborn_script.js");
    await told.output(/busy/);
    await left.output(/busy/);
    told.kill("SIGTERM");
    left.kill("SIGKILL");
    expect((await told.result()).exit_code).toBe(143);
    // Its output is closed when its process has ended.
    expect((await left.result()).signal).toBe("SIGKILL");
  });
});

describe("what runs a script", () => {
  it("leaves it to end in good order when it goes itself", async () => {
    await using script = start("ending_script.mts", "sleep");
    await script.output(/waits/);
    script.kill("SIGKILL");
    expect((await script.result()).stdout).toMatch(/finally\n$/);
  });

  it("hands on arguments, and ends as it does", async () => {
    const [code, signal] = await Promise.all([
      run_script(...karere("run", "spec/cli/ending_script.mts", "code", "--help", "a b")),
      run_script(...karere("run", "spec/cli/ending_script.mts", "signal")),
    ]);
    expect([code.exit_code, code.stdout]).toEqual([7, '["--help","a b"]\nfinally\n']);
    expect([signal.exit_code, signal.signal]).toEqual([null, "SIGKILL"]);
  });
});
