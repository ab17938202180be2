import { describe, expect, it } from "@jest/globals";
import { check_qos, filters_of, subscriptions_of } from "../../lib/client/subscription_arguments.ts";
import { SubscribeOptions } from "../../lib/model/subscribeoptions.ts";
import { caught } from "../model/caught.ts";

const plain = { no_local: false, retain_as_published: false, retain_handling: 0 };

describe("the arguments of subscribe()", () => {
  it("become filters with all their options", () => {
    expect(subscriptions_of("a", 1, undefined, 4)).toEqual([{ filter: "a", qos: 1, ...plain }]);
    expect(subscriptions_of(["a", 2], undefined, undefined, 3)).toEqual([{ filter: "a", qos: 2, ...plain }]);
    expect(
      subscriptions_of(
        [
          ["a", 0],
          ["b", new SubscribeOptions(1, true, true, 2)],
        ],
        undefined,
        null,
        5,
      ),
    ).toEqual([
      { filter: "a", qos: 0, ...plain },
      { filter: "b", qos: 1, no_local: true, retain_as_published: true, retain_handling: 2 },
    ]);
  });

  it("tell a pair from a list by its second item", () => {
    expect(subscriptions_of(["a", 0], 0, null, 4)).toHaveLength(1);
    expect(caught(() => subscriptions_of(["a", "b"], 0, null, 4)).message).toContain('not "a"');
    expect(caught(() => subscriptions_of(["a"], 0, null, 4)).message).toContain('not "a"');
    expect(caught(() => subscriptions_of([[]], 0, null, 4)).message).toContain("not []");
  });

  it("are shown in the error, whatever they are", () => {
    const circular: unknown[] = [];
    circular.push(circular, circular, circular);
    for (const item of [1n, Symbol("s"), circular, new Map(), () => {}]) {
      const error = caught(() => subscriptions_of([["a", 0], item], 0, null, 4));
      expect(error.name).toBe("ValueError");
      expect(error.message).toContain("pairs such as");
    }
  });
});

describe("the arguments of unsubscribe()", () => {
  it("become filters", () => {
    expect([filters_of("a"), filters_of(["a", "b"])]).toEqual([["a"], ["a", "b"]]);
    const given = ["a"];
    expect(filters_of(given)).not.toBe(given);
  });
});

describe("a QoS", () => {
  it.each([0, 1, 2])("is %i", (qos) => {
    expect(check_qos(qos)).toBe(qos);
  });

  it.each([
    [3, "ValueError"],
    [-1, "ValueError"],
    [0.5, "ValueError"],
    [Number.NaN, "ValueError"],
    ["1", "TypeError"],
    [null, "TypeError"],
    [true, "TypeError"],
    [1n, "TypeError"],
  ])("is not %p", (qos, name) => {
    expect(caught(() => check_qos(qos)).name).toBe(name);
  });
});
