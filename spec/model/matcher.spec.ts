import { describe, expect, it } from "@jest/globals";
import fc from "fast-check";
import { KeyError } from "../../lib/model/errors.ts";
import { MQTTMatcher } from "../../lib/model/matcher.ts";
import { topic_matches_sub } from "../../lib/model/topics.ts";
import { caught } from "./caught.ts";

function matcher_of(...filters: string[]): MQTTMatcher<string> {
  const matcher = new MQTTMatcher<string>();
  for (const filter of filters) matcher.set(filter, filter);
  return matcher;
}

describe("MQTTMatcher", () => {
  it("gives back what was set under exactly this filter", () => {
    const matcher = matcher_of("a/+", "a/b/c");
    expect(matcher.get("a/+")).toBe("a/+");
    expect(matcher.has("a/+")).toBe(true);
    for (const filter of ["a/b", "a", "#", "a/b/c/d"]) {
      expect(matcher.has(filter)).toBe(false);
      const error = caught(() => matcher.get(filter));
      expect(error).toBeInstanceOf(KeyError);
      expect(error.message).toContain(JSON.stringify(filter));
    }
  });

  it("replaces a value", () => {
    const matcher = matcher_of("a");
    matcher.set("a", "new");
    expect(matcher.match("a")).toEqual(["new"]);
  });

  it("removes a value, and only that", () => {
    const matcher = matcher_of("a/b", "a/b/c", "a");
    matcher.delete("a/b");
    expect(matcher.has("a/b")).toBe(false);
    expect(matcher.get("a/b/c")).toBe("a/b/c");
    matcher.delete("a/b/c");
    expect(matcher.get("a")).toBe("a");
    matcher.delete("a");
    expect(matcher.match("a")).toEqual([]);
  });

  it.each(["x", "a", "a/b/c", "$share/g/a/b"])("refuses to remove %j, which was not set", (filter) => {
    const matcher = matcher_of("a/b");
    expect(() => matcher.delete(filter)).toThrow(KeyError);
    expect(matcher.has("a/b")).toBe(true);
  });

  it.each([null, undefined])("counts %p as absent", (nothing) => {
    const matcher = new MQTTMatcher<string | null | undefined>();
    matcher.set("a", nothing);
    expect(matcher.has("a")).toBe(false);
    matcher.set("a", "value");
    matcher.set("a", nothing);
    expect(matcher.has("a")).toBe(false);
    expect(matcher.match("a")).toEqual([]);
  });

  it("keeps values that are false in a condition", () => {
    const matcher = new MQTTMatcher<number | boolean | string>();
    matcher.set("a", 0);
    matcher.set("+", false);
    matcher.set("#", "");
    expect(matcher.match("a")).toEqual([0, false, ""]);
    expect(matcher.get("+")).toBe(false);
  });

  it("yields the exact level before +, and + before #", () => {
    const order = ["a/b", "a/b/#", "a/+", "a/+/#", "a/#", "+/b", "+/+", "+/#", "#"];
    expect(matcher_of(...[...order].reverse()).match("a/b")).toEqual(order);
    expect([...matcher_of(...order).iter_match("a/b")]).toEqual(order);
  });

  it("matches the parent level of # too", () => {
    expect(matcher_of("foo/#").match("foo")).toEqual(["foo/#"]);
  });

  it("matches the empty topic by the empty filter, /#, + and #", () => {
    expect(matcher_of("#", "+", "", "/#", "a", "/").match("")).toEqual(["", "/#", "+", "#"]);
  });

  it("shows topics that begin with $ to no wildcard of the first level [MQTT-4.7.2-1]", () => {
    const matcher = matcher_of("#", "+/a", "+/#", "$SYS/#", "$SYS/+", "$SYS/a");
    expect(matcher.match("$SYS/a")).toEqual(["$SYS/a", "$SYS/+", "$SYS/#"]);
  });

  it("takes wildcards in wrong places as letters", () => {
    const matcher = matcher_of("a+/b", "#/b");
    expect(matcher.match("a+/b")).toEqual(["a+/b"]);
    expect(matcher.match("ab/b")).toEqual([]);
    expect(matcher.match("x/b")).toEqual([]);
  });

  it("yields nothing twice for a topic with wildcards in it", () => {
    const matcher = matcher_of("a/+", "a/#");
    expect(matcher.match("a/+")).toEqual(["a/+", "a/#"]);
    expect(matcher.match("a/#")).toEqual(["a/+", "a/#"]);
  });

  it("matches a shared filter as the filter in it, beside the plain one", () => {
    const matcher = matcher_of("$share/g/a/+", "a/+", "$share/h/a/+", "$queue/a/+");
    expect(new Set(matcher.match("a/b"))).toEqual(
      new Set(["a/+", "$share/g/a/+", "$share/h/a/+", "$queue/a/+"]),
    );
    expect(matcher.match("$share/g/a/b")).toEqual([]);
    matcher.delete("$share/g/a/+");
    expect(matcher.get("a/+")).toBe("a/+");
    expect(matcher.has("$share/g/a/+")).toBe(false);
  });

  it("may be changed while a match is being walked through", () => {
    const matcher = matcher_of("a", "+", "#");
    const seen: string[] = [];
    for (const value of matcher.iter_match("a")) {
      seen.push(value);
      matcher.delete(value);
    }
    expect(seen).toEqual(["a", "+", "#"]);
    expect(matcher.match("a")).toEqual([]);
  });

  it("has no trouble with very many levels", () => {
    const levels = 32_000;
    const filter = Array(levels).fill("+").join("/");
    const matcher = matcher_of(filter);
    expect(matcher.match("/".repeat(levels - 1))).toEqual([filter]);
    matcher.delete(filter);
    expect(matcher.has(filter)).toBe(false);
  });

  it("finds what topic_matches_sub() finds", () => {
    const level = fc.constantFrom("a", "b", "", "$c");
    const topic = fc.array(level, { minLength: 1, maxLength: 4 }).map((levels) => levels.join("/"));
    const filter = fc
      .tuple(
        fc.constantFrom("", "$share/g/", "$queue/"),
        fc.array(fc.oneof(level, fc.constant("+")), { minLength: 1, maxLength: 4 }),
        fc.boolean(),
      )
      .map(([prefix, levels, is_open]) => prefix + [...levels, ...(is_open ? ["#"] : [])].join("/"));
    fc.assert(
      fc.property(fc.uniqueArray(filter, { maxLength: 20 }), topic, (filters, name) => {
        const matcher = matcher_of(...filters);
        expect(matcher.match(name).sort()).toEqual(
          filters.filter((candidate) => topic_matches_sub(candidate, name)).sort(),
        );
        for (const candidate of filters) matcher.delete(candidate);
        expect(matcher.match(name)).toEqual([]);
      }),
      { numRuns: 300 },
    );
  });
});
