import { describe, expect, it } from "@jest/globals";
import { TopicMemory } from "../../lib/model/topic_memory.ts";

describe("the memory of topics", () => {
  it("has what was set, until it shall forget", () => {
    const memory = new TopicMemory<number>();
    expect(memory.get("a")).toBeUndefined();
    memory.set("a", 1);
    memory.set("b", 2);
    expect([memory.get("a"), memory.get("b")]).toEqual([1, 2]);
    memory.forget();
    expect([memory.get("a"), memory.get("b")]).toEqual([undefined, undefined]);
  });

  it("is bounded by the length of the topics too", () => {
    const memory = new TopicMemory<number>();
    const topic = (number: number) => `${number}/`.padEnd(65_535, "x");
    const known = () => Array.from({ length: 200 }, (_, number) => memory.get(topic(number)) ?? null);
    for (let number = 0; number < 200; number += 1) memory.set(topic(number), number);
    const kept = known().filter((value) => value !== null);
    expect(kept.length).toBeLessThan(64);
    expect(kept).toContain(199);
  });
});
