// What is written in place is what the encoder writes, to the byte.

import { describe, expect, it } from "@jest/globals";
import fc from "fast-check";
import { encode } from "../../lib/codec/encoder.ts";
import { FULL_BYTES, give_back, Output } from "../../lib/codec/output.ts";
import { give_back as give_back_in_page, Output as PageOutput } from "../../lib/codec/output_browser.ts";
import type { PublishPacket } from "../../lib/codec/packets.ts";
import { PacketTypes } from "../../lib/model/packettypes.ts";
import type { Version } from "../vectors/vector.ts";

const hex = (bytes: Uint8Array) => Buffer.from(bytes).toString("hex");

const text = fc.string({ unit: "grapheme", maxLength: 60 });
const publication = fc.record({
  topic: text.filter((value) => value !== ""),
  payload: fc.oneof(
    text,
    fc.uint8Array({ maxLength: 40 }),
    fc.constantFrom("x".repeat(300), "é".repeat(100)),
  ),
  qos: fc.constantFrom(0 as const, 1 as const, 2 as const),
  retain: fc.boolean(),
  dup: fc.boolean(),
  mid: fc.integer({ min: 1, max: 65535 }),
});

type Given = typeof publication extends fc.Arbitrary<infer P> ? P : never;

function packet_of(given: Given): PublishPacket {
  const { topic, payload, qos, retain, dup, mid } = given;
  return {
    type: PacketTypes.PUBLISH,
    dup: dup && qos > 0,
    qos,
    retain,
    topic,
    mid: qos === 0 ? 0 : mid,
    payload: typeof payload === "string" ? Buffer.from(payload) : payload,
    properties: null,
  };
}

describe("the output", () => {
  it.each([3, 4, 5] as const)("holds messages of version %d one after the other", (version: Version) => {
    fc.assert(
      fc.property(fc.array(publication, { minLength: 1, maxLength: 6 }), (publications) => {
        const output = new Output();
        for (const one of publications) {
          const { qos, retain, dup, topic, mid } = packet_of(one);
          const flags = (dup ? 8 : 0) | (qos << 1) | (retain ? 1 : 0);
          output.publish(flags, Buffer.from(topic), one.payload, mid, version);
        }
        const wanted = publications.map((one) => hex(encode(packet_of(one), version))).join("");
        expect(output.length).toBe(wanted.length / 2);
        expect(hex(output.take())).toBe(wanted);
        expect(output.length).toBe(0);
      }),
      { numRuns: 150 },
    );
  });

  it.each([
    ["one byte of length becomes two", 50],
    ["two become three", 6000],
    ["three become four", 800_000],
  ])("makes room in front of text that is longer as UTF-8: %s", (_what, count) => {
    const payload = "€".repeat(count);
    const output = new Output();
    output.append(Uint8Array.of(1, 2, 3));
    output.publish(0, Buffer.from("t"), payload, 0, 4);
    const packet = {
      type: PacketTypes.PUBLISH,
      dup: false,
      qos: 0,
      retain: false,
      topic: "t",
      mid: 0,
    } as const;
    const wanted = encode({ ...packet, payload: Buffer.from(payload), properties: null }, 4);
    expect(Buffer.from(output.take()).equals(Buffer.concat([Uint8Array.of(1, 2, 3), wanted]))).toBe(true);
  });

  it.each([4, 5, 6, 7] as const)("holds plain acknowledgements of type %d", (type) => {
    const output = new Output();
    for (const mid of [1, 300, 65535]) output.acknowledge(type, mid);
    const wanted = [1, 300, 65535].map((mid) =>
      hex(encode({ type, mid, reason_code: 0, properties: null }, 4)),
    );
    expect(hex(output.take())).toBe(wanted.join(""));
  });

  it.each([
    ["in Node", Output],
    ["in a page", PageOutput],
  ])("gives away what it gives, and begins anew: %s", (_where, Kind) => {
    const output = new Kind();
    output.append(Buffer.alloc(1000, 1));
    const first = output.take();
    output.append(Buffer.alloc(500, 2));
    expect(output.length).toBe(500);
    expect(first.every((byte) => byte === 1)).toBe(true);
    expect(output.take().every((byte) => byte === 2)).toBe(true);
    expect(output.take().length).toBe(0);
  });
});

describe("memory that is given back", () => {
  it("is written to again, by whichever output is the next; what was taken before is left alone", () => {
    const [one, other] = [new Output(), new Output()];
    const first = filled(one, 1);
    const second = filled(one, 2);
    give_back(first);
    give_back(Uint8Array.of(1));
    expect(filled(other, 3).buffer).not.toBe(first.buffer);
    expect([first, second].map((bytes) => bytes[0])).toEqual([1, 2]);
    const last = filled(one, 4);
    give_back(last);
    expect(filled(other, 5).buffer).toBe(last.buffer);
    expect(filled(other, 6).buffer).not.toBe(last.buffer);
  });

  it("is not kept when it is large", () => {
    const output = new Output();
    output.append(Buffer.alloc(2 * FULL_BYTES, 1));
    const large = output.take();
    give_back(large);
    expect(filled(output, 2).buffer).not.toBe(large.buffer);
  });

  it("is taken anew in a page, where nothing is written in place", () => {
    give_back_in_page(Uint8Array.of(1));
    const output = new PageOutput();
    output.publish();
    output.acknowledge();
    expect(output.take()).toHaveLength(0);
  });

  function filled(output: Output, value: number): Uint8Array {
    output.append(Buffer.alloc(5000, value));
    return output.take();
  }
});
