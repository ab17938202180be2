import { afterEach, describe, expect, it } from "@jest/globals";
import { bell, interrupt_with, is_interrupt, wait } from "../../lib/blocking/bell.ts";

const soon = () => performance.now() + 20;

afterEach(() => interrupt_with(null));

describe("waiting for the bell", () => {
  it("ends when what is waited for is there, having looked first", () => {
    let looked = 0;
    expect(
      wait(
        () => looked === 1,
        () => (looked += 1),
      ),
    ).toBe(true);
  });

  it("looks again when the bell has rung between looking and waiting", () => {
    let looked = 0;
    const look = () => {
      looked += 1;
      if (looked < 3) Atomics.add(bell, 0, 1);
    };
    expect(wait(() => looked === 3, look)).toBe(true);
  });

  it("ends at its deadline", () => {
    expect(
      wait(
        () => false,
        () => {},
        soon(),
      ),
    ).toBe(false);
  });

  it("is interrupted by what is thrown when the bell has rung", () => {
    const interrupt = new Error("stop");
    let looks = 0;
    interrupt_with(() => {
      looks += 1;
      if (looks === 2) throw interrupt;
    });
    expect(is_interrupt(interrupt)).toBe(false);
    expect(() =>
      wait(
        () => false,
        () => Atomics.add(bell, 0, 1),
      ),
    ).toThrow(interrupt);
    expect([is_interrupt(interrupt), is_interrupt(new Error("stop"))]).toEqual([true, false]);
  });
});
