// Decides how bytes are made, joined and shown; the only file that knows the platform's byte helpers. In Node (and
// wherever a global `Buffer` exists) bytes handed to users are Buffers, elsewhere they are plain Uint8Arrays.

/** `Buffer` where the platform has one (and its types are loaded), else `Uint8Array`. */
export type Bytes = typeof globalThis extends { Buffer: { prototype: infer B extends Uint8Array } }
  ? B
  : Uint8Array;

const platform_buffer = (globalThis as { Buffer?: typeof Buffer }).Buffer;
const encoder = new TextEncoder();
// ignoreBOM keeps U+FEFF: it is a character of the text and must not be skipped [MQTT-1.5.4-3].
const decoder = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });

/** Small bytes are cut from slabs of this size: whoever keeps one of them keeps no more memory than this. */
const SLAB_BYTES = 8192;
/** Above this size, bytes have memory of their own. */
const LARGEST_SLICE = SLAB_BYTES / 4;

class Slab {
  bytes = new Uint8Array(0);
  #used = 0;

  /** Where so many bytes of `bytes` are free; they are taken then. */
  place(length: number): number {
    if (this.#used + length > this.bytes.length) {
      this.bytes = new Uint8Array(SLAB_BYTES);
      this.#used = 0;
    }
    const at = this.#used;
    this.#used += (length + 7) & ~7; // views that begin at multiples of 8 are copied faster
    return at;
  }
}

/**
 * What users get is not beside what the house keeps: they may hand over, and so take away, all that their bytes lie in; be it
 * with the payloads of other messages.
 */
const users_slab = /* @__PURE__ */ new Slab();
const house_slab = /* @__PURE__ */ new Slab();

// Node's own pool would do, but for its size: it has grown to 64 KiB with Node 26.
function slice_of_slab(buffer: typeof Buffer, length: number): Bytes {
  const at = users_slab.place(length);
  return buffer.from(users_slab.bytes.buffer, at, length);
}

/** Fresh bytes of the given length with undefined content: the caller fills all of them. */
export const new_bytes: (length: number) => Bytes = platform_buffer
  ? (length) =>
      length === 0 || length > LARGEST_SLICE
        ? platform_buffer.allocUnsafeSlow(length)
        : slice_of_slab(platform_buffer, length)
  : (length) => new Uint8Array(length) as Bytes;

/** The same, in memory that no others lie in. */
export const own_bytes: (length: number) => Uint8Array = platform_buffer
  ? (length) => platform_buffer.allocUnsafeSlow(length)
  : (length) => new Uint8Array(length);

/** A copy that shares no memory with `view`: a Buffer in Node, so that `.toString()` decodes. */
export function copy_bytes(view: Uint8Array): Bytes {
  const copy = new_bytes(view.length);
  copy.set(view);
  return copy;
}

/** A copy for the house that lies, with others, in larger memory: a view of it need only be made when somebody looks at it. */
export class Snapshot {
  readonly bytes: Uint8Array;
  readonly begin: number;
  readonly end: number;

  constructor(view: Uint8Array) {
    const { length } = view;
    const is_small = length > 0 && length <= LARGEST_SLICE;
    this.begin = is_small ? house_slab.place(length) : 0;
    this.end = this.begin + length;
    this.bytes = is_small ? house_slab.bytes : new Uint8Array(view);
    if (is_small) this.bytes.set(view, this.begin);
  }
}

/** A part of `bytes` without a copy, as what users get. */
export const view_of: (bytes: Uint8Array, begin: number, end: number) => Bytes = platform_buffer
  ? ({ buffer, byteOffset }, begin, end) =>
      platform_buffer.from(buffer as ArrayBuffer, byteOffset + begin, end - begin)
  : (bytes, begin, end) => bytes.subarray(begin, end) as Bytes;

/** The bytes of any buffer or view, without a copy. */
export function view_bytes(source: ArrayBuffer | ArrayBufferView): Uint8Array {
  return ArrayBuffer.isView(source)
    ? new Uint8Array(source.buffer, source.byteOffset, source.byteLength)
    : new Uint8Array(source);
}

/** Text as UTF-8. A lone surrogate becomes U+FFFD: check the text first where that matters. */
export const encode_utf8: (text: string) => Uint8Array = platform_buffer
  ? (text) => platform_buffer.from(text, "utf8")
  : (text) => encoder.encode(text);

/** Writes text as UTF-8 into `bytes` from `at` on, where there is room for it; gives how many bytes it took. */
export const write_utf8: (bytes: Uint8Array, text: string, at: number) => number = platform_buffer
  ? (bytes, text, at) => (bytes as Buffer).write(text, at, "utf8")
  : (bytes, text, at) => encoder.encodeInto(text, bytes.subarray(at)).written;

/** UTF-8 as text. Throws the platform's TypeError when the bytes are not well-formed UTF-8. */
export function decode_utf8(bytes: Uint8Array): string {
  return decoder.decode(bytes);
}

/** How many bytes the text has as UTF-8. */
export const utf8_length: (text: string) => number = platform_buffer
  ? (text) => platform_buffer.byteLength(text, "utf8")
  : (text) => encoder.encode(text).length;

/** All parts one after the other, as fresh bytes. */
export function concat_bytes(parts: readonly Uint8Array[]): Bytes {
  let length = 0;
  for (const part of parts) length += part.length;
  const joined = new_bytes(length);
  let at = 0;
  for (const part of parts) {
    joined.set(part, at);
    at += part.length;
  }
  return joined;
}

/** Whether both hold the same bytes. */
export function equal_bytes(a: Uint8Array, b: Uint8Array): boolean {
  return a.length === b.length && a.every((byte, index) => byte === b[index]);
}

/** Lower-case hexadecimal digits, two for each byte. */
export function hex_of(bytes: Uint8Array): string {
  let text = "";
  for (const byte of bytes) text += byte.toString(16).padStart(2, "0");
  return text;
}
