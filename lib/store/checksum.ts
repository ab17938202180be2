// Decides how bytes are checked: CRC-32, which finds every change of up to three bits in a record of any usual size, and
// nearly all others.

import { zlib } from "./on_demand.ts";

const table = new Uint32Array(256);
for (let index = 0; index < 256; index++) {
  let value = index;
  for (let bit = 0; bit < 8; bit++) value = (value & 1) === 1 ? (value >>> 1) ^ 0xedb88320 : value >>> 1;
  table[index] = value;
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
  for (let at = begin; at < end; at++) {
    value = (table[(value ^ (bytes[at] as number)) & 0xff] as number) ^ (value >>> 8);
  }
  return ~value >>> 0;
}
