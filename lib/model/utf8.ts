// Decides which texts may travel as an MQTT string (section 1.5.4), both ways; knows nothing of what they are for.

import { decode_utf8, utf8_length } from "./bytes.ts";
import { type ErrorCode, MalformedPacket, ValueError } from "./errors.ts";
import { name_type } from "./type_names.ts";

/** The longest MQTT string or binary field, in bytes: its length is sent in two bytes (1.5.4, 1.5.6). */
export const MAX_FIELD_BYTES = 65535;

const lone_surrogate = /\p{Surrogate}/u;

/** Whether a text has a half of a surrogate pair without the other half, and so has no UTF-8 form. */
export function has_lone_surrogate(text: string): boolean {
  const { isWellFormed } = text as { isWellFormed?: () => boolean };
  return isWellFormed === undefined ? lone_surrogate.test(text) : !isWellFormed.call(text);
}

/**
 * Refuses a text that cannot be sent as an MQTT string [MQTT-1.5.4-1] [MQTT-1.5.4-2]. U+FEFF is allowed.
 *
 * @param what begins the sentence of the error, for example `"The topic"`.
 * @throws TypeError when it is not a string; ValueError (`ERR_MQTT_STRING`, or the given code) when it may not be sent.
 */
export function check_string(
  text: unknown,
  what: string,
  code: ErrorCode = "ERR_MQTT_STRING",
): asserts text is string {
  if (typeof text !== "string") {
    throw new TypeError(`${what} must be a string, not ${name_type(text)}.`);
  }
  if (text.includes("\0")) {
    throw new ValueError(`${what} contains the character U+0000, which MQTT forbids.`, { code });
  }
  if (has_lone_surrogate(text)) {
    throw new ValueError(
      `${what} contains half of a surrogate pair. Was the text cut in the middle of a character?`,
      { code },
    );
  }
  // A UTF-16 unit becomes three bytes at most, so short texts need no counting.
  if (text.length * 3 > MAX_FIELD_BYTES) {
    const length = utf8_length(text);
    if (length > MAX_FIELD_BYTES) {
      throw new ValueError(
        `${what} is ${length} bytes long as UTF-8; MQTT allows at most ${MAX_FIELD_BYTES} bytes.`,
        { code },
      );
    }
  }
}

/**
 * The text of received bytes.
 *
 * @param what begins the sentence of the error, for example `"The topic"`.
 * @throws MalformedPacket when the bytes are not UTF-8 [MQTT-1.5.4-1] or contain U+0000 [MQTT-1.5.4-2].
 */
export function decode_string(bytes: Uint8Array, what: string): string {
  let text: string;
  try {
    text = decode_utf8(bytes);
  } catch (cause) {
    throw new MalformedPacket(`${what} is not valid UTF-8.`, { cause });
  }
  if (text.includes("\0")) {
    throw new MalformedPacket(`${what} contains the character U+0000.`);
  }
  return text;
}
