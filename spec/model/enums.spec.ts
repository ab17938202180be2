import { describe, expect, it } from "@jest/globals";
import * as enums from "../../lib/model/enums.ts";
import { constant_facts, enum_facts } from "./facts/enum_facts.ts";

const exported: Record<string, unknown> = { ...enums };

describe("paho's enums", () => {
  it.each(Object.keys(enum_facts))("%s has paho's members", (name) => {
    expect(exported[name]).toEqual(enum_facts[name]);
  });

  it.each(Object.keys(constant_facts))("the constant %s has paho's value", (name) => {
    expect(exported[name]).toEqual(constant_facts[name]);
  });

  it("has nothing else", () => {
    expect(new Set(Object.keys(exported))).toEqual(
      new Set([...Object.keys(enum_facts), ...Object.keys(constant_facts)]),
    );
  });
});
