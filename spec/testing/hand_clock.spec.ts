import { expect, it } from "@jest/globals";
import { HandClock } from "../../lib/testing/hand_clock.ts";

it("a clock that is moved by hand never goes back", async () => {
  const clock = new HandClock(0);
  const moments: number[] = [];
  const settled = async () => moments.push(clock.now());
  clock.after(20, () => clock.skip(100));
  await Promise.all([clock.pass(50, settled), clock.pass(10, settled)]);
  moments.push(clock.now());
  expect(moments).toEqual([...moments].sort((a, b) => a - b));
  expect(moments.at(-1)).toBe(120);
});

it("a clock that is moved by hand tells what lies between two moments, and what is at the ends", async () => {
  const clock = new HandClock(0);
  const told: string[] = [];
  clock.after(10, () => told.push("first"));
  clock.after(20, () => {
    told.push("second");
    clock.after(5, () => told.push("third"));
  });
  clock.after(31, () => told.push("too late"));
  await clock.pass(30, async (is_between) => told.push(is_between ? "between" : "end"));
  expect(told).toEqual(["end", "first", "between", "second", "between", "third", "between", "end"]);
  expect([clock.now(), clock.pending]).toEqual([30, 1]);
});
