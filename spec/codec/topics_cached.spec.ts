import { describe, expect, it } from "@jest/globals";
import { TopicBytes } from "../../lib/codec/topic_bytes.ts";
import { TopicTexts } from "../../lib/codec/topic_texts.ts";
import { heap_after_gc } from "../support/leak_check.ts";

describe("the texts of topics", () => {
  const text = (texts: TopicTexts, topic: string) => {
    const bytes = Buffer.from(`xx${topic}yy`);
    return texts.text(bytes, 2, bytes.length - 2);
  };

  it("are those of the bytes, however many topics there are", () => {
    const texts = new TopicTexts();
    const wrong: string[] = [];
    for (let round = 0; round < 2; round += 1) {
      for (let number = 0; number < 40_000; number += 1) {
        const topic = `sensors/${number}/value`;
        if (text(texts, topic) !== topic) wrong.push(topic);
      }
    }
    expect(wrong).toEqual([]);
  });

  it("are told apart, also where one begins as the other, or has the same place", () => {
    const texts = new TopicTexts();
    // "Aa" and "BB" have the same hash.
    for (const topic of ["Aa", "BB", "Aa", "AaAa", "BBBB", "AaBB", "a", "ab", "abc", "ab"]) {
      expect(text(texts, topic)).toBe(topic);
    }
  });

  it("are told apart where more have the same hash than are looked for", () => {
    const texts = new TopicTexts();
    // Each digit of a number chooses one of two pairs with the same hash.
    const topic = (number: number) =>
      number.toString(2).padStart(6, "0").replaceAll("0", "Aa").replaceAll("1", "BB");
    for (let number = 0; number < 128; number += 1) {
      expect(text(texts, topic(number % 64))).toBe(topic(number % 64));
    }
  });

  it("are let go where a stranger thinks of topics with the same hash without end", async () => {
    const texts = new TopicTexts();
    const topic = (number: number) =>
      number.toString(2).padStart(16, "0").replaceAll("0", "Aa").replaceAll("1", "BB").padStart(250, "x");
    for (let number = 0; number < 100; number += 1) text(texts, topic(number));
    const before = await heap_after_gc();
    for (let number = 0; number < 60_000; number += 1) text(texts, topic(number));
    expect((await heap_after_gc()) - before).toBeLessThan(6_000_000);
    expect(text(texts, topic(1))).toBe(topic(1));
  });

  it("take a mebibyte of bytes at most, and go on", () => {
    const texts = new TopicTexts();
    for (let number = 0; number < 6000; number += 1) {
      const topic = `${number}/`.padEnd(250, "x");
      if (text(texts, topic) !== topic) throw new Error(topic);
    }
    expect(text(texts, "a")).toBe("a");
  });

  it.each(["", "a+", "#", "é", "a\u007f", "a\n", "x".repeat(257)])("are not given for %j", (topic) => {
    expect(text(new TopicTexts(), topic)).toBeNull();
  });
});

describe("the bytes of topics", () => {
  it("are known from the second time on", () => {
    const topics = new TopicBytes();
    expect(topics.known("a/é")).toBeUndefined();
    const bytes = topics.of("a/é");
    expect(Buffer.from(bytes).toString()).toBe("a/é");
    expect(topics.of("a/é")).toBe(bytes);
    expect(topics.known("a/é")).toBe(bytes);
  });

  it("are known for ten thousand topics at a time, and more", () => {
    const topics = new TopicBytes();
    for (let number = 0; number < 20_000; number += 1) topics.of(`t/${number}`);
    expect(topics.known("t/0")).toBeDefined();
    expect(topics.known("t/19999")).toBeDefined();
  });

  it("are not kept for ever where topics never come again", () => {
    const topics = new TopicBytes();
    for (let number = 0; number < 30_000; number += 1) topics.of(`t/${number}`);
    expect(topics.known("t/0")).toBeUndefined();
    expect(topics.known("t/29999")).toBeDefined();
  });

  it("do not hold the text that a topic was cut from", async () => {
    const topics = new TopicBytes();
    const before = await heap_after_gc();
    for (let number = 0; number < 500; number += 1) {
      const line = Buffer.alloc(100_000, 97).toString();
      topics.of(`t/${number}`.concat(line).slice(0, 20));
    }
    expect((await heap_after_gc()) - before).toBeLessThan(5_000_000);
    expect(topics.known(`t/1`.padEnd(20, "a"))).toBeDefined();
  });

  it("hold no memory that others use", () => {
    expect(new TopicBytes().of("a/b").buffer.byteLength).toBe(3);
  });
});
