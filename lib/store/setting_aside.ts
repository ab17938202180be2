// Decides where bytes go that are no record any more: behind each other into a file beside the log, each with a line that
// says what they are, for a human to look at.

import { type Files, write_all } from "./disk.ts";

/** Puts bytes aside, out of the log at `path`; returns where they are. `what`: a line on what they are. */
export function set_aside(files: Files, path: string, what: string, bytes: Uint8Array): string {
  const aside = `${path}.quarantine`;
  const line = `${new Date().toISOString()} ${what}, ${bytes.length} bytes:\n`;
  const text = Buffer.concat([Buffer.from(line), bytes, Buffer.from("\n")]);
  const fd = files.openSync(aside, "a", 0o600);
  try {
    write_all(files, fd, text, text.length, null);
    files.fsyncSync(fd);
  } finally {
    files.closeSync(fd);
  }
  return aside;
}
