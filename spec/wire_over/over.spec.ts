import { readdirSync, readFileSync } from "node:fs";
import { describe, expect, it } from "@jest/globals";
import { rounds, wire_specs } from "./over.ts";

describe("the wire specs over other doors", () => {
  it("run in one spec file for each door", () => {
    const files = readdirSync("spec/wire_over").filter((name) => /^(?!over\.).*\.spec\.ts$/.test(name));
    expect(files.sort()).toEqual(
      Object.keys(rounds)
        .map((name) => `${name}.spec.ts`)
        .sort(),
    );
    for (const file of files) {
      const source = readFileSync(`spec/wire_over/${file}`, "utf8");
      expect(source).toContain(`run_over("${file.replace(".spec.ts", "")}");`);
    }
  });

  it.each(Object.entries(rounds))(
    "leave nothing out over %s but what there is, with a reason",
    (_name, round) => {
      const files = wire_specs();
      for (const [file, reason] of Object.entries(round.left_out)) {
        expect(files).toContain(file);
        expect(reason).not.toBe("");
      }
    },
  );

  it("each run over one door at least, unless they are about TCP itself", () => {
    const never = wire_specs().filter((file) =>
      Object.values(rounds).every(({ left_out }) => file in left_out),
    );
    expect(never.sort()).toEqual([
      "connect_errors.spec.ts",
      "half_open_broker.spec.ts",
      "process_end.spec.ts",
      "servers.spec.ts",
    ]);
  });
});
