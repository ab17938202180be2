import { describe, expect, it } from "@jest/globals";
import { all_of, call_all, call_one, EventEmitter, has_callback } from "../../lib/client/callbacks.ts";

class Target extends EventEmitter {
  on_thing?(...args: unknown[]): unknown;
}

const failing = (error: unknown): never => {
  throw error;
};

describe("call_all()", () => {
  it("calls the property, then the listeners, with the same arguments", () => {
    const target = new Target();
    const called: unknown[] = [];
    target.on("thing", (...args: unknown[]) => void called.push(["first", ...args]));
    target.on("thing", (...args: unknown[]) => void called.push(["second", ...args]));
    target.on_thing = (...args) => void called.push(["property", ...args]);
    expect(call_all(target, "thing", [1, 2], failing)).toBe(undefined);
    expect(called).toEqual([
      ["property", 1, 2],
      ["first", 1, 2],
      ["second", 1, 2],
    ]);
  });

  it("finds a method of a subclass, and prefers what was assigned", () => {
    class Own extends Target {
      override on_thing(): unknown {
        return called.push("method");
      }
    }
    const called: unknown[] = [];
    const own = new Own();
    call_all(own, "thing", [], failing);
    own.on_thing = () => called.push("assigned");
    call_all(own, "thing", [], failing);
    expect(called).toEqual(["method", "assigned"]);
  });

  it("tells of each failure with its name, and goes on", () => {
    const target = new Target();
    const failures: unknown[] = [];
    target.on_thing = () => failing("a");
    target.on("thing", () => failing("b"));
    target.on("thing", () => "fine");
    call_all(target, "thing", [], (error, name) => failures.push([error, name]));
    expect(failures).toEqual([
      ["a", "on_thing"],
      ["b", "thing"],
    ]);
  });

  it("gives a promise when any takes its time, which resolves when all have ended, also badly", async () => {
    const target = new Target();
    const order: unknown[] = [];
    target.on_thing = async () => {
      await null;
      order.push("property");
    };
    target.on("thing", async () => {
      await new Promise(setImmediate);
      order.push("listener");
      throw "late";
    });
    const all = call_all(target, "thing", [], (error, name) => order.push([error, name]));
    expect(order).toEqual([]);
    await all;
    expect(order).toEqual(["property", "listener", ["late", "thing"]]);
  });

  it("calls a listener of once() one time, and calls those that are there at the beginning", () => {
    const target = new Target();
    const called: string[] = [];
    target.once("thing", () => {
      called.push("once");
      target.on("thing", () => void called.push("new"));
    });
    call_all(target, "thing", [], failing);
    call_all(target, "thing", [], failing);
    expect(called).toEqual(["once", "new"]);
  });

  it("does nothing where nobody listens", () => {
    const target = new Target();
    expect(call_all(target, "thing", [], failing)).toBe(undefined);
    expect(has_callback(target, "thing")).toBe(false);
    target.once("thing", () => {});
    expect(has_callback(target, "thing")).toBe(true);
    target.removeAllListeners();
    target.on_thing = () => {};
    expect(has_callback(target, "thing")).toBe(true);
  });
});

describe("call_one()", () => {
  it("waits for whatever has a then(), and for nothing else", async () => {
    const outcome = (value: unknown) => call_one(() => value, null, [], "f", failing);
    // biome-ignore lint/suspicious/noThenProperty: what looks like a promise and is none.
    for (const value of [undefined, null, 5, "text", {}, { then: 5 }, () => {}]) {
      expect(outcome(value)).toBe(undefined);
    }
    // biome-ignore lint/suspicious/noThenProperty: what a promise of another library looks like.
    await outcome({ then: (resolve: () => void) => resolve() });
    await outcome(Promise.resolve(1));
  });

  it("passes on this", () => {
    const self = {};
    let seen: unknown;
    call_one(
      function (this: unknown) {
        seen = this;
      },
      self,
      [],
      "f",
      failing,
    );
    expect(seen).toBe(self);
  });

  it("takes a then() that throws for a rejection", async () => {
    const failures: unknown[] = [];
    // biome-ignore lint/suspicious/noThenProperty: a promise that is broken.
    const broken = { then: () => failing("broken") };
    await call_one(
      () => broken,
      null,
      [],
      "f",
      (error) => failures.push(error),
    );
    expect(failures).toEqual(["broken"]);
  });

  it("takes a then that cannot be read for a failure", () => {
    const failures: unknown[] = [];
    // biome-ignore lint/suspicious/noThenProperty: what looks like a promise and is none.
    const hostile = Object.defineProperty({}, "then", { get: () => failing("hostile") });
    call_one(
      () => hostile,
      null,
      [],
      "f",
      (error) => failures.push(error),
    );
    expect(failures).toEqual(["hostile"]);
  });
});

describe("all_of()", () => {
  it("is nothing for none, the promise itself for one, and one promise for several", async () => {
    const one = Promise.resolve();
    expect([all_of(null), all_of([]), all_of([one])]).toEqual([undefined, undefined, one]);
    expect(await all_of([one, Promise.resolve()])).toBe(undefined);
  });
});
