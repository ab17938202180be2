import { describe, expect, it } from "@jest/globals";
import fc from "fast-check";
import { ValueError } from "../../lib/model/errors.ts";
import { number_text, payload_bytes } from "../../lib/model/payload.ts";
import { caught } from "./caught.ts";

const text_of = (payload: unknown) => Buffer.from(payload_bytes(payload as never)).toString();

describe("a payload", () => {
  it.each([
    [null, ""],
    [undefined, ""],
    ["", ""],
    ["Māori 😀", "Māori 😀"],
    ["\0\ufeff", "\0\ufeff"],
    [4, "4"],
    [-17, "-17"],
    [0, "0"],
    [-0, "-0.0"],
    [21.5, "21.5"],
    [0.1, "0.1"],
    [0.0001, "0.0001"],
    [0.00001, "1e-05"],
    [1e-7, "1e-07"],
    [-2.5e-9, "-2.5e-09"],
    [5e-324, "5e-324"],
    [123456789.5, "123456789.5"],
    [9999999999999998, "9999999999999998"],
    [1e16, "1e+16"],
    [-1.5e17, "-1.5e+17"],
    [1e22, "1e+22"],
    [1.7976931348623157e308, "1.7976931348623157e+308"],
    [Number.NaN, "nan"],
    [Infinity, "inf"],
    [-Infinity, "-inf"],
    [10n ** 30n, "1000000000000000000000000000000"],
    [-5n, "-5"],
  ])("%p becomes the text %j", (payload, text) => {
    expect(text_of(payload)).toBe(text);
  });

  it("reads back as the same number", () => {
    fc.assert(
      fc.property(fc.double({ noNaN: true, noDefaultInfinity: true }), (value) => {
        expect(Number(number_text(value))).toBe(value);
      }),
    );
  });

  it("may be any buffer or view, within its bounds", () => {
    const buffer = new Uint8Array([97, 98, 99, 100]).buffer;
    expect(text_of(buffer)).toBe("abcd");
    expect(text_of(new Uint8Array(buffer, 1, 2))).toBe("bc");
    expect(text_of(new DataView(buffer, 2))).toBe("cd");
    expect(text_of(new Uint16Array(buffer))).toBe("abcd");
    expect(text_of(Buffer.from("hi"))).toBe("hi");
    expect(text_of(new SharedArrayBuffer(2))).toBe("\0\0");
  });

  it("is a snapshot", () => {
    const bytes = new Uint8Array([1, 2, 3]);
    const payload = payload_bytes(bytes);
    const of_buffer = payload_bytes(bytes.buffer);
    bytes[0] = 9;
    expect([...payload, ...of_buffer]).toEqual([1, 2, 3, 1, 2, 3]);
  });

  it.each([
    [true, "a boolean"],
    [{ a: 1 }, "a plain object"],
    [[1, 2], "an array"],
    [new Date(0), "a Date"],
    [() => 1, "a function"],
    [Symbol("a"), "a symbol"],
  ])("may not be %p", (payload, kind) => {
    const error = caught(() => payload_bytes(payload as never));
    expect(error).toBeInstanceOf(TypeError);
    expect(error.message).toBe(
      `${kind} cannot be published: a payload is text, bytes, a number or null. For JSON use JSON.stringify(...).`,
    );
  });

  it("may not be half of a character", () => {
    const error = caught(() => payload_bytes("a\ud83d"));
    expect(error).toBeInstanceOf(ValueError);
    expect(error).toMatchObject({ code: "ERR_MQTT_PAYLOAD" });
  });

  it("may have 268435455 bytes and no more", () => {
    const just_fits = new Uint8Array(268435455);
    expect(payload_bytes(just_fits).length).toBe(268435455);
    for (const payload of [new ArrayBuffer(268435456), "x".repeat(268435456)]) {
      const error = caught(() => payload_bytes(payload));
      expect(error).toBeInstanceOf(ValueError);
      expect(error).toMatchObject({ code: "ERR_MQTT_PAYLOAD" });
      expect(error.message).toContain("268435456 bytes long");
    }
  });

  it("counts the bytes of a long text, not its characters", () => {
    expect(() => payload_bytes("€".repeat(89478486))).toThrow("268435458 bytes long");
  });
});
