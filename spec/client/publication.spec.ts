import { describe, expect, it } from "@jest/globals";
import { publication_of } from "../../lib/client/publication.ts";
import { PacketTypes } from "../../lib/model/packettypes.ts";
import { Properties } from "../../lib/model/properties.ts";
import { caught } from "../model/caught.ts";

const bare = { topic: "t", payload: Buffer.from(""), qos: 0, retain: false, properties: null };

describe("the arguments of publish()", () => {
  it.each<[string, unknown[], object]>([
    ["a topic", ["t"], {}],
    ["all positions", ["t", "p", 1, true, null], { payload: Buffer.from("p"), qos: 1, retain: true }],
    ["names at the end", ["t", "p", { retain: true }], { payload: Buffer.from("p"), retain: true }],
    ["names in place of a payload", ["t", { payload: "p" }], { payload: Buffer.from("p") }],
    ["names alone", [{ topic: "t", qos: 2 }], { qos: 2 }],
    ["no names", ["t", {}], {}],
    ["an undefined qos", ["t", "p", undefined, 1], { payload: Buffer.from("p"), retain: true }],
    ["a retain of 0", ["t", "", 0, 0], { retain: false }],
  ])("may be %s", (_name, args, changed) => {
    expect(publication_of(args, 4)).toEqual({ ...bare, ...changed });
  });

  it.each<[string, unknown[], string, string]>([
    ["an object as payload", ["t", { temperature: 20 }], "TypeError", "JSON.stringify"],
    [
      "an object as payload, with more behind it",
      ["t", { temperature: 20 }, 1],
      "TypeError",
      "JSON.stringify",
    ],
    [
      "an object as payload, and names",
      ["t", { temperature: 20 }, { qos: 1 }],
      "TypeError",
      "JSON.stringify",
    ],
    ["an array as payload", ["t", [1, 2]], "TypeError", "JSON.stringify"],
    ["a flag as payload", ["t", true], "TypeError", "payload"],
    ["a function as payload", ["t", () => 1], "TypeError", "payload"],
    ["a date as payload", ["t", new Date(0)], "TypeError", "payload"],
    ["an unknown name", ["t", "p", { retian: true }], "TypeError", 'did you mean "retain"?'],
    ["an unknown name beside a known one", ["t", { qos: 1, payloud: "x" }], "TypeError", '"payload"'],
    ["a topic twice", ["t", { topic: "u" }], "TypeError", "twice"],
    ["no topic", [], "TypeError", "topic"],
    ["null for a topic", [null], "TypeError", "topic"],
    ["bytes for a topic", [Uint8Array.of(116)], "TypeError", "topic"],
    ["a wildcard", ["a/+"], "ValueError", "wildcard"],
    ["half a surrogate pair as payload", ["t", "\ud800"], "ValueError", "surrogate"],
  ])("must not be %s", (_name, args, name, text) => {
    const error = caught(() => publication_of(args, 4));
    expect(error.name).toBe(name);
    expect(error.message).toContain(text);
  });

  it("may have an empty topic with a topic alias, on MQTT 5 only", () => {
    const properties = new Properties(PacketTypes.PUBLISH, { TopicAlias: 1 });
    expect(publication_of(["", "p", { properties }], 5).topic).toBe("");
    expect(() => publication_of(["", "p", { properties }], 4)).toThrow("empty");
  });
});
