import { expect, it } from "@jest/globals";
import type { Told } from "../../lib/blocking/crossing.ts";
import { ToldLine } from "../../lib/blocking/told_line.ts";

const event = (name: string): Told => ({ say: "event", client: 1, name, args: [], gated: false, id: null });

it("serves first what was put there, then who came first, and knows which events are there", () => {
  const line = new ToldLine();
  const [a, b, c, d] = ["a", "b", "c", "a"].map(event) as [Told, Told, Told, Told];
  line.push(a);
  line.push(b);
  line.put_first([c, d]);
  expect([line.length, line.has_event("a"), line.has_event("x")]).toEqual([4, true, false]);
  expect([line.shift(), line.shift()]).toEqual([c, d]);
  expect([line.has_event("c"), line.has_event("a")]).toEqual([false, true]);
  expect([line.shift(), line.shift(), line.shift()]).toEqual([a, b, null]);
  expect([line.length, line.has_event("a"), line.has_event("b")]).toEqual([0, false, false]);
});
