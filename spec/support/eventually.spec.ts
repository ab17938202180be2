import { EventEmitter } from "node:events";
import { describe, expect, it } from "@jest/globals";
import { eventually, in_time, once_event } from "./eventually.ts";

describe("waiting", () => {
  it("looks again until nothing is thrown, and gives what was found", async () => {
    let looks = 0;
    const found = await eventually(() => {
      looks += 1;
      expect(looks).toBe(3);
      return "found";
    });
    expect([found, looks]).toEqual(["found", 3]);
  });

  it("looks again until something is not false", async () => {
    let looks = 0;
    expect(await eventually(async () => ++looks === 3)).toBe(true);
  });

  it("fails with the last error, or with what never came true", async () => {
    const refuse = () => Promise.reject(new Error("not yet"));
    await expect(eventually(refuse, { within: 20 })).rejects.toThrow("not yet");
    await expect(eventually(() => false, { within: 20 })).rejects.toThrow("never came true: ");
  });

  it("hears an event, and says which one never came", async () => {
    const emitter = new EventEmitter();
    const heard = once_event(emitter, "news");
    emitter.emit("news", 1, 2);
    expect(await heard).toEqual([1, 2]);
    await expect(once_event(emitter, "news", { within: 20 })).rejects.toThrow(
      'waited 20 ms in vain for the event "news"',
    );
  });

  it("passes on what a promise settles to", async () => {
    expect(await in_time(Promise.resolve(7), "a number")).toBe(7);
    await expect(in_time(Promise.reject(new Error("refused")), "a number")).rejects.toThrow("refused");
  });
});
