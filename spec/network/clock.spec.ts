import { readFileSync } from "node:fs";
import { describe, expect, it } from "@jest/globals";
import { transformSync } from "esbuild";
import { system_clock } from "../../lib/network/clock.ts";
import { run_source } from "../support/run_script.ts";

const wait = (ms: number) =>
  new Promise<number>((resolve) => system_clock.after(ms, () => resolve(system_clock.now())));

/** The clock as a module that scripts of other processes can import. */
const clock_url = url_of("lib/network/clock.ts");
const clock_of_page_url = url_of("lib/network/clock_browser.ts");

function url_of(source: string): string {
  const { code } = transformSync(readFileSync(source, "utf8"), { loader: "ts" });
  return JSON.stringify(`data:text/javascript,${encodeURIComponent(code)}`);
}

describe("the clock of the system", () => {
  it("never goes back and calls not before its time", async () => {
    const hold = setInterval(() => {}, 1000);
    const began = system_clock.now();
    const woken = await wait(20);
    clearInterval(hold);
    expect(woken - began).toBeGreaterThanOrEqual(19);
  });

  it("takes a moment in the past for now, and one in a million years for the far future", async () => {
    const hold = setInterval(() => {}, 1000);
    const cancel = system_clock.after(1e15, () => expect(true).toBe(false));
    await wait(-5);
    cancel();
    clearInterval(hold);
  });

  it("calls nobody who has called it off, not even in the turn in which it is due", async () => {
    const { setImmediate } = globalThis;
    const hold = setInterval(() => {}, 1000);
    let called = false;
    try {
      const due = new Promise<() => void>((resolve) => {
        Object.assign(globalThis, { setImmediate: (fn: () => void) => resolve(fn) });
      });
      const cancel = system_clock.after(0, () => {
        called = true;
      });
      const wake = await due;
      cancel();
      wake();
    } finally {
      Object.assign(globalThis, { setImmediate });
      clearInterval(hold);
    }
    expect(called).toBe(false);
  });

  it("lets what has arrived during a long pause come first", async () => {
    const source = `
      import { connect, createServer } from "node:net";
      import { system_clock } from ${clock_url};
      const server = createServer((socket) => socket.write("here")).listen(0, "127.0.0.1", () => {
        const socket = connect(server.address().port, "127.0.0.1", () => {
          socket.once("data", () => { console.log("data"); process.exit(); });
          system_clock.after(50, () => { console.log("timer"); process.exit(); });
          const until = performance.now() + 300;
          while (performance.now() < until);
        });
      });`;
    expect((await run_source(source)).stdout).toBe("data\n");
  });

  it("keeps no process alive", async () => {
    const source = `
      import { system_clock } from ${clock_url};
      system_clock.after(60_000, () => {});`;
    const { exit_code, elapsed_ms } = await run_source(source);
    expect(exit_code).toBe(0);
    expect(elapsed_ms).toBeLessThan(30_000);
  });
});

describe("the clock of a page, where nothing says that all input was told", () => {
  it("lets input come first for a second when a timer is late by more than one", async () => {
    const source = `
      const setTimeout_ = setTimeout;
      const { system_clock } = await import(${clock_of_page_url});
      const began = performance.now();
      system_clock.after(50, () => console.log(performance.now() - began > 2300 ? "late" : "at once"));
      setTimeout_(() => {}, 3000);
      const until = began + 1300;
      while (performance.now() < until);`;
    expect((await run_source(source)).stdout).toBe("late\n");
  });

  it("is on time otherwise", async () => {
    const source = `
      const { system_clock } = await import(${clock_of_page_url});
      const began = performance.now();
      system_clock.after(50, () => console.log(performance.now() - began < 1000 ? "on time" : "late"));
      setTimeout(() => {}, 1500);`;
    expect((await run_source(source)).stdout).toBe("on time\n");
  });
});
