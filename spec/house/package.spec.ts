// Decides that the package offers what its exports map says, and nothing else.

import { existsSync, readFileSync } from "node:fs";
import { describe, expect, it } from "@jest/globals";
import { run_source } from "../support/run_script.ts";

interface Target {
  types: string;
  browser: string;
  default: string;
}

const { exports } = JSON.parse(readFileSync("package.json", "utf8"));
const { compilerOptions } = JSON.parse(readFileSync("tsconfig.json", "utf8"));
const targets = Object.entries<Target>(exports).filter(([name]) => name !== "./package.json");
const name_of = (subpath: string) => subpath.replace(/^\./, "karere");

describe("the package", () => {
  it("has paho's modules as subpaths, the stores, a broker, and what helps tests", () => {
    expect(Object.keys(exports)).toEqual([
      ...[".", "./client", "./publish", "./subscribe", "./properties", "./reasoncodes", "./subscribeoptions"],
      ...["./packettypes", "./matcher", "./enums"],
      ...["./store/file", "./store/level", "./store/memory"],
      ...["./broker", "./testing"],
      ...["", "/client", "/publish", "/subscribe", "/time"].map((name) => `./blocking${name}`),
      "./package.json",
    ]);
  });

  it.each(targets)("builds %s with its types, which come first", (_subpath, target) => {
    expect(Object.keys(target)).toEqual(["types", "browser", "default"]);
    expect(Object.values(target).filter((file) => !existsSync(file))).toEqual([]);
    expect(target.types).toBe(target.default.replace(/\.js$/, ".d.ts"));
  });

  it("shows the examples the sources of what users get", () => {
    const sources = targets.map(([subpath, target]) => [
      name_of(subpath),
      [target.default.replace("/dist/", "/lib/").replace(/\.js$/, ".ts")],
    ]);
    expect(compilerOptions.paths).toEqual(Object.fromEntries(sources));
  });

  it("gives every subpath to import and to require, as one and the same module", async () => {
    const source = `
      import { createRequire } from "node:module";
      const require = createRequire(process.cwd() + "/");
      for (const name of ${JSON.stringify(targets.map(([subpath]) => name_of(subpath)))}) {
        const module = await import(name);
        console.log(name, Object.keys(module).length > 0 && require(name) === module);
      }`;
    const { stdout, stderr, exit_code } = await run_source(source);
    expect({ stderr: exit_code === 0 ? "" : stderr, lines: stdout.trim().split("\n") }).toEqual({
      stderr: "",
      lines: targets.map(([subpath]) => `${name_of(subpath)} true`),
    });
  });

  it("loads neither TLS nor HTTP nor DNS before a connection needs them", async () => {
    const source = `
      await import("node:net");
      const before = process.moduleLoadList.length;
      const loaded = () => process.moduleLoadList.slice(before).map((name) => name.replace("NativeModule ", ""))
        .filter((name) => ["tls", "http", "dns", "crypto"].includes(name)).join();
      const { Client } = await import("karere");
      console.log(loaded() === "");
      new Client(2).tls_set();
      console.log(loaded().includes("tls"));`;
    expect((await run_source(source)).stdout).toBe("true\ntrue\n");
  });

  it.each(["karere/dist/index.js", "karere/lib/index.ts", "karere/model/enums", "karere/network/pump.js"])(
    "keeps %s to itself",
    async (name) => {
      const { stderr } = await run_source(`await import(${JSON.stringify(name)})`);
      expect(stderr).toContain("ERR_PACKAGE_PATH_NOT_EXPORTED");
    },
  );
});
