import { describe, expect, it } from "@jest/globals";
import { at_process_end } from "../../lib/network/process_end.ts";

const listeners = () => process.listenerCount("beforeExit");

describe("the end of the process", () => {
  it("has one listener for all who want to be asked, and none afterwards", () => {
    const before = listeners();
    const leave = Array.from({ length: 20 }, () => at_process_end(() => false));
    expect(listeners()).toBe(before + 1);
    for (const go of leave) {
      expect(listeners()).toBe(before + 1);
      go();
    }
    expect(listeners()).toBe(before);
  });

  it("may be left twice", () => {
    const before = listeners();
    const leave = at_process_end(() => false);
    const stay = at_process_end(() => false);
    leave();
    leave();
    expect(listeners()).toBe(before + 1);
    stay();
    expect(listeners()).toBe(before);
  });

  it("asks one after the other, until one has spoken", () => {
    const asked: string[] = [];
    const leave = [
      at_process_end(() => asked.push("silent") < 0),
      at_process_end(() => asked.push("speaks") > 0),
      at_process_end(() => asked.push("not asked") > 0),
    ];
    const [ask] = process.listeners("beforeExit").slice(-1);
    ask?.(0);
    for (const go of leave) go();
    expect(asked).toEqual(["silent", "speaks"]);
  });
});
