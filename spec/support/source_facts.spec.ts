import { describe, expect, it } from "@jest/globals";
import { source_facts } from "./source_facts.ts";

describe("the facts of a source", () => {
  it.each([
    ['import { a } from "./a.ts"', "./a.ts"],
    ['import type { a } from "./a.ts"', "./a.ts"],
    ['import "node:net"', "node:net"],
    ['export * from "./a.ts"', "./a.ts"],
    ['export { a } from "./a.ts"', "./a.ts"],
    ['let a: import("./a.ts").A', "./a.ts"],
    ['const a = await import("./a.ts")', "./a.ts"],
  ])("hold the import of %s", (source, wanted) => {
    expect(source_facts(source).imports).toEqual([wanted]);
  });

  it.each([
    ["const now = Date.now()", "Date"],
    ["let when: Date | null", "Date"],
    ["const { now } = Date", "Date"],
    ["f({ Date })", "Date"],
    ["Math.random()", "Math.random"],
    ["class A { async f() {} }", "async"],
    ["f(async () => {})", "async"],
  ])("hold the name in %s", (source, wanted) => {
    expect(source_facts(source).names).toContain(wanted);
  });

  it.each([
    ["// Date"],
    ['"Date"'],
    ["a.Date"],
    ["a = { Date: 1 }"],
    ["class A { Date() {} }"],
    ["interface A { Date: 1 }"],
    ["Math.floor(1)"],
  ])("do not hold what only looks like a name: %s", (source) => {
    const { names } = source_facts(source);
    expect(["Date", "Math.random"].filter((name) => names.has(name))).toEqual([]);
  });
});
