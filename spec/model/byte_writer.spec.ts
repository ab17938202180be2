import { describe, expect, it } from "@jest/globals";
import * as fc from "fast-check";
import { ByteWriter } from "../../lib/model/byte_writer.ts";
import { ByteWriter as PageWriter } from "../../lib/model/byte_writer_browser.ts";
import { ByteReader } from "../../lib/model/wire_values.ts";

const number = fc.nat(0xffff);
const bytes = fc.uint8Array({ maxLength: 200 });
const text = fc.string({ unit: "binary", maxLength: 100 }).filter((words) => !words.includes("\0"));

describe.each([
  ["in Node", ByteWriter],
  ["in a page", PageWriter],
])("what is written %s", (_where, Writer) => {
  it("is read again", () => {
    const writer = new Writer();
    fc.assert(
      fc.property(number, bytes, text, fc.nat(268_435_455), (word, binary, words, variable) => {
        writer.begin().byte(7).int16(word).binary(binary).text(words).variable(variable).raw(binary);
        const copy = writer.copy;
        expect([...writer.lent]).toEqual([...copy]);
        expect(writer.length).toBe(copy.length);
        const reader = new ByteReader(copy);
        expect([
          reader.byte(),
          reader.int16(),
          [...reader.binary()],
          reader.text("It"),
          reader.variable(),
        ]).toEqual([7, word, [...binary], words, variable]);
        expect([...copy.subarray(reader.at)]).toEqual([...binary]);
      }),
    );
  });

  it.each([0, 1, 127, 128, 16_383, 16_384, 2_097_152])("has its length before it, for %d bytes", (length) => {
    const written = new Writer().byte(9).raw(new Uint8Array(length).fill(3)).length_before(1).copy;
    const reader = new ByteReader(written, 1);
    expect([written[0], reader.variable(), written.length - reader.at]).toEqual([9, length, length]);
    expect(written.subarray(reader.at).every((byte: number) => byte === 3)).toBe(true);
  });

  it("begins anew, also after something large", () => {
    const writer = new Writer().raw(new Uint8Array(100_000));
    expect([...writer.begin().byte(1).lent]).toEqual([1]);
  });
});
