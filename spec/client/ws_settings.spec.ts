import { describe, expect, it } from "@jest/globals";
import { ValueError } from "../../lib/client/index.ts";
import { WsSettings } from "../../lib/client/ws_settings.ts";
import { caught, type ErrorClass } from "../model/caught.ts";

const set = (...args: unknown[]) => {
  const settings = new WsSettings();
  settings.set(args);
  return settings;
};

describe("ws_set_options()", () => {
  it("has paho's defaults", () => {
    expect(new WsSettings()).toEqual({ path: "/mqtt", headers: null });
    expect(set()).toEqual({ path: "/mqtt", headers: null });
  });

  it("takes path and headers in their places, and by name", () => {
    const headers = { "X-A": "b" };
    const wanted = { path: "/ws?x=%20", headers };
    expect(set("/ws?x=%20", headers)).toEqual(wanted);
    expect(set("/ws?x=%20", { "X-A": "b" })).toEqual(wanted);
    expect(set({ path: "/ws?x=%20", headers })).toEqual(wanted);
  });

  it("takes a function for the headers", () => {
    const headers = (usual: Record<string, string>) => usual;
    expect(set("/mqtt", headers).headers).toBe(headers);
  });

  it("keeps a copy of the headers, and those of an earlier call when none are given", () => {
    const given = { "X-A": "b" };
    const settings = set("/mqtt", given);
    given["X-A"] = "changed";
    settings.set(["/other"]);
    expect(settings).toEqual({ path: "/other", headers: { "X-A": "b" } });
    settings.set([]);
    expect(settings.path).toBe("/mqtt");
  });

  it.each([["mqtt"], [""], ["/a b"], ["/a\r\nX: y"], ["/a#b"], ["/ü"]])(
    "refuses the path %p with ValueError",
    (path) => {
      expect(caught(() => set(path))).toBeInstanceOf(ValueError);
    },
  );

  it.each<[unknown[], ErrorClass, RegExp]>([
    [[5], TypeError, /path must be text, not a number/],
    [["/mqtt", "X: y"], ValueError, /headers must be an object .*not a string/],
    [["/mqtt", [["X", "y"]]], ValueError, /not an array/],
    [["/mqtt", { "X Y": "z" }], ValueError, /"X Y" is no name of a header/],
    [["/mqtt", { X: "a\r\nY: b" }], ValueError, /the header X has a character/],
    [["/mqtt", { X: 5 }], TypeError, /the header X must be text, not a number/],
    [[{ header: {} }], TypeError, /did you mean "headers"/],
  ])("refuses %j", (args, type, wanted) => {
    const error = caught(() => set(...args));
    expect(error).toBeInstanceOf(type);
    expect(error.message).toMatch(wanted);
  });
});
