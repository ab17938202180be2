import { describe, expect, it } from "@jest/globals";
import * as broker from "../../lib/broker/index.ts";
import { exported_names } from "../parity/exported_names.ts";

describe("karere/broker in a browser", () => {
  it("says what to do instead", async () => {
    await expect(import("../../lib/broker/refusal.ts")).rejects.toMatchObject({
      code: "ERR_MQTT_UNSUPPORTED",
      message: expect.stringContaining("in Node"),
    });
  });

  it("has the name that is there in Node, so that no bundler misses it first", () => {
    expect(Object.keys(broker)).toEqual([...exported_names("lib/broker/refusal.ts")]);
  });
});
