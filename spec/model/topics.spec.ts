import { describe, expect, it } from "@jest/globals";
import fc from "fast-check";
import { ValueError } from "../../lib/model/errors.ts";
import {
  check_topic_filter,
  check_topic_name,
  topic_matches_sub,
  unshared_filter,
} from "../../lib/model/topics.ts";
import { caught } from "./caught.ts";

describe("a topic name", () => {
  it.each([
    "a",
    "/",
    " ",
    "a/b",
    "/a",
    "a/",
    "a//b",
    "$SYS/x",
    "Ā/😀",
    "\ufeff",
    "$share/g/x",
    "x".repeat(65535),
  ])("may be %j", (topic) => {
    expect(() => check_topic_name(topic)).not.toThrow();
  });

  it.each([
    ["", "empty [MQTT-4.7.3-1]", "is empty"],
    ["a/+", "with + [MQTT-3.3.2-2]", "wildcard"],
    ["a#", "with # [MQTT-3.3.2-2]", "wildcard"],
    ["a\0", "with U+0000 [MQTT-4.7.3-2]", "U+0000"],
    ["\ud800", "with half a surrogate pair [MQTT-1.5.4-1]", "surrogate"],
    ["x".repeat(65536), "too long [MQTT-4.7.3-3]", "65536 bytes"],
  ])("%j is refused: %s", (topic, _reason, words) => {
    const error = caught(() => check_topic_name(topic));
    expect(error).toBeInstanceOf(ValueError);
    expect(error).toMatchObject({ code: "ERR_MQTT_TOPIC" });
    expect(error.message).toMatch(/^The topic /);
    expect(error.message).toContain(words);
  });

  it.each([null, undefined, 5, Buffer.from("a")])("%p is a TypeError", (topic) => {
    expect(() => check_topic_name(topic)).toThrow(TypeError);
  });
});

describe("a topic filter", () => {
  it.each([
    "#",
    "+",
    "/",
    "a/#",
    "a/+/b",
    "+/+",
    "/+",
    "+/#",
    "/#",
    "$SYS/#",
    "$share/g/a/#",
    "$share/g/#",
    "$share/g//",
    "$share/$g/+",
    "$shared/+",
    "$queue/a/#",
  ])("may be %j", (filter) => {
    expect(() => check_topic_filter(filter)).not.toThrow();
  });

  it.each([
    ["", "empty [MQTT-4.7.3-1]", "is empty"],
    ["a+", "+ in a level [MQTT-4.7.1-2]", 'inside the level "a+"'],
    ["+a/b", "+ in a level [MQTT-4.7.1-2]", 'inside the level "+a"'],
    ["a/++", "two + in a level [MQTT-4.7.1-2]", 'inside the level "++"'],
    ["a/b#", "# in a level [MQTT-4.7.1-1]", 'inside the level "b#"'],
    ["a/#/b", "# not last [MQTT-4.7.1-1]", "goes on after #"],
    ["#/", "# not last [MQTT-4.7.1-1]", "goes on after #"],
    ["$share", "no group [MQTT-4.8.2-1]", "needs a group name"],
    ["$share/", "empty group [MQTT-4.8.2-1]", "needs a group name"],
    ["$share//a", "empty group [MQTT-4.8.2-1]", "needs a group name"],
    ["$share/+/a", "wildcard in the group [MQTT-4.8.2-2]", "needs a group name"],
    ["$share/g#/a", "wildcard in the group [MQTT-4.8.2-2]", "needs a group name"],
    ["$share/g", "no filter [MQTT-4.8.2-2]", "no filter after its group"],
    ["$share/g/", "empty filter [MQTT-4.8.2-2]", "no filter after its group"],
    ["$share/g/a/#/b", "bad filter in a group", "goes on after #"],
    ["a\0", "U+0000 [MQTT-4.7.3-2]", "U+0000"],
    ["\udc00", "half a surrogate pair [MQTT-1.5.4-1]", "surrogate"],
    ["x".repeat(65536), "too long [MQTT-4.7.3-3]", "65536 bytes"],
  ])("%j is refused: %s", (filter, _reason, words) => {
    const error = caught(() => check_topic_filter(filter));
    expect(error).toBeInstanceOf(ValueError);
    expect(error).toMatchObject({ code: "ERR_MQTT_TOPIC" });
    expect(error.message).toMatch(/^The topic filter /);
    expect(error.message).toContain(words);
  });

  it("is a string", () => {
    expect(() => check_topic_filter(["a"])).toThrow(
      new TypeError("The topic filter must be a string, not an array."),
    );
  });
});

