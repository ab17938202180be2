import { describe, expect, it } from "@jest/globals";
import { EventEmitter, take_listeners } from "../../lib/client/emitter.ts";

describe("the listeners of an event", () => {
  it("come in their order, with their contexts", () => {
    const emitter = new EventEmitter();
    const context = { name: "context" };
    const seen: unknown[] = [];
    const note = function (this: unknown, ...args: unknown[]) {
      seen.push([this, ...args]);
    };
    emitter.on("event", note);
    emitter.on("event", note, context);
    for (const listener of take_listeners(emitter, "event")) listener(1);
    expect(seen).toEqual([
      [emitter, 1],
      [context, 1],
    ]);
  });

  it("are none for an event without any, whatever its name", () => {
    const emitter = new EventEmitter();
    for (const name of ["event", "constructor", "__proto__", "toString"]) {
      expect(take_listeners(emitter, name)).toEqual([]);
    }
  });

  it("are one where there is one", () => {
    const emitter = new EventEmitter();
    emitter.on("event", () => "result");
    expect(take_listeners(emitter, "event").map((listener) => listener())).toEqual(["result"]);
  });

  it("of once() are taken off, each of them, and those of on() stay", () => {
    const emitter = new EventEmitter();
    const both = () => {};
    emitter.on("event", both);
    emitter.once("event", both);
    emitter.once("event", () => {});
    expect(take_listeners(emitter, "event")).toHaveLength(3);
    expect(take_listeners(emitter, "event")).toHaveLength(1);
    emitter.off("event", both);
    expect(take_listeners(emitter, "event")).toEqual([]);
  });
});
