import { pathToFileURL } from "node:url";
import { describe, expect, it } from "@jest/globals";
import { worker_file } from "../../lib/blocking/start.ts";

describe("the file of the client's thread", () => {
  it("is beside ours", () => {
    const here = pathToFileURL("lib/blocking/start.ts").href;
    expect(worker_file(here).href).toBe(here.replace("start.ts", "worker.ts"));
  });

  it.each([
    ["a bundle elsewhere", pathToFileURL("/nowhere/bundle.mjs").href, "/nowhere/worker.js"],
    ["a bundle without a name", undefined, "worker.js"],
    ["no file", "data:text/javascript,", "worker.js"],
  ])("is missed in words: %s", (_name, beside, file) => {
    expect(() => worker_file(beside)).toThrow(
      expect.objectContaining({
        code: "ERR_MQTT_WORKER",
        message: expect.stringMatching(new RegExp(`^${file} is missing, .*--external karere`)),
      }),
    );
  });
});
