import { afterEach, describe, expect, it } from "@jest/globals";
import { end_look, keep_memory, lend } from "../../lib/model/lent_memory.ts";

describe("memory that is lent for a look", () => {
  const memory = Buffer.allocUnsafeSlow(10);

  afterEach(() => {
    end_look();
  });

  it("may be kept by who looks at it, and the reader hears of it", () => {
    lend(memory.buffer);
    expect(keep_memory(memory.subarray(2, 5))).toBe(true);
    expect(end_look()).toBe(true);
  });

  it("is the reader's again when nobody has asked for it", () => {
    lend(memory.buffer);
    expect(end_look()).toBe(false);
    expect(keep_memory(memory)).toBe(false);
  });

  it("is no other memory", () => {
    lend(memory.buffer);
    expect(keep_memory(Buffer.allocUnsafeSlow(10))).toBe(false);
  });

  it("can be wished for where none is lent", () => {
    lend(null);
    expect(keep_memory(memory)).toBe(false);
    expect(end_look()).toBe(true);
  });

  it("is forgotten as a wish when the next look begins", () => {
    lend(null);
    keep_memory(memory);
    lend(memory.buffer);
    expect(end_look()).toBe(false);
  });
});
