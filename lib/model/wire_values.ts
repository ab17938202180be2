// Decides how the seven wire types of section 1.5 are written and read, strictly; knows nothing of what they mean.

import { ByteWriter } from "./byte_writer.ts";
import { type Bytes, copy_bytes } from "./bytes.ts";
import { type ErrorCode, MalformedPacket, ProtocolError, ValueError } from "./errors.ts";
import type { WireType } from "./property_table.ts";
import { name_type } from "./type_names.ts";
import { check_string, decode_string, MAX_FIELD_BYTES } from "./utf8.ts";

/** The largest Variable Byte Integer: four bytes of seven bits (1.5.5). */
const MAX_VARIABLE = 268435455;

/** A value of one of the seven wire types. */
export type WireValue = number | string | Uint8Array | [string, string];

/**
 * Refuses what is not a whole number from `min` to `max`.
 *
 * @param what begins the sentence of the error.
 * @throws TypeError when it is not a number; ValueError when it is out of range or has a fraction.
 */
export function check_integer(
  value: unknown,
  what: string,
  min: number,
  max: number,
  code: ErrorCode = "ERR_MQTT_ARGUMENT",
): asserts value is number {
  if (typeof value !== "number") {
    throw new TypeError(`${what} must be a number, not ${name_type(value)}.`);
  }
  if (!Number.isInteger(value) || value < min || value > max) {
    throw new ValueError(`${what} must be a whole number from ${min} to ${max}, not ${value}.`, { code });
  }
}

/** How long a list in a packet may be: properties, reason codes, filters. MQTT has no rule for it. */
export const MOST_IN_LIST = 65_535;

/**
 * Refuses a longer list than that before it is made: what takes a byte on the wire takes many in memory.
 *
 * @throws ProtocolError with 0x97, which is for limits of an implementation (3.14.2.1).
 */
export function check_count(count: number, most = MOST_IN_LIST): void {
  if (count > most) throw new ProtocolError(`A list is longer than ${most}.`, { reason_code: 0x97 });
}

/** Walks through received bytes. Every read throws MalformedPacket where the bytes end too early. */
export class ByteReader {
  readonly bytes: Uint8Array;
  /** The index of the next byte. */
  at: number;
  /** The index after the last byte that may be read. */
  readonly end: number;

  constructor(bytes: Uint8Array, at = 0, end: number = bytes.length) {
    this.bytes = bytes;
    this.at = at;
    this.end = end;
  }

  /** Moves over `length` bytes and returns where they begin. */
  take(length: number): number {
    const start = this.at;
    if (start + length > this.end) {
      throw new MalformedPacket(
        `The packet ends too early: ${length} more bytes were needed, ${this.end - start} are left.`,
      );
    }
    this.at = start + length;
    return start;
  }

  byte(): number {
    return this.bytes[this.take(1)] as number;
  }

  int16(): number {
    const start = this.take(2);
    return ((this.bytes[start] as number) << 8) | (this.bytes[start + 1] as number);
  }

  int32(): number {
    return this.int16() * 0x10000 + this.int16();
  }

  /** A Variable Byte Integer: at most four bytes, and no more than the number needs [MQTT-1.5.5-1]. */
  variable(): number {
    let value = 0;
    for (let shift = 0; shift <= 21; shift += 7) {
      const byte = this.byte();
      value |= (byte & 0x7f) << shift;
      if (byte < 0x80) {
        if (byte === 0 && shift > 0) {
          throw new MalformedPacket("A Variable Byte Integer has more bytes than its value needs.");
        }
        return value;
      }
    }
    throw new MalformedPacket("A Variable Byte Integer has more than four bytes.");
  }

  /** Length-prefixed bytes, as a view: copy what is kept. */
  binary(): Uint8Array {
    const length = this.int16();
    const start = this.take(length);
    return this.bytes.subarray(start, start + length);
  }

  /** A length-prefixed UTF-8 string; `what` begins the sentence of an error. */
  text(what: string): string {
    return decode_string(this.binary(), what);
  }
}

/** Two bytes, big-endian. Throws TypeError or ValueError for anything but a whole number from 0 to 65535. */
export function writeInt16(length: number): Bytes {
  return bytes_of("Two Byte Integer", length, "A two-byte integer");
}

/** Four bytes, big-endian. Throws TypeError or ValueError for anything but a whole number from 0 to 4294967295. */
export function writeInt32(length: number): Bytes {
  return bytes_of("Four Byte Integer", length, "A four-byte integer");
}

/** A UTF-8 string with its length in front. Text must be legal in MQTT (1.5.4); bytes are taken as they are. */
export function writeUTF(data: string | Uint8Array): Bytes {
  return typeof data === "string" ? bytes_of("UTF-8 Encoded String", data, "The text") : writeBytes(data);
}

