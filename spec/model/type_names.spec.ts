import { describe, expect, it } from "@jest/globals";
import { name_type } from "../../lib/model/type_names.ts";

describe("the name of a wrong value's type", () => {
  it.each([
    [null, "null"],
    [undefined, "undefined"],
    [1, "a number"],
    ["a", "a string"],
    [true, "a boolean"],
    [1n, "a bigint"],
    [Symbol("a"), "a symbol"],
    [() => 1, "a function"],
    [[], "an array"],
    [{}, "a plain object"],
    [Object.create(null), "a plain object"],
    [new Date(0), "a Date"],
    [new Error("a"), "an Error"],
  ])("of %p is %p", (value, name) => {
    expect(name_type(value)).toBe(name);
  });
});
