import { crc32 } from "node:zlib";
import { describe, expect, it } from "@jest/globals";
import { checksum } from "../../lib/store/checksum.ts";

const bytes = Uint8Array.from({ length: 300 }, (_, index) => (index * 37) & 0xff);

describe("a checksum", () => {
  it("is the CRC-32 that everybody uses", () => {
    expect(checksum(Buffer.from("123456789"), 0, 9)).toBe(0xcbf43926);
  });

  it.each([0, 1, 7, 8, 9, 97, 256, 257, 300])("of %i bytes is the same by either way", (length) => {
    expect(checksum(bytes, 0, length)).toBe(crc32(bytes.subarray(0, length)));
  });

  it.each([4, 250])("goes on where another has ended, after %i bytes", (middle) => {
    expect(checksum(bytes, middle, 300, checksum(bytes, 0, middle))).toBe(crc32(bytes));
  });
});
