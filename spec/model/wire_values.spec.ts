import { describe, expect, it } from "@jest/globals";
import fc from "fast-check";
import { ByteWriter } from "../../lib/model/byte_writer.ts";
import { MalformedPacket, ValueError } from "../../lib/model/errors.ts";
import type { WireType } from "../../lib/model/property_table.ts";
import {
  ByteReader,
  check_binary,
  read_value,
  readBytes,
  readInt16,
  readInt32,
  readUTF,
  VariableByteIntegers,
  type WireValue,
  write_value,
  writeBytes,
  writeInt16,
  writeInt32,
  writeUTF,
} from "../../lib/model/wire_values.ts";
import { caught } from "./caught.ts";

const bytes = (...values: number[]) => new Uint8Array(values);

describe("VariableByteIntegers", () => {
  it.each([
    [0, [0x00]],
    [127, [0x7f]],
    [128, [0x80, 0x01]],
    [16383, [0xff, 0x7f]],
    [16384, [0x80, 0x80, 0x01]],
    [2097151, [0xff, 0xff, 0x7f]],
    [2097152, [0x80, 0x80, 0x80, 0x01]],
    [268435455, [0xff, 0xff, 0xff, 0x7f]],
  ])("has %i as in table 1-1 of the standard", (value, encoded) => {
    expect([...VariableByteIntegers.encode(value)]).toEqual(encoded);
    expect(VariableByteIntegers.decode(bytes(...encoded, 0xff))).toEqual([value, encoded.length]);
  });

  it("gives back every number", () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 268435455 }), (value) => {
        const encoded = VariableByteIntegers.encode(value);
        expect(VariableByteIntegers.decode(encoded)).toEqual([value, encoded.length]);
      }),
    );
  });

  it.each([-1, 268435456, 1.5, Number.NaN])("refuses to encode %p", (value) => {
    expect(() => VariableByteIntegers.encode(value)).toThrow(ValueError);
  });

  it("refuses to encode what is no number", () => {
    expect(() => VariableByteIntegers.encode("1" as never)).toThrow(TypeError);
  });

  it.each([
    ["cut off", [0x80]],
    ["empty", []],
    ["of five bytes [MQTT-1.5.5-1]", [0x80, 0x80, 0x80, 0x80, 0x01]],
    ["longer than needed [MQTT-1.5.5-1]", [0x81, 0x00]],
  ])("refuses to decode one that is %s", (_name, encoded) => {
    expect(() => VariableByteIntegers.decode(bytes(...encoded))).toThrow(MalformedPacket);
  });
});

describe("paho's read and write functions", () => {
  it("write integers with the high byte first", () => {
    expect([...writeInt16(0x1234)]).toEqual([0x12, 0x34]);
    expect([...writeInt32(0xfedcba98)]).toEqual([0xfe, 0xdc, 0xba, 0x98]);
  });

  it("read integers with the high byte first", () => {
    expect(readInt16(bytes(0xff, 0xfe, 0x01))).toBe(0xfffe);
    expect(readInt32(bytes(0xfe, 0xdc, 0xba, 0x98))).toBe(0xfedcba98);
  });

  it("write and read text with its length", () => {
    expect([...writeUTF("é")]).toEqual([0, 2, 0xc3, 0xa9]);
    expect([...writeUTF(bytes(0x61))]).toEqual([0, 1, 0x61]);
    expect(readUTF(bytes(0, 2, 0xc3, 0xa9, 0x61), 5)).toEqual(["é", 4]);
  });

  it("write and read bytes with their length", () => {
    expect([...writeBytes(bytes(1, 2))]).toEqual([0, 2, 1, 2]);
    expect(writeBytes(new Uint8Array(258)).subarray(0, 2)).toEqual(Buffer.from([1, 2]));
    const buffer = bytes(0, 1, 7, 9);
    const [read, used] = readBytes(buffer);
    buffer[2] = 0;
    expect([[...read], used]).toEqual([[7], 3]);
  });

  it.each([
    ["writeInt16", () => writeInt16(65536)],
    ["writeInt16", () => writeInt16(-1)],
    ["writeInt32", () => writeInt32(4294967296)],
    ["writeUTF", () => writeUTF("x".repeat(65536))],
    ["writeUTF", () => writeUTF("\0")],
    ["writeBytes", () => writeBytes(new Uint8Array(65536))],
  ])("%s refuses a value out of range", (_name, call) => {
    expect(call).toThrow(ValueError);
  });

  it.each([
    ["readInt16", () => readInt16(bytes(1))],
    ["readInt32", () => readInt32(bytes(1, 2, 3))],
    ["readUTF past maxlen", () => readUTF(bytes(0, 2, 0x61, 0x61), 3)],
    ["readUTF past the buffer", () => readUTF(bytes(0, 2, 0x61), 100)],
    ["readUTF of bad UTF-8", () => readUTF(bytes(0, 1, 0xff), 3)],
    ["readBytes", () => readBytes(bytes(0, 2, 1))],
  ])("%s refuses malformed bytes", (_name, call) => {
    expect(call).toThrow(MalformedPacket);
  });

  it("says what to do with text where bytes are due", () => {
    const error = caught(() => check_binary("abc", "CorrelationData"));
    expect(error).toBeInstanceOf(TypeError);
    expect(error.message).toContain("CorrelationData must be bytes (a Uint8Array or Buffer), not a string.");
  });
});

describe("the seven wire types", () => {
  it.each<[WireType, WireValue, number[]]>([
    ["Byte", 255, [255]],
    ["Two Byte Integer", 258, [1, 2]],
    ["Four Byte Integer", 16909060, [1, 2, 3, 4]],
    ["Variable Byte Integer", 128, [0x80, 1]],
    ["Binary Data", Buffer.from([7]), [0, 1, 7]],
    ["UTF-8 Encoded String", "a", [0, 1, 0x61]],
    ["UTF-8 String Pair", ["a", "b"], [0, 1, 0x61, 0, 1, 0x62]],
  ])("%s is written and read", (type, value, encoded) => {
    const writer = new ByteWriter();
    write_value(type, value, "It", writer);
    expect([...writer.lent]).toEqual(encoded);
    const reader = new ByteReader(bytes(9, ...encoded, 9), 1);
    expect(read_value(type, reader, "It")).toEqual(value);
    expect(reader.at).toBe(encoded.length + 1);
  });

  it("reads no further than it may", () => {
    expect(() => new ByteReader(bytes(1, 2), 0, 1).int16()).toThrow("2 more bytes were needed, 1 are left");
  });
});
