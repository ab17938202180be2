import { describe, expect, it } from "@jest/globals";
import * as testing from "../../lib/testing/index.ts";
import { exported_names } from "../parity/exported_names.ts";

describe("karere/testing in a browser", () => {
  it("says what to do instead", async () => {
    await expect(import("../../lib/testing/refusal.ts")).rejects.toMatchObject({
      code: "ERR_MQTT_UNSUPPORTED",
      message: expect.stringContaining("in Node"),
    });
  });

  it("has the names that are there in Node, so that no bundler misses one first", () => {
    expect(Object.keys(testing).sort()).toEqual([...exported_names("lib/testing/refusal.ts")].sort());
  });
});
