import { describe, expect, it } from "@jest/globals";
import { is_plain_object, positional } from "../../lib/model/keywords.ts";

const names = ["a", "b", "c"];

describe("keyword arguments", () => {
  it.each([
    ["none", [], []],
    ["all by position", [1, 2, 3], [1, 2, 3]],
    ["all by name", [{ c: 3, a: 1 }], [1, undefined, 3]],
    ["both", [1, { b: 2 }], [1, 2]],
    ["an empty object", [1, {}], [1]],
    ["an instance of a class in the last place", [new Map()], [new Map()]],
  ])("go to their places: %s", (_name, args, result) => {
    expect(positional("f", names, args)).toEqual(result);
  });

  it("refuse a name that does not exist, with the nearest", () => {
    expect(() => positional("f", ["qos", "retain"], [{ retian: 1 }])).toThrow(
      new TypeError('f has no parameter "retian": did you mean "retain"?'),
    );
  });

  it("refuse an argument that is given twice", () => {
    expect(() => positional("f", names, [1, { a: 2 }])).toThrow(
      new TypeError("f was given a twice: by position and by name."),
    );
  });

  it("are left in a place where a plain object is the value itself", () => {
    const value = { b: 2 };
    expect(positional("f", names, [1, value], ["b"])).toEqual([1, value]);
    expect(positional("f", names, [1, { b: 2 }], ["c"])).toEqual([1, 2]);
  });

  it("may follow all positional ones", () => {
    expect(positional("f", ["a"], [1, {}])).toEqual([1]);
    expect(() => positional("f", ["a"], [1, { a: 2 }])).toThrow("twice");
  });

  it("leave the caller's object and array as they are", () => {
    const named = { b: 2 };
    const args = [1, named];
    positional("f", names, args);
    expect(args).toEqual([1, { b: 2 }]);
  });

  it("are a plain object only", () => {
    expect([{}, Object.create(null), [], null, new Date(0), "a"].map(is_plain_object)).toEqual([
      true,
      true,
      false,
      false,
      false,
      false,
    ]);
  });
});
