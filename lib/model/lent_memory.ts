// Decides how bytes that are shown for one look, in memory that is read into again, may be kept without a copy: whoever
// reads them lends the memory for the look, whoever looks says that it is kept, and the reader then reads into other memory.
// The two are far apart, and nothing between them has to know: a look is over before the next one begins.

let lent: ArrayBufferLike | null = null;
let wanted = false;

/** For the look that follows: `memory` may be kept, or none may. */
export function lend(memory: ArrayBufferLike | null): void {
  lent = memory;
  wanted = false;
}

/**
 * Says that part of what these bytes lie in had better be kept; also where it may not, so that the reader lends the next
 * bytes. Whether it may: else it has to be copied.
 */
export function keep_memory({ buffer }: Uint8Array): boolean {
  wanted = true;
  return buffer === lent;
}

/** The look is over. Whether somebody wanted to keep the memory, and does if it was lent. */
export function end_look(): boolean {
  lent = null;
  return wanted;
}
