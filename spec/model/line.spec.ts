import { describe, expect, it } from "@jest/globals";
import { Line } from "../../lib/model/line.ts";

describe("a line", () => {
  it("serves those first who came first, and nobody when it is empty", () => {
    const line = new Line<number>();
    line.push(1);
    line.push(2);
    expect([line.length, line.shift(), line.shift(), line.shift(), line.length]).toEqual([2, 1, 2, null, 0]);
  });

  it("can let some go before their turn", () => {
    const line = new Line<number>();
    for (let number = 0; number < 6; number += 1) line.push(number);
    line.shift();
    line.drop((number) => number % 2 === 0);
    expect([line.length, line.shift(), line.shift(), line.shift(), line.shift()]).toEqual([3, 1, 3, 5, null]);
  });

  it("keeps its order, however long it never runs empty", () => {
    const line = new Line<number>();
    line.push(0);
    for (let number = 1; number < 40_000; number += 1) {
      line.push(number);
      if (line.shift() !== number - 1) throw new Error(`out of turn at ${number}`);
    }
    expect([line.length, line.shift()]).toEqual([1, 39_999]);
  });
});
