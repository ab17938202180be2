import { describe, expect, it } from "@jest/globals";
import { Router } from "../../lib/client/router.ts";

describe("the router", () => {
  it("gives the callbacks of all filters that match, in the matcher's order", () => {
    const router = new Router();
    const [exact, level, all] = [() => "exact", () => "level", () => "all"];
    router.add("#", all);
    router.add("a/+", level);
    router.add("a/b", exact);
    expect(router.match("a/b")).toEqual([exact, level, all]);
    expect(router.match("a/c")).toEqual([level, all]);
    expect(router.match("$SYS")).toEqual([]);
  });

  it("gives nothing at once when there is no filter", () => {
    const router = new Router();
    expect(router.match("a")).toEqual([]);
    router.add("a", () => {});
    router.remove("a");
    expect(router.match("a")).toBe(router.match("b"));
  });

  it("gives a snapshot, which later changes do not touch", () => {
    const router = new Router();
    const callback = () => {};
    router.add("a", callback);
    const found = router.match("a");
    router.remove("a");
    router.add("+", callback);
    expect(found).toEqual([callback]);
  });

  it("gives what is registered now, whatever it has given for the topic before", () => {
    const router = new Router();
    const [first, second] = [() => 1, () => 2];
    router.add("a", first);
    expect([router.match("a"), router.match("b")]).toEqual([[first], []]);
    router.add("+", second);
    expect([router.match("a"), router.match("b")]).toEqual([[first, second], [second]]);
    router.add("a", second);
    expect(router.match("a")).toEqual([second, second]);
    router.remove("a");
    expect([router.match("a"), router.match("b")]).toEqual([[second], [second]]);
  });

  it("counts a filter once, however often it is added or removed", () => {
    const router = new Router();
    const [first, second] = [() => 1, () => 2];
    router.add("a", first);
    router.add("a", second);
    expect(router.match("a")).toEqual([second]);
    router.remove("a");
    router.remove("a");
    router.remove("a/b");
    router.add("b", first);
    expect([router.match("a"), router.match("b")]).toEqual([[], [first]]);
  });

  it.each([
    ["a filter that is missing", () => new Router().add(null as never, () => {}), "ValueError"],
    ["a filter that is a number", () => new Router().add(5 as never, () => {}), "TypeError"],
    ["a filter that no broker would take", () => new Router().add("sensors#", () => {}), "ValueError"],
    ["a callback that is missing", () => new Router().add("a", null as never), "ValueError"],
    ["a callback that is no function", () => new Router().add("a", {} as never), "TypeError"],
    ["no filter to remove", () => new Router().remove(undefined as never), "ValueError"],
  ])("refuses %s", (_name, call, name) => {
    expect(call).toThrow(expect.objectContaining({ name }));
  });
});
