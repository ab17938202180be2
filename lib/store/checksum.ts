// Decides how bytes are checked: CRC-32, which finds every change of up to three bits in a record of any usual size, and
// nearly all others.

import { zlib } from "./on_demand.ts";

/** What a byte does to the sum when none, one, two or three others follow it: so four bytes go in one step. */
const [last, third, second, first] = [0, 1, 2, 3].map(table_of) as [
  Uint32Array,
  Uint32Array,
  Uint32Array,
  Uint32Array,
];

function table_of(followers: number): Uint32Array {
  return Uint32Array.from({ length: 256 }, (_, byte) => {
    let value = byte;
    for (let bit = 0; bit < 8 * (followers + 1); bit++) {
      value = (value & 1) === 1 ? (value >>> 1) ^ 0xedb88320 : value >>> 1;
    }
    return value;
  });
}

let crc32: ReturnType<typeof zlib>["crc32"] | null = null;

/** Below this size a call of zlib's own costs more than the loop. */
const FEW_BYTES = 96;

/** The CRC-32 of a part of `bytes`; with `seed`, of what that is the CRC-32 of and this behind it. */
export function checksum(bytes: Uint8Array, begin: number, end: number, seed = 0): number {
  if (end - begin > FEW_BYTES) {
    crc32 ??= zlib().crc32;
    return crc32(bytes.subarray(begin, end), seed);
  }
  let value = ~seed;
  let at = begin;
  for (const fours = end - 3; at < fours; at += 4) {
    value ^=
      (bytes[at] as number) |
      ((bytes[at + 1] as number) << 8) |
      ((bytes[at + 2] as number) << 16) |
      ((bytes[at + 3] as number) << 24);
    value =
      (first[value & 0xff] as number) ^
      (second[(value >>> 8) & 0xff] as number) ^
      (third[(value >>> 16) & 0xff] as number) ^
      (last[value >>> 24] as number);
  }
  for (; at < end; at++) value = (last[(value ^ (bytes[at] as number)) & 0xff] as number) ^ (value >>> 8);
  return ~value >>> 0;
}
