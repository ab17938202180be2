// What the documentation shows is compiled, and what it marks with "run" is run, and prints the text that follows it.

import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { afterAll, beforeAll, describe, expect, it, jest } from "@jest/globals";
import { transformSync } from "@swc/core";
import * as karere from "../../lib/index.ts";
import { run_source } from "../support/run_script.ts";
import { type Block, blocks_in_comments, blocks_of, pages } from "./pages.ts";
import { type Surroundings, surroundings } from "./surroundings.ts";

// Processes take their time on a busy machine.
jest.setTimeout(60_000);

const in_pages = pages.map(blocks_of);
const shown = [...in_pages.flat(), ...blocks_in_comments()].filter(({ language }) => language === "ts");

/** What a piece without imports may take for granted: all of karere, a client, and what a program has at hand. */
const names = Object.keys(karere).filter((name) => !["client", "properties", "matcher"].includes(name));
const granted = [
  'import * as mqtt from "karere";',
  `import { ${names.join(", ")} } from "karere";`,
  "declare const client: mqtt.Client<2>;",
  "declare const message: mqtt.MQTTMessage;",
  "declare const reason_code: mqtt.ReasonCode;",
  "declare const matcher: mqtt.MQTTMatcher<string>;",
  "declare function fresh_token(): Promise<string>;",
].join("\n");

function program({ code }: Block): string {
  if (/^import /m.test(code)) return code;
  return `${granted}\nexport async function piece() {\n${code}\n}\n`;
}

describe("the code in the documentation", () => {
  it("is found", () => {
    expect(shown.length).toBeGreaterThan(15);
    expect(shown.filter(({ place }) => place.startsWith("lib/")).length).toBeGreaterThan(5);
  });

  it("compiles", () => {
    const folder = mkdtempSync(join(tmpdir(), "karere-docs-"));
    try {
      for (const [index, block] of shown.entries()) {
        writeFileSync(join(folder, `block_${index}.ts`), program(block));
      }
      writeFileSync(join(folder, "package.json"), '{ "type": "module" }');
      const compilerOptions = { noEmit: true, typeRoots: [resolve("node_modules/@types")] };
      const config = { extends: resolve("tsconfig.json"), compilerOptions, include: ["*.ts"] };
      writeFileSync(join(folder, "tsconfig.json"), JSON.stringify(config));
      const tsc = resolve("node_modules/typescript/bin/tsc");
      const { stdout } = spawnSync(process.execPath, [tsc, "-p", folder, "--pretty", "false"], {
        encoding: "utf8",
      });
      // Errors in lib/ itself are for others to find.
      const errors = [...stdout.matchAll(/block_(\d+)\.ts\S* (.*)/g)].map(
        ([, index, error]) => `${shown[Number(index)]?.place}: ${error}`,
      );
      expect(errors).toEqual([]);
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
  });
});

describe("the programs in the documentation", () => {
  let around: Surroundings;
  beforeAll(async () => {
    around = await surroundings();
  });
  afterAll(async () => {
    await around[Symbol.asyncDispose]();
  });

  const programs = in_pages.flatMap((blocks) =>
    blocks.flatMap((block, index) => {
      const wanted = blocks.slice(index + 1).find(({ language }) => language === "text");
      return block.marks.includes("run") ? [[block.place, block.code, wanted?.code] as const] : [];
    }),
  );

  it.each(programs)("%s prints what it says", async (_place, code, wanted) => {
    const { code: source } = transformSync(code, {
      jsc: { target: "es2022", parser: { syntax: "typescript" } },
      module: { type: "es6" },
    });
    const { stdout, stderr, exit_code } = await run_source(source, around.options);
    expect({ stdout, stderr, exit_code }).toEqual({ stdout: wanted, stderr: "", exit_code: 0 });
  });
});
