// Decides how records lie in a log: its header, the frame of a change, and how a frame is told from anything else.
//
// Header, 16 bytes: "karere1\n", the salt of the file, the CRC-32 of both. Frame, numbers little-endian:
//
//   0  the salt              by which a frame is found again behind damage, and which no other file has
//   4  upper part of the key, and in the top byte what it is: 1 put, 2 delete
//   8  lower part of the key
//  12  put: length of the value; delete: how many more keys, each two above the one before
//  16  CRC-32 of the above   so that a wrong length is not believed
//  20  the value, and the CRC-32 of the above and the value; only with a put

import { checksum, checksum_in } from "./checksum.ts";
import type { UnwrittenRecord } from "./store.ts";

export const HEADER_BYTES = 16;
const HEAD_BYTES = 20;
const TAIL_BYTES = 4;
/** The last sign before the line's end is the version of the format. */
const magic = new TextEncoder().encode("karere1\n");
const VERSION_AT = 6;
/** Where the salt stands in the header. */
export const SALT_AT = 8;

const PUT = 1;
const DELETE = 2;
/** Keys have 53 bits: this many of them stand in the upper half. */
const UPPER_MASK = 0x1fffff;
const HALF = 0x1_0000_0000;
/** How far apart the keys are that one delete ends. */
const STEP = 2;
/** So many more than one end with one delete; a longer run begins another. */
const MOST_MORE = 65_535;
const NO_KEY = -1;

/** How many bytes a put of so large a value takes. */
function put_size(length: number): number {
  return HEAD_BYTES + length + TAIL_BYTES;
}

export function header_of(salt: number): Uint8Array {
  const header = new Uint8Array(HEADER_BYTES);
  const view = view_of(header);
  header.set(magic);
  view.setUint32(SALT_AT, salt, true);
  view.setUint32(12, checksum(header, 0, 12), true);
  return header;
}

/** Changes on their way to a log, as they will lie there. */
export class FrameWriter {
  /** Those of it up to `length` are written. */
  bytes: Uint8Array = Buffer.allocUnsafeSlow(SMALL_BUFFER);
  length = 0;
  /** Of each change the key; of the end of a record minus the key, minus one. */
  readonly keys: number[] = [];
  /** Where each ends in the bytes. */
  readonly ends: number[] = [];
  #view = view_of(this.bytes);
  /** The run of keys that the last frame deletes, if it is not sealed: the first, and the one that would continue it. */
  #run_first = NO_KEY;
  #run_next = NO_KEY;
  #run_salt = 0;

  put(salt: number, key: number, value: Uint8Array): void {
    this.seal();
    this.#reserve(put_size(value.length));
    this.bytes.set(value, this.length + HEAD_BYTES);
    this.#end_put(salt, key, value.length);
  }

  put_in_place(salt: number, key: number, record: UnwrittenRecord): void {
    this.seal();
    this.#reserve(put_size(record.most));
    this.#end_put(salt, key, record.write(this.bytes, this.length + HEAD_BYTES));
  }

  delete(salt: number, key: number): void {
    if (key !== this.#run_next || key - this.#run_first > STEP * MOST_MORE) {
      this.seal();
      this.#reserve(HEAD_BYTES);
      this.#run_first = key;
      this.#run_salt = salt;
      this.length += HEAD_BYTES;
    }
    this.#run_next = key + STEP;
    this.#note(-key - 1);
  }

  /** Ends the run of keys that are deleted, if there is one: what was written so far is whole. */
  seal(): void {
    if (this.#run_next === NO_KEY) return;
    const more = (this.#run_next - this.#run_first) / STEP - 1;
    this.#head(this.length - HEAD_BYTES, this.#run_salt, DELETE, this.#run_first, more);
    this.#run_next = NO_KEY;
  }

  /** Empties it, and keeps no more memory than usual changes need. */
  clear(): void {
    this.length = 0;
    this.keys.length = 0;
    this.ends.length = 0;
    this.#run_next = NO_KEY;
    if (this.bytes.length > LARGE_BUFFER) this.#resize(SMALL_BUFFER);
  }

  /** The value lies there already. */
  #end_put(salt: number, key: number, length: number): void {
    const value_at = this.length + HEAD_BYTES;
    const seed = this.#head(this.length, salt, PUT, key, length);
    const end = value_at + length;
    this.#view.setInt32(end, checksum_in(this.#view, value_at, end, seed), true);
    this.length = end + TAIL_BYTES;
    this.#note(key);
  }

  #note(change: number): void {
    this.keys.push(change);
    this.ends.push(this.length);
  }

