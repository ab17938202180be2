// Decides how bytes are checked: CRC-32, which finds every change of up to three bits in a record of any usual size, and
// nearly all others.

import { zlib } from "./on_demand.ts";

/** What a byte does to the sum when so many others follow it: so eight bytes go in one step. Filled by the first use. */
const tables = Array.from({ length: 8 }, () => new Int32Array(256));
const [t0, t1, t2, t3, t4, t5, t6, t7] = tables as Eight<Int32Array>;
let is_filled = false;

type Eight<T> = [T, T, T, T, T, T, T, T];

function fill(): void {
  is_filled = true;
  for (let byte = 0; byte < 256; byte++) {
    let value = byte;
    for (const table of tables) {
      for (let bit = 0; bit < 8; bit++) value = (value & 1) === 1 ? (value >>> 1) ^ 0xedb88320 : value >>> 1;
      table[byte] = value;
    }
  }
}

let crc32: ReturnType<typeof zlib>["crc32"] | null = null;

/** Below this size a call of zlib's own costs more than the loop. */
const FEW_BYTES = 256;

/** The CRC-32 of a part of `bytes`; with `seed`, of what that is the CRC-32 of and this behind it. */
export function checksum(bytes: Uint8Array, begin: number, end: number, seed = 0): number {
  return checksum_in(new DataView(bytes.buffer, bytes.byteOffset, bytes.length), begin, end, seed) >>> 0;
}

/** The same of what a view shows, which is the faster way to read words; with a sign, which keeps it a small integer. */
export function checksum_in(view: DataView, begin: number, end: number, seed = 0): number {
  if (end - begin > FEW_BYTES) {
    crc32 ??= zlib().crc32;
    return crc32(new Uint8Array(view.buffer, view.byteOffset + begin, end - begin), seed >>> 0) | 0;
  }
  if (!is_filled) fill();
  let value = ~seed;
  let at = begin;
  for (const last = end - 8; at <= last; at += 8) {
    value ^= view.getInt32(at, true);
    const next = view.getInt32(at + 4, true);
    value =
      (t7[value & 0xff] as number) ^
      (t6[(value >>> 8) & 0xff] as number) ^
      (t5[(value >>> 16) & 0xff] as number) ^
      (t4[value >>> 24] as number) ^
      (t3[next & 0xff] as number) ^
      (t2[(next >>> 8) & 0xff] as number) ^
      (t1[(next >>> 16) & 0xff] as number) ^
      (t0[next >>> 24] as number);
  }
  if (at <= end - 4) {
    value ^= view.getInt32(at, true);
    value =
      (t3[value & 0xff] as number) ^
      (t2[(value >>> 8) & 0xff] as number) ^
      (t1[(value >>> 16) & 0xff] as number) ^
      (t0[value >>> 24] as number);
    at += 4;
  }
  for (; at < end; at++) value = (t0[(value ^ view.getUint8(at)) & 0xff] as number) ^ (value >>> 8);
  return ~value;
}
