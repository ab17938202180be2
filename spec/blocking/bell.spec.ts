import { afterEach, describe, expect, it, jest } from "@jest/globals";
import { bell, interrupt_with, is_interrupt, pulse, wait } from "../../lib/blocking/bell.ts";
import { BEAT, IS_DEAD } from "../../lib/blocking/thread_words.ts";

const soon = () => performance.now() + 20;

afterEach(() => {
  interrupt_with(null);
  jest.restoreAllMocks();
});

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

  it("ends when the other thread gives no sign of life, sooner when it never gave one", () => {
    const beats = jest.spyOn(Atomics, "wait").mockReturnValue("timed-out");
    const forever = () => () =>
      wait(
        () => false,
        () => {
          // It lives on at first.
          if (beats.mock.calls.length < 5 && Atomics.load(pulse, BEAT) > 0) Atomics.add(pulse, BEAT, 1);
        },
      );
    expect(forever()).toThrow(
      expect.objectContaining({
        code: "ERR_MQTT_WORKER",
        message: expect.stringMatching(/has ended: no sign of life for 10 s\. Nothing more/),
      }),
    );
    expect(beats).toHaveBeenCalledTimes(10);
    Atomics.store(pulse, IS_DEAD, 0);
    Atomics.store(pulse, BEAT, 1);
    beats.mockClear();
    expect(forever()).toThrow(/no sign of life/);
    expect(beats).toHaveBeenCalledTimes(35);
  });
});
