import { readFileSync } from "node:fs";
import { describe, expect, it } from "@jest/globals";
import { table_below, ticked } from "../docs/pages.ts";
import { all_checks } from "./checks.ts";
import { exceptions } from "./exceptions.ts";

const checks = all_checks();
const excepted = exceptions.flatMap(({ names }) => names);
/** An exception for a function stands for its parameters, too. */
const is_excepted = (name: string) =>
  excepted.includes(name) || excepted.some((other) => !other.includes("(") && name.startsWith(`${other}(`));
const problems = checks.flatMap(({ name, problem }) => {
  const said = problem();
  return said === null ? [] : [{ name, said }];
});

describe("parity with paho-mqtt", () => {
  it("has every public name, with the same values and the same parameters in the same order", () => {
    const open = problems.filter(({ name }) => !is_excepted(name));
    expect(open.map(({ name, said }) => `${name}: ${said}`)).toEqual([]);
    process.stdout.write(`parity: ${checks.length - problems.length} of ${checks.length} names\n`);
  });

  it("excepts only what exists in paho, once, with a reason", () => {
    const known = new Set(checks.map(({ name }) => name));
    expect(excepted.filter((name) => !known.has(name))).toEqual([]);
    expect(new Set(excepted).size).toBe(excepted.length);
    expect(exceptions.filter(({ reason }) => reason.length < 20)).toEqual([]);
  });

  it("excepts nothing that is there by now", () => {
    const still_open = new Set(problems.map(({ name }) => name));
    expect(excepted.filter((name) => !still_open.has(name))).toEqual([]);
  });

  it("is told to users with the same exceptions", () => {
    const page = readFileSync("docs/porting/from-paho.md", "utf8");
    const rows = table_below(page, "## Names that are not there").map(([names = "", reason]) => ({
      names: names.split(", ").map(ticked),
      reason,
    }));
    expect(rows).toEqual(exceptions);
  });

  it("carries the version of the package", () => {
    const { version } = JSON.parse(readFileSync("package.json", "utf8"));
    expect(readFileSync("lib/model/version.ts", "utf8")).toContain(`__version__ = "${version}"`);
  });
});
