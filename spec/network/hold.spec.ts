import { describe, expect, it } from "@jest/globals";
import { Hold } from "../../lib/network/hold.ts";
import { open_handles } from "../support/leak_check.ts";

const timers = () => open_handles().get("Timeout") ?? 0;

describe("the hold on the process", () => {
  it("is one timer while somebody holds, and nothing afterwards", () => {
    const before = timers();
    const hold = new Hold();
    expect(timers()).toBe(before);
    hold.set(true);
    hold.set(true);
    expect(timers()).toBe(before + 1);
    hold.set(false);
    hold.set(false);
    expect(timers()).toBe(before);
  });

  it("can be taken again", () => {
    const before = timers();
    const hold = new Hold();
    for (let round = 0; round < 3; round += 1) {
      hold.set(true);
      expect(timers()).toBe(before + 1);
      hold.set(false);
    }
    expect(timers()).toBe(before);
  });
});