describe("topic_matches_sub()", () => {
  it.each([
    ["foo/bar", "foo/bar"],
    ["foo/+", "foo/bar"],
    ["foo/+/baz", "foo/bar/baz"],
    ["foo/+/#", "foo/bar/baz"],
    ["A/B/+/#", "A/B/B/C"],
    ["#", "foo/bar/baz"],
    ["#", "/foo/bar"],
    ["/#", "/foo/bar"],
    ["$SYS/bar", "$SYS/bar"],
    ["foo/#", "foo"],
    ["foo/+/#", "foo/bar"],
    ["+/+", "/a"],
    ["/+", "/a"],
    ["foo/+", "foo/"],
    ["+", "a"],
    ["$SYS/#", "$SYS/a/b"],
    ["$SYS/+", "$SYS/a"],
    ["a/+", "a/$b"],
    ["a/#", "a/$b"],
    ["", ""],
    ["+", ""],
    ["#", ""],
    ["/#", ""],
    ["$share/g/foo/+", "foo/bar"],
    ["$share/g/#", "a/b"],
    ["$share/g//a", "/a"],
    ["$share/g/$SYS/#", "$SYS/a"],
    ["$queue/a/#", "a/b"],
    ["a+/b", "a+/b"],
  ])("%j matches %j", (sub, topic) => {
    expect(topic_matches_sub(sub, topic)).toBe(true);
  });

  it.each([
    ["test/6/#", "test/3"],
    ["foo/bar", "foo"],
    ["foo/+", "foo/bar/baz"],
    ["foo/+/baz", "foo/bar/bar"],
    ["foo/+/#", "fo2/bar/baz"],
    ["/#", "foo/bar"],
    ["#", "$SYS/bar"],
    ["+/bar", "$SYS/bar"],
    ["+", "$SYS"],
    ["$BOB/bar", "$SYS/bar"],
    ["+", "/a"],
    ["foo/+", "foo"],
    ["Foo", "foo"],
    ["foo", "foo/"],
    ["a+", "ab"],
    ["#/b", "a/b"],
    ["$share/g/#", "$SYS/a"],
    ["$share/g/a", "$share/g/a"],
    ["$share/g", "g"],
    ["", "a"],
  ])("%j does not match %j", (sub, topic) => {
    expect(topic_matches_sub(sub, topic)).toBe(false);
  });

  it("matches every topic name with itself and, outside $, with # ", () => {
    const level = fc.stringMatching(/^[a-c $]{0,2}$/);
    fc.assert(
      fc.property(fc.array(level, { minLength: 1, maxLength: 4 }), (levels) => {
        const topic = levels.join("/");
        fc.pre(!topic.startsWith("$"));
        expect(topic_matches_sub(topic, topic)).toBe(true);
        expect(topic_matches_sub("#", topic)).toBe(true);
      }),
    );
  });
});

describe("unshared_filter()", () => {
  it.each([
    ["a/b", "a/b"],
    ["$share/g/a/b", "a/b"],
    ["$share/g//", "/"],
    ["$share/g/a\nb", "a\nb"],
    ["$queue/#", "#"],
    ["$share/g", "$share/g"],
    ["$share/g/", "$share/g/"],
    ["$share//a", "$share//a"],
    ["$queue/", "$queue/"],
    ["$SYS/a", "$SYS/a"],
    ["a/$share/g/b", "a/$share/g/b"],
  ])("of %j is %j", (filter, plain) => {
    expect(unshared_filter(filter)).toBe(plain);
  });
});
