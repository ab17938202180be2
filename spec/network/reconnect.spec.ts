import { describe, expect, it } from "@jest/globals";
import { Backoff } from "../../lib/network/reconnect.ts";

/** `random` 0.5 is no jitter. */
const waits = (backoff: Backoff, count: number, random = 0.5) =>
  Array.from({ length: count }, () => backoff.next_ms(random));

describe("the back-off", () => {
  it("doubles from the smallest wait to the largest", () => {
    expect(waits(new Backoff(1000, 120_000), 9)).toEqual([
      1000, 2000, 4000, 8000, 16_000, 32_000, 64_000, 120_000, 120_000,
    ]);
  });

  it("begins again when a connection was accepted", () => {
    const backoff = new Backoff(200, 1000);
    expect(waits(backoff, 4)).toEqual([200, 400, 800, 1000]);
    backoff.reset();
    expect(waits(backoff, 2)).toEqual([200, 400]);
  });

  it("begins again with other bounds", () => {
    const backoff = new Backoff(1000, 120_000);
    waits(backoff, 3);
    backoff.configure(10, 30);
    expect(waits(backoff, 3)).toEqual([10, 20, 30]);
  });

  it.each([
    [0, [1000, 1500, 3000, 6000, 7500]],
    [1, [1250, 2500, 5000, 10_000, 10_000]],
  ])("spreads by a quarter to both sides, and never leaves its bounds: random %d", (random, expected) => {
    expect(waits(new Backoff(1000, 10_000), 5, random)).toEqual(expected);
  });

  it("spreads around the doubled wait, not around the last one: jitter does not add up", () => {
    const backoff = new Backoff(1000, 120_000);
    waits(backoff, 3, 1);
    expect(backoff.next_ms(0.5)).toBe(8000);
  });

  it("may be no wait at all", () => {
    expect(waits(new Backoff(0, 0), 3, 1)).toEqual([0, 0, 0]);
  });
});
