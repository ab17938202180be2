// TypeScript where Node does not run it by itself: compiled module by module, with Node's rules.

import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "@jest/globals";
import { load_compiler } from "../../lib/cli/compiling.ts";
import { run_script } from "../support/run_script.ts";

const esbuild = { name: "esbuild", file: createRequire(__filename).resolve("esbuild") };
let folder: string;

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "karere-cli-"));
});
afterAll(() => rmSync(folder, { recursive: true }));

function file(name: string, text: string): string {
  const path = join(folder, name);
  mkdirSync(join(path, ".."), { recursive: true });
  writeFileSync(path, text);
  return path;
}

describe("a compiled module", () => {
  const compile = load_compiler(esbuild);

  it.each([
    ["a.mts", "const n: number = 1;", "module"],
    ["a.cts", "const n: number = 1;", "commonjs"],
    ["a.ts", "const n: number = 1; require('node:os');", "commonjs"],
    ["b.ts", "import os from 'node:os'; const n: number = 1;", "module"],
    ["c.ts", "const n: number = await 1;", "module"],
  ])("is of the kind that its ending or its text says: %s, %s", (name, text, format) => {
    const compiled = compile(file(name, text));
    expect([compiled.format, compiled.source.includes(": number")]).toEqual([format, false]);
  });

  it.each(["module", "commonjs"])("is of the kind that its package says: %s", (type) => {
    file(`${type}/package.json`, JSON.stringify({ type }));
    expect(compile(file(`${type}/inner/a.ts`, "const n: number = 1;")).format).toBe(type);
  });

  it("imports what it imports, used or not", () => {
    const text = 'import { a } from "./a.mjs"; import type { B } from "./b.mjs"; const b: B | null = null;';
    const { source } = compile(file("imports.ts", text));
    expect([source.includes("a.mjs"), source.includes("b.mjs")]).toEqual([true, false]);
  });

  it("shows where it cannot be understood", () => {
    const path = file("broken.ts", "const a: number = = 1;");
    let error: unknown;
    try {
      compile(path);
    } catch (thrown) {
      error = thrown;
    }
    expect((error as Error).stack).toContain(`${path}:1\nconst a: number = = 1;\n${" ".repeat(18)}^\n`);
    expect(error).toBeInstanceOf(SyntaxError);
  });
});

describe("karere run", () => {
  it.each([
    ["wrong.js", "const a = = 1;", "SyntaxError: Unexpected token '='"],
    ["wrong.ts", "const a: number = = 1;", "SyntaxError"],
    ["fails.ts", 'const a: null = null;\n\nthrow new TypeError("no " + a);', "TypeError: no null"],
  ])("shows what is wrong with %s, and where", async (name, text, error) => {
    const path = file(name, text);
    const { exit_code, stderr } = await run_script("dist/cli/karere.js", { args: ["run", path] });
    expect(exit_code).toBe(1);
    expect(stderr).toContain(error);
    expect(stderr).toMatch(new RegExp(`${name}:${name === "fails.ts" ? 3 : 1}`));
  });

  it("knows modules of both kinds that require one another", async () => {
    file("inner.cts", "const inner: string = 'inner'; module.exports = inner;");
    const main =
      "const is_main: boolean = require.main === module; console.log(require('./inner.cts'), is_main);";
    const path = file("outer.cts", main);
    const { exit_code, stdout, stderr } = await run_script("dist/cli/karere.js", { args: ["run", path] });
    expect([exit_code, stdout, exit_code === 0 ? "" : stderr]).toEqual([0, "inner true\n", ""]);
  });
});