  #head(at: number, salt: number, kind: number, key: number, length: number): number {
    const view = this.#view;
    const upper = Math.floor(key / HALF);
    view.setInt32(at, salt, true);
    view.setInt32(at + 4, (kind << 24) | upper, true);
    view.setUint32(at + 8, key - upper * HALF, true);
    view.setUint32(at + 12, length, true);
    const sum = checksum_in(view, at, at + 16);
    view.setInt32(at + 16, sum, true);
    return sum;
  }

  /** Makes room for so many bytes. */
  #reserve(size: number): void {
    const needed = this.length + size;
    if (needed > this.bytes.length) this.#resize(Math.max(needed, 2 * this.bytes.length));
  }

  #resize(size: number): void {
    const filled = this.bytes.subarray(0, this.length);
    this.bytes = Buffer.allocUnsafeSlow(size);
    this.bytes.set(filled);
    this.#view = view_of(this.bytes);
  }
}

const SMALL_BUFFER = 4096;
const LARGE_BUFFER = 1_048_576;

/** A change, where it lies in the bytes that were read. */
export interface Frame {
  readonly is_put: boolean;
  /** What is put, or the records that are ended. */
  readonly keys: readonly number[];
  readonly at: number;
  /** Where the next one begins. */
  readonly end: number;
}

/** The value in a put. */
export function value_in(bytes: Uint8Array, { at, end }: Frame): Uint8Array {
  return bytes.subarray(at + HEAD_BYTES, end - TAIL_BYTES);
}

/**
 * - `whole`: nothing is wrong with it.
 * - `torn`: it would be right if it did not end too early.
 * - `damaged`: `end` is where it ends if its head can be believed, else null.
 */
export type Judgement =
  | { readonly state: "whole"; readonly frame: Frame }
  | { readonly state: "torn" }
  | { readonly state: "damaged"; readonly end: number | null };

/** What lies at `at`. */
export function judge_frame(bytes: Uint8Array, at: number, salt: number): Judgement {
  const view = view_of(bytes);
  const left = bytes.length - at;
  if (left < HEAD_BYTES) return is_begun(bytes, at, salt) ? torn : lost;
  if (view.getUint32(at, true) !== salt) return lost;
  const seed = checksum(bytes, at, at + 16);
  if (view.getUint32(at + 16, true) !== seed) return lost;
  const frame = frame_in(view, at);
  if (frame === null) return lost;
  if (frame.end > bytes.length) return torn;
  if (!frame.is_put) return { state: "whole", frame };
  const sum_at = frame.end - TAIL_BYTES;
  const is_whole = view.getUint32(sum_at, true) === checksum(bytes, at + HEAD_BYTES, sum_at, seed);
  return is_whole ? { state: "whole", frame } : { state: "damaged", end: frame.end };
}

const torn: Judgement = { state: "torn" };
const lost: Judgement = { state: "damaged", end: null };

/** Whether the rest of the bytes, too short for a frame, can be the beginning of one. */
function is_begun(bytes: Uint8Array, at: number, salt: number): boolean {
  const beginning = new Uint8Array(4);
  view_of(beginning).setUint32(0, salt, true);
  return bytes.subarray(at, at + 4).every((byte, index) => byte === beginning[index]);
}

/** Null: no head of ours says that. */
function frame_in(view: DataView, at: number): Frame | null {
  const upper = view.getUint32(at + 4, true);
  const key = (upper & UPPER_MASK) * HALF + view.getUint32(at + 8, true);
  const kind = upper >>> 24;
  const is_put = kind === PUT;
  const count = view.getUint32(at + 12, true);
  if (is_put) return { is_put, keys: [key], at, end: at + put_size(count) };
  if (kind !== DELETE || count > MOST_MORE) return null;
  const keys = Array.from({ length: count + 1 }, (_, index) => key + index * STEP);
  return { is_put, keys, at, end: at + HEAD_BYTES };
}

/** What a header tells. `later`: the log is of a version of the format that came after this one. */
export type Header =
  | { readonly state: "good"; readonly salt: number }
  | { readonly state: "damaged" | "later" };

export function judge_header(bytes: Uint8Array): Header {
  if (bytes.length < HEADER_BYTES) return { state: "damaged" };
  const view = view_of(bytes);
  if (view.getUint32(12, true) !== checksum(bytes, 0, 12)) return { state: "damaged" };
  if (begins_with(bytes, magic)) return { state: "good", salt: view.getUint32(SALT_AT, true) };
  return { state: begins_with(bytes, magic.subarray(0, VERSION_AT)) ? "later" : "damaged" };
}

/** Whether these are the first bytes of a header, give or take a few. */
export function resembles_header(bytes: Uint8Array): boolean {
  const known = bytes.subarray(0, magic.length);
  return known.filter((byte, index) => byte === magic[index]).length * 2 >= known.length;
}

/** The four bytes at `at`, which are the salt where a frame begins; null when there are not as many. */
export function salt_at(bytes: Uint8Array, at: number): number | null {
  return at + 4 > bytes.length ? null : view_of(bytes).getUint32(at, true);
}

function begins_with(bytes: Uint8Array, beginning: Uint8Array): boolean {
  return beginning.every((byte, index) => byte === bytes[index]);
}

function view_of({ buffer, byteOffset, byteLength }: Uint8Array): DataView {
  return new DataView(buffer, byteOffset, byteLength);
}
