import { describe, expect, it } from "@jest/globals";
import { MalformedPacket, ValueError } from "../../lib/model/errors.ts";
import { check_string, decode_string, has_lone_surrogate } from "../../lib/model/utf8.ts";
import { caught } from "./caught.ts";

describe("a text to send", () => {
  it.each(["", "a", "Māori", "😀", "\ufeff [MQTT-1.5.4-3]", "\u0001", "x".repeat(65535), "é".repeat(32767)])(
    "may be %p",
    (text) => {
      expect(() => check_string(text, "The text")).not.toThrow();
    },
  );

  it.each([
    ["U+0000 [MQTT-1.5.4-2]", "a\0b", "U+0000"],
    ["a lone high surrogate [MQTT-1.5.4-1]", "a\ud83d", "surrogate"],
    ["a lone low surrogate [MQTT-1.5.4-1]", "\ude00a", "surrogate"],
    ["swapped surrogates [MQTT-1.5.4-1]", "\ude00\ud83d", "surrogate"],
    ["65536 bytes", "x".repeat(65536), "65536 bytes"],
    ["65536 bytes in fewer characters", "é".repeat(32768), "65536 bytes"],
  ])("may not have %s", (_name, text, words) => {
    const error = caught(() => check_string(text, "The client id"));
    expect(error).toBeInstanceOf(ValueError);
    expect(error).toMatchObject({ code: "ERR_MQTT_STRING" });
    expect(error.message).toMatch(/^The client id /);
    expect(error.message).toContain(words);
  });

  it("must be a string", () => {
    const error = caught(() => check_string(5, "The client id"));
    expect(error).toBeInstanceOf(TypeError);
    expect(error.message).toBe("The client id must be a string, not a number.");
  });

  it("is refused with the code that the caller names", () => {
    const error = caught(() => check_string("\0", "The topic", "ERR_MQTT_TOPIC"));
    expect(error).toMatchObject({ code: "ERR_MQTT_TOPIC" });
  });

  it("has it also where the platform cannot say so itself", () => {
    const { isWellFormed } = String.prototype as { isWellFormed?: unknown };
    Reflect.deleteProperty(String.prototype, "isWellFormed");
    try {
      expect(has_lone_surrogate("😀")).toBe(false);
      expect(has_lone_surrogate("\ud83d")).toBe(true);
    } finally {
      Object.defineProperty(String.prototype, "isWellFormed", {
        value: isWellFormed,
        configurable: true,
        writable: true,
      });
    }
  });

  it("has a lone surrogate only when a pair is incomplete", () => {
    expect(has_lone_surrogate("😀")).toBe(false);
    expect(has_lone_surrogate("\ud83d")).toBe(true);
  });
});

describe("a received text", () => {
  it("keeps U+FEFF wherever it stands [MQTT-1.5.4-3]", () => {
    const bytes = new Uint8Array([0xef, 0xbb, 0xbf, 0x61, 0xef, 0xbb, 0xbf]);
    expect(decode_string(bytes, "The topic")).toBe("\ufeffa\ufeff");
  });

  it.each([
    ["an encoded surrogate [MQTT-1.5.4-1]", [0xed, 0xa0, 0x80]],
    ["a cut character [MQTT-1.5.4-1]", [0x61, 0xe2, 0x82]],
    ["an overlong form [MQTT-1.5.4-1]", [0xc0, 0x80]],
    ["U+0000 [MQTT-1.5.4-2]", [0x61, 0x00]],
  ])("is malformed with %s", (_name, bytes) => {
    const error = caught(() => decode_string(new Uint8Array(bytes), "The topic"));
    expect(error).toBeInstanceOf(MalformedPacket);
    expect(error).toMatchObject({ reason_code: 0x81 });
    expect(error.message).toMatch(/^The topic /);
  });
});
