// What the two flavours of the client have in common: the same scripts give the same results, in the same order.

import { readFileSync } from "node:fs";
import { afterAll, beforeAll, describe, expect, it } from "@jest/globals";
import { describe_mosquitto, type Mosquitto, mosquitto } from "../../support/mosquitto.ts";
import { run_script } from "../../support/run_script.ts";

interface Played {
  readonly name: string;
  readonly notes: string[];
  /** What it must have noted. */
  readonly wanted: string[];
}

const count = [...readFileSync("spec/contract/client/scenarios.mjs", "utf8").matchAll(/ play\(/g)].length;

describe_mosquitto("the contract of the client", () => {
  const brokers: Mosquitto[] = [];
  beforeAll(async () => {
    brokers.push(await mosquitto(), await mosquitto({ users: { kitchen: "secret" } }));
  });
  afterAll(async () => {
    for (const broker of brokers) await broker[Symbol.asyncDispose]();
  });

  describe.each(["event loop", "blocking"])("in the %s flavour", (flavour) => {
    it("gives the same results in the same order", async () => {
      const ports = brokers.map(({ port }) => String(port));
      const { stdout, stderr } = await run_script("spec/contract/client/play.mjs", {
        args: [flavour, ...ports],
        timeout_ms: 60_000,
      });
      const played: Played[] = stdout
        .trim()
        .split("\n")
        .map((line) => JSON.parse(line));
      expect({ stderr, count: played.length >= count }).toEqual({ stderr: "", count: true });
      expect(played.map(({ name, notes }) => ({ name, notes }))).toEqual(
        played.map(({ name, wanted }) => ({ name, notes: wanted })),
      );
    }, 90_000);
  });
});
