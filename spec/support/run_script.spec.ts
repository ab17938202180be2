import { describe, expect, it } from "@jest/globals";
import { run_script, run_source, start_source } from "./run_script.ts";

describe("a script run as a process", () => {
  it("gives output and exit code", async () => {
    const source = "console.log(process.env.NAME); console.error('oh'); process.exitCode = 3";
    const result = await run_source(source, { env: { NAME: "ann" } });
    expect(result).toMatchObject({ exit_code: 3, signal: null, stdout: "ann\n", stderr: "oh\n" });
  });

  it("may be a file", async () => {
    const { stdout } = await run_script("tools/sum_specs.mjs", { args: ["no-such-results.json"] });
    expect(stdout).toBe("0 passed, 0 failed, 0 skipped\n");
  });

  it("reads its input and arguments", async () => {
    const source = "for await (const text of process.stdin) console.log(text + process.argv[1])";
    const { stdout } = await run_source(source, { stdin: "a", args: ["b"] });
    expect(stdout.trim()).toBe("ab");
  });

  it("is killed at the time limit, with its output in the error", async () => {
    const source = "console.log('so far'); setInterval(() => {}, 1000)";
    const endless = run_source(source, { timeout_ms: 3000 });
    await expect(endless).rejects.toThrow(/did not end within 3000 ms\n--- stdout\nso far/);
  });

  it("can be watched and interrupted while it runs", async () => {
    await using script = start_source("console.log('ready ' + 7); setInterval(() => {}, 1000)");
    expect((await script.output(/ready (\d)/))[1]).toBe("7");
    script.kill("SIGTERM");
    expect(await script.result()).toMatchObject({ exit_code: null, signal: "SIGTERM" });
    await expect(script.output(/never/)).rejects.toThrow("ended and never wrote /never/");
  });
});