/** Binary data with its length in front. Throws ValueError above 65535 bytes. */
export function writeBytes(buffer: Uint8Array): Bytes {
  return bytes_of("Binary Data", buffer, "Binary data");
}

function bytes_of(type: WireType, value: WireValue, what: string): Bytes {
  const writer = new ByteWriter();
  write_value(type, value, what, writer);
  return writer.copy;
}

/** Refuses what is not bytes (TypeError) or has more than 65535 of them (ValueError). */
export function check_binary(
  value: unknown,
  what: string,
  code: ErrorCode = "ERR_MQTT_ARGUMENT",
): asserts value is Uint8Array {
  if (!(value instanceof Uint8Array)) {
    throw new TypeError(
      `${what} must be bytes (a Uint8Array or Buffer), not ${name_type(value)}. For text use new TextEncoder().encode(text).`,
    );
  }
  if (value.length > MAX_FIELD_BYTES) {
    throw new ValueError(`${what} is ${value.length} bytes long; MQTT allows at most ${MAX_FIELD_BYTES}.`, {
      code,
    });
  }
}

/** The big-endian number in the first two bytes. Throws MalformedPacket when there are fewer. */
export function readInt16(buf: Uint8Array): number {
  return new ByteReader(buf).int16();
}

/** The big-endian number in the first four bytes. Throws MalformedPacket when there are fewer. */
export function readInt32(buf: Uint8Array): number {
  return new ByteReader(buf).int32();
}

/**
 * The length-prefixed string at the start of `buffer`, of which `maxlen` bytes belong to it at most.
 *
 * @returns the text and how many bytes it took, with those of the length.
 * @throws MalformedPacket when the bytes end too early or are no legal MQTT string.
 */
export function readUTF(buffer: Uint8Array, maxlen: number): [text: string, used: number] {
  const reader = new ByteReader(buffer, 0, Math.min(maxlen, buffer.length));
  const text = reader.text("The text");
  return [text, reader.at];
}

/**
 * The length-prefixed bytes at the start of `buffer`, as a copy.
 *
 * @returns the bytes and how many were used, with those of the length.
 * @throws MalformedPacket when the bytes end too early.
 */
export function readBytes(buffer: Uint8Array): [bytes: Bytes, used: number] {
  const reader = new ByteReader(buffer);
  const bytes = copy_bytes(reader.binary());
  return [bytes, reader.at];
}

/** Variable Byte Integers (1.5.5): one to four bytes for a number from 0 to 268435455. */
export const VariableByteIntegers = {
  /** The bytes of `x`. Throws TypeError or ValueError for anything but a whole number in range. */
  encode(x: number): Bytes {
    return bytes_of("Variable Byte Integer", x, "A variable byte integer");
  },

  /**
   * The number at the start of `buffer` and how many bytes it took.
   *
   * @throws MalformedPacket when it is cut off, has more than four bytes, or more than it needs.
   */
  decode(buffer: Uint8Array): [value: number, used: number] {
    const reader = new ByteReader(buffer);
    const value = reader.variable();
    return [value, reader.at];
  },
} as const;

/** Writes a value of the given wire type. Throws ValueError or TypeError where it does not fit. */
export function write_value(type: WireType, value: WireValue, what: string, writer: ByteWriter): void {
  switch (type) {
    case "Byte":
      check_integer(value, what, 0, 0xff);
      writer.byte(value);
      return;
    case "Two Byte Integer":
      check_integer(value, what, 0, 0xffff);
      writer.int16(value);
      return;
    case "Four Byte Integer":
      check_integer(value, what, 0, 0xffffffff);
      writer.int16(value >>> 16).int16(value);
      return;
    case "Variable Byte Integer":
      check_integer(value, what, 0, MAX_VARIABLE);
      writer.variable(value);
      return;
    case "Binary Data":
      check_binary(value, what);
      writer.binary(value);
      return;
    case "UTF-8 Encoded String":
      check_string(value, what);
      writer.text(value);
      return;
    case "UTF-8 String Pair": {
      const [name, text] = value as [string, string];
      check_string(name, `The name in ${what}`);
      check_string(text, `The value in ${what}`);
      writer.text(name).text(text);
    }
  }
}

/** The next value of the given wire type; bytes are copied. Throws MalformedPacket only. */
export function read_value(type: WireType, reader: ByteReader, what: string): WireValue {
  switch (type) {
    case "Byte":
      return reader.byte();
    case "Two Byte Integer":
      return reader.int16();
    case "Four Byte Integer":
      return reader.int32();
    case "Variable Byte Integer":
      return reader.variable();
    case "Binary Data":
      return copy_bytes(reader.binary());
    case "UTF-8 Encoded String":
      return reader.text(what);
    case "UTF-8 String Pair":
      return [reader.text(`The name in ${what}`), reader.text(`The value in ${what}`)];
  }
}
