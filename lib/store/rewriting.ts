// Decides how a log gets rid of its garbage: what counts is copied to a new file, which then takes the place of the old
// one. Wherever that is interrupted, one of the two is there, whole.

import { type Files, remove, write_all } from "./disk.ts";
import { LogFile } from "./log_file.ts";
import { FrameWriter, HEADER_BYTES, header_of } from "./log_format.ts";
import { crypto } from "./on_demand.ts";

/** So many bytes are copied with one write. */
const CHUNK_BYTES = 65_536;

/**
 * The log without its garbage, in its place. What could not be copied is given to `damaged` and left out. When it throws,
 * the old log is as it was, unless it is not open any more. The folder has still to be synced.
 */
export function rewritten(
  files: Files,
  old: LogFile,
  damaged: (key: number, bytes: Uint8Array) => void,
): LogFile {
  const aside = `${old.path}.new`;
  const fd = files.openSync(aside, "w+", old.mode);
  try {
    const log = new_log(files, old.path, fd);
    const writer = new FrameWriter();
    for (const { key, bytes } of old.frames()) {
      const value = old.value(bytes);
      if (value === null) damaged(key, bytes);
      else writer.put(log.salt, key, value);
      if (writer.length >= CHUNK_BYTES) flush(log, writer);
    }
    flush(log, writer);
    files.fsyncSync(fd);
    replace(files, old, aside);
    return log;
  } catch (error) {
    files.closeSync(fd);
    remove(files, aside);
    throw error;
  }
}

/** Begins a log in an empty file. */
export function new_log(files: Files, path: string, fd: number): LogFile {
  // Never 0, so that no zeros can be taken for a frame; and a small integer for the engine.
  const salt = crypto().randomInt(1, 2 ** 31);
  write_all(files, fd, header_of(salt), HEADER_BYTES, 0);
  return new LogFile(files, path, fd, salt, HEADER_BYTES);
}

function flush(log: LogFile, writer: FrameWriter): void {
  log.append(writer);
  writer.clear();
}

/** There are systems on which an open file cannot be replaced. */
function replace(files: Files, old: LogFile, aside: string): void {
  old.close();
  try {
    files.renameSync(aside, old.path);
  } catch (error) {
    old.reopen();
    throw error;
  }
}
