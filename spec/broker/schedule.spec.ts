import { describe, expect, it } from "@jest/globals";
import fc from "fast-check";
import { type Due, Schedule } from "../../lib/broker/schedule.ts";

class Sleeper implements Due {
  at: number;

  constructor(at: number) {
    this.at = at;
  }

  next_timeout(): number {
    return this.at;
  }
}

const sleepers = (...moments: number[]) => moments.map((at) => new Sleeper(at));

function planned(...moments: number[]) {
  const schedule = new Schedule();
  const all = sleepers(...moments);
  for (const one of all) schedule.plan(one);
  return { schedule, all };
}

function* due(schedule: Schedule, now: number): Generator<Due> {
  for (let who = schedule.take_due(now); who !== null; who = schedule.take_due(now)) yield who;
}

describe("the schedule of a broker", () => {
  it("gives everybody once, in the order of their moments, and not before", () => {
    fc.assert(
      fc.property(fc.array(fc.nat(100)), fc.nat(100), (moments, now) => {
        const { schedule } = planned(...moments);
        const given = Array.from(due(schedule, now), (who) => (who as Sleeper).at);
        expect(given).toEqual(moments.filter((at) => at <= now).sort((a, b) => a - b));
        expect(schedule.next_timeout()).toBe(Math.min(...moments.filter((at) => at > now)));
      }),
    );
  });

  it("follows those whose moment has become later, without having been told", () => {
    const { schedule, all } = planned(10, 20);
    for (const one of all) one.at = 30;
    expect([...due(schedule, 25)]).toEqual([]);
    expect(schedule.next_timeout()).toBe(30);
    expect([...due(schedule, 30)]).toHaveLength(2);
  });

  it("follows those whose moment has become earlier, when it is told", () => {
    const { schedule, all } = planned(10, 20);
    const [, second] = all as [Sleeper, Sleeper];
    second.at = 5;
    schedule.plan(second);
    expect([...due(schedule, 10)]).toEqual([second, all[0]]);
    expect([...due(schedule, 100)]).toEqual([]);
  });

  it("does not plan who has no moment, and lets go of who has none any more", () => {
    const { schedule, all } = planned(Number.POSITIVE_INFINITY, 10);
    (all[1] as Sleeper).at = Number.POSITIVE_INFINITY;
    expect([...due(schedule, 10)]).toEqual([]);
    expect(schedule.next_timeout()).toBe(Number.POSITIVE_INFINITY);
  });

  it("forgets, also in memory: what is forgotten in hundreds keeps no place", () => {
    const { schedule, all } = planned(...Array.from({ length: 500 }, (_, index) => index));
    for (const one of all.slice(0, -1)) schedule.forget(one);
    expect(schedule.next_timeout()).toBeGreaterThan(400);
    expect([...due(schedule, 500)]).toEqual([all.at(-1)]);
  });
});
