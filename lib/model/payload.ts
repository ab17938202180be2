// Decides what may be published as a payload and which bytes it becomes.

import { copy_bytes, encode_utf8, new_bytes, utf8_length, view_bytes } from "./bytes.ts";
import { ValueError } from "./errors.ts";
import { name_type } from "./type_names.ts";
import { has_lone_surrogate } from "./utf8.ts";

/**
 * What can be published: text (sent as UTF-8), bytes, a number (sent as text, like Python's), or nothing.
 * Other values are for the caller to turn into text, with `JSON.stringify` for example.
 */
export type PayloadType = string | ArrayBuffer | ArrayBufferView | number | bigint | null | undefined;

/** The largest payload, in bytes: the largest remaining length of a packet (2.1.4). */
const MAX_PAYLOAD_BYTES = 268435455;

function check_length(length: number): void {
  if (length > MAX_PAYLOAD_BYTES) {
    throw new ValueError(
      `The payload is ${length} bytes long; MQTT allows at most ${MAX_PAYLOAD_BYTES} bytes.`,
      {
        code: "ERR_MQTT_PAYLOAD",
      },
    );
  }
}

function text_bytes(text: string): Uint8Array {
  if (has_lone_surrogate(text)) {
    throw new ValueError(
      "The payload contains half of a surrogate pair. Was the text cut in the middle of a character?",
      { code: "ERR_MQTT_PAYLOAD" },
    );
  }
  // Only a text that long can become too many bytes, and then it is counted before memory is taken for it.
  if (text.length > MAX_PAYLOAD_BYTES / 3) check_length(utf8_length(text));
  return encode_utf8(text);
}

/**
 * A number as Python's `str()` writes a float, but without ".0" where the number is whole: JavaScript cannot tell 4
 * from 4.0. `1e16` is `"1e+16"`, `1e-7` is `"1e-07"`, and `nan`, `inf`, `-inf` and `-0.0` are written so.
 */
export function number_text(value: number): string {
  if (Number.isNaN(value)) return "nan";
  if (!Number.isFinite(value)) return value > 0 ? "inf" : "-inf";
  if (Object.is(value, -0)) return "-0.0";
  const size = Math.abs(value);
  // Between these two both languages write the same digits, without an exponent.
  if (value === 0 || (size >= 1e-4 && size < 1e16)) return String(value);
  return value.toExponential().replace(/([+-])(\d)$/, "$10$2");
}

/**
 * The bytes to publish, as a snapshot: what the caller does to a buffer afterwards changes nothing.
 *
 * @throws TypeError for a type that has no agreed form as bytes; ValueError (`ERR_MQTT_PAYLOAD`) above 268435455 bytes.
 */
export function payload_bytes(payload: PayloadType): Uint8Array {
  switch (typeof payload) {
    case "string":
      return text_bytes(payload);
    case "number":
      return encode_utf8(number_text(payload));
    case "bigint":
      return encode_utf8(payload.toString());
    case "undefined":
      return new_bytes(0);
    default:
      return object_bytes(payload);
  }
}

function object_bytes(payload: unknown): Uint8Array {
  if (payload === null) return new_bytes(0);
  if (ArrayBuffer.isView(payload) || is_array_buffer(payload)) {
    check_length(payload.byteLength);
    return copy_bytes(view_bytes(payload));
  }
  throw new TypeError(
    `${name_type(payload)} cannot be published: a payload is text, bytes, a number or null. For JSON use JSON.stringify(...).`,
  );
}

// Not by instanceof: a buffer may come from another realm, such as a worker's or a test runner's.
function is_array_buffer(value: unknown): value is ArrayBuffer {
  const tag = Object.prototype.toString.call(value);
  return tag === "[object ArrayBuffer]" || tag === "[object SharedArrayBuffer]";
}
