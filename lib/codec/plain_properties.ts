// Decides which blocks of properties of a PUBLISH need no closer look before somebody wants them: a walk that builds
// nothing, and leaves to the strict one whatever is not plain. What it passes the strict one passes too.

const PAYLOAD_FORMAT_INDICATOR = 1;
const MESSAGE_EXPIRY_INTERVAL = 2;
const CONTENT_TYPE = 3;
const RESPONSE_TOPIC = 8;
const CORRELATION_DATA = 9;
const USER_PROPERTY = 38;

const SPACE = 0x20;
const HASH = 0x23;
const PLUS = 0x2b;
const TILDE = 0x7e;

/**
 * Where the block that begins at `at` ends; null when it is not plain: longer than 127 bytes, with a topic alias or a
 * subscription identifier, with text beyond printable ASCII, or wrong in any way.
 */
export function end_of_plain_properties(bytes: Uint8Array, at: number, end: number): number | null {
  if (at >= end) return null;
  const length = bytes[at] as number;
  const block_end = at + 1 + length;
  if (length > 0x7f || block_end > end) return null;
  let place = at + 1;
  let seen = 0;
  while (place < block_end) {
    const identifier = bytes[place] as number;
    // Of these one each is allowed (2.2.2.2).
    if (identifier !== USER_PROPERTY) {
      if (identifier > CORRELATION_DATA || (seen & (1 << identifier)) !== 0) return null;
      seen |= 1 << identifier;
    }
    const next = end_of_value(identifier, bytes, place + 1, block_end);
    if (next === null) return null;
    place = next;
  }
  return block_end;
}

function end_of_value(identifier: number, bytes: Uint8Array, at: number, end: number): number | null {
  switch (identifier) {
    case PAYLOAD_FORMAT_INDICATOR:
      return at < end && (bytes[at] as number) <= 1 ? at + 1 : null;
    case MESSAGE_EXPIRY_INTERVAL:
      return at + 4 <= end ? at + 4 : null;
    case CONTENT_TYPE:
      return end_of_text(bytes, at, end, false);
    case RESPONSE_TOPIC:
      return end_of_text(bytes, at, end, true);
    case CORRELATION_DATA:
      return end_of_field(bytes, at, end);
    case USER_PROPERTY: {
      const value = end_of_text(bytes, at, end, false);
      return value === null ? null : end_of_text(bytes, value, end, false);
    }
    default:
      return null;
  }
}

function end_of_text(bytes: Uint8Array, at: number, end: number, is_topic: boolean): number | null {
  const text_end = end_of_field(bytes, at, end);
  if (text_end === null || (is_topic && text_end === at + 2)) return null;
  for (let place = at + 2; place < text_end; place += 1) {
    const byte = bytes[place] as number;
    if (byte < SPACE || byte > TILDE || (is_topic && (byte === HASH || byte === PLUS))) return null;
  }
  return text_end;
}

/** Of text or binary data, with its length before it (1.5.4, 1.5.6). */
function end_of_field(bytes: Uint8Array, at: number, end: number): number | null {
  if (at + 2 > end) return null;
  const field_end = at + 2 + (((bytes[at] as number) << 8) | (bytes[at + 1] as number));
  return field_end <= end ? field_end : null;
}
