// Decides how the standard input is read, so that everything else goes on meanwhile: by its descriptor, because the input
// of the process belongs to the script's thread, which waits; and so that the process can end before anything has come.

import { createReadStream, fstatSync } from "node:fs";
import { Socket } from "node:net";
import type { Readable } from "node:stream";
import { isatty, ReadStream } from "node:tty";

const STDIN = 0;

/** What comes, piece by piece; opened when the first is asked for. */
export async function* standard_input(): AsyncGenerator<Uint8Array, void> {
  const stream = open();
  if (stream !== null) yield* stream;
}

/** Null when it is closed. */
function open(): Readable | null {
  if (isatty(STDIN)) return new ReadStream(STDIN);
  try {
    const kind = fstatSync(STDIN);
    const may_wait = kind.isFIFO() || kind.isSocket();
    return may_wait
      ? new Socket({ fd: STDIN, readable: true, writable: false })
      : createReadStream("", { fd: STDIN });
  } catch {
    return null;
  }
}
