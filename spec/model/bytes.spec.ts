import { afterEach, describe, expect, it, jest } from "@jest/globals";
import type * as Module from "../../lib/model/bytes.ts";

const node_buffer = globalThis.Buffer;

function load(platform: "with Buffer" | "without Buffer"): typeof Module {
  let loaded: typeof Module | undefined;
  (globalThis as { Buffer?: unknown }).Buffer = platform === "with Buffer" ? node_buffer : undefined;
  jest.isolateModules(() => {
    loaded = require("../../lib/model/bytes.ts");
  });
  return loaded as typeof Module;
}

afterEach(() => {
  globalThis.Buffer = node_buffer;
});

describe("bytes in Node", () => {
  it("are Buffers, so that toString() decodes", () => {
    const { copy_bytes, new_bytes, concat_bytes } = load("with Buffer");
    expect(copy_bytes(new Uint8Array([104, 105])).toString()).toBe("hi");
    expect(node_buffer.isBuffer(new_bytes(3))).toBe(true);
    expect(node_buffer.isBuffer(concat_bytes([]))).toBe(true);
  });
});

describe("bytes elsewhere", () => {
  it("are plain Uint8Arrays", () => {
    const { copy_bytes, new_bytes, concat_bytes, encode_utf8 } = load("without Buffer");
    for (const bytes of [copy_bytes(new Uint8Array(1)), new_bytes(3), concat_bytes([]), encode_utf8("a")]) {
      expect(Object.getPrototypeOf(bytes)).toBe(Uint8Array.prototype);
    }
  });
});

describe.each(["with Buffer", "without Buffer"] as const)("bytes %s", (platform) => {
  const bytes = load(platform);

  it("parts share their memory, and are what all others are", () => {
    const whole = bytes.copy_bytes(Uint8Array.of(1, 2, 3, 4));
    const part = bytes.view_of(whole, 1, 3);
    whole[1] = 9;
    expect([...part]).toEqual([9, 3]);
    expect(Object.getPrototypeOf(part)).toBe(Object.getPrototypeOf(whole));
  });

  it("can have memory that no others lie in", () => {
    expect([10, 5000].map((length) => bytes.own_bytes(length).buffer.byteLength)).toEqual([10, 5000]);
  });

  it.each([0, 10, 2048, 2049])("snapshots share nothing with the original: %d bytes", (length) => {
    const original = Buffer.alloc(length, 1);
    const snapshot = new bytes.Snapshot(original);
    original.fill(2);
    expect(snapshot.bytes.subarray(snapshot.begin, snapshot.end)).toEqual(new Uint8Array(length).fill(1));
    expect(snapshot.bytes.length).toBeLessThanOrEqual(8192);
  });

  it("text is written into them where it shall be", () => {
    const target = new Uint8Array(8);
    expect(bytes.write_utf8(bytes.copy_bytes(target), "é!", 2)).toBe(3);
    const written = bytes.copy_bytes(target);
    bytes.write_utf8(written, "é!", 2);
    expect([...written]).toEqual([0, 0, 0xc3, 0xa9, 0x21, 0, 0, 0]);
  });

  it("copies share no memory with the original", () => {
    const original = new Uint8Array([1, 2, 3]);
    const copy = bytes.copy_bytes(original);
    original[0] = 9;
    expect([...copy]).toEqual([1, 2, 3]);
  });

  it("views any buffer or view without a copy, within its bounds", () => {
    const buffer = new Uint8Array([1, 2, 3, 4]).buffer;
    expect([...bytes.view_bytes(buffer)]).toEqual([1, 2, 3, 4]);
    const view = bytes.view_bytes(new DataView(buffer, 1, 2));
    expect([...view]).toEqual([2, 3]);
    view[0] = 9;
    expect([...new Uint8Array(buffer)]).toEqual([1, 9, 3, 4]);
  });

  it.each([
    ["", []],
    ["aé", [0x61, 0xc3, 0xa9]],
    ["€😀", [0xe2, 0x82, 0xac, 0xf0, 0x9f, 0x98, 0x80]],
    ["\ufeffa", [0xef, 0xbb, 0xbf, 0x61]],
  ])("turns %j into UTF-8 and back, U+FEFF included [MQTT-1.5.4-3]", (text, encoded) => {
    expect([...bytes.encode_utf8(text)]).toEqual(encoded);
    expect(bytes.utf8_length(text)).toBe(encoded.length);
    expect(bytes.decode_utf8(new Uint8Array(encoded))).toBe(text);
  });

  it("refuses to decode what is not UTF-8", () => {
    expect(() => bytes.decode_utf8(new Uint8Array([0xc3]))).toThrow();
  });

  it("joins parts in order", () => {
    const joined = bytes.concat_bytes([new Uint8Array([1]), new Uint8Array(0), new Uint8Array([2, 3])]);
    expect([...joined]).toEqual([1, 2, 3]);
  });

  it("compares by content", () => {
    const { equal_bytes } = bytes;
    expect(equal_bytes(new Uint8Array([1, 2]), new Uint8Array([1, 2]))).toBe(true);
    expect(equal_bytes(new Uint8Array([1, 2]), new Uint8Array([1, 3]))).toBe(false);
    expect(equal_bytes(new Uint8Array([1, 2]), new Uint8Array([1]))).toBe(false);
  });

  it("shows two hexadecimal digits for each byte", () => {
    expect(bytes.hex_of(new Uint8Array([0, 10, 255]))).toBe("000aff");
  });
});
