import { createServer } from "node:net";
import { describe, expect, it } from "@jest/globals";
import { heap_after_gc, leaked_since, open_handles } from "./leak_check.ts";

describe("the leak check", () => {
  it("names a server and timers that were left open", async () => {
    const before = open_handles();
    const server = createServer().listen(0, "127.0.0.1");
    const timers = Array.from({ length: 9 }, () => setInterval(() => {}, 60_000));
    const leaked = await leaked_since(before, 20);
    server.close();
    timers.forEach(clearInterval);
    // Jest starts and ends timers of its own meanwhile.
    expect(leaked.sort()).toEqual(["TCPServerWrap x 1", expect.stringMatching(/^Timeout x \d+$/)]);
    expect(await leaked_since(before)).toEqual([]);
  });

  it("does not count a timer that lets the process end", async () => {
    const before = open_handles();
    const timer = setTimeout(() => {}, 60_000).unref();
    expect(await leaked_since(before)).toEqual([]);
    clearTimeout(timer);
  });

  it("sees on the heap what is held, and no longer what was let go", async () => {
    const size = 100_000;
    const before = await heap_after_gc();
    const held = Array.from({ length: size }, (_, index) => ({ index }));
    expect((await heap_after_gc()) - before).toBeGreaterThan(size * 8);
    held.length = 0;
    expect((await heap_after_gc()) - before).toBeLessThan(size * 8);
  });
});
