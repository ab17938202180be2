// Decides how a log is opened: found or made, read whole, and left to others when it is not ours.

import { dirname } from "node:path";
import { StoreError } from "../model/errors.ts";
import { type Files, read_all, sync_folder, system_code } from "./disk.ts";
import { LogFile } from "./log_file.ts";
import { value_in } from "./log_format.ts";
import { type Fault, type LogContents, read_log } from "./log_reader.ts";
import { new_log } from "./rewriting.ts";
import type { StoredRecord } from "./store.ts";

/** Bytes of the file that did not count. */
export interface Found extends Fault {
  readonly bytes: Uint8Array;
}

export interface Opened {
  readonly log: LogFile;
  /** In the order of their keys. */
  readonly records: StoredRecord[];
  readonly faults: readonly Found[];
}

/** Opens the log at `path`; throws what the system says, or a StoreError for a file that must not be touched. */
export function open_log(files: Files, path: string): Opened {
  const fd = open_file(files, path);
  try {
    const bytes = new Uint8Array(files.fstatSync(fd).size);
    read_all(files, fd, bytes, 0);
    const contents = ours(path, read_log(bytes));
    const faults = contents.faults.map((fault) => ({ ...fault, bytes: bytes.slice(fault.at, fault.end) }));
    const { salt } = contents;
    if (salt === null) return { log: begun(files, path, fd), records: [], faults };
    return { ...taken_in(bytes, contents, (end) => new LogFile(files, path, fd, salt, end)), faults };
  } catch (error) {
    files.closeSync(fd);
    throw error;
  }
}

function open_file(files: Files, path: string): number {
  try {
    return files.openSync(path, "r+");
  } catch (error) {
    if (system_code(error) !== "ENOENT") throw error;
    return files.openSync(path, "wx+", 0o600);
  }
}

function ours(path: string, contents: ReturnType<typeof read_log>): LogContents {
  if (contents === "later") throw new StoreError(`${path} was written by a later version of karere`);
  if (contents !== "foreign") return contents;
  const hint = "name another file, or move this one away";
  throw new StoreError(`${path} is no log of karere, or its beginning is lost`, { hint });
}

function begun(files: Files, path: string, fd: number): LogFile {
  files.ftruncateSync(fd, 0);
  const log = new_log(files, path, fd);
  sync_folder(files, dirname(path));
  return log;
}

function taken_in(
  bytes: Uint8Array,
  { frames, faults }: LogContents,
  log_to: (end: number) => LogFile,
): Omit<Opened, "faults"> {
  const torn = faults.find(({ kind }) => kind === "torn");
  const log = log_to(torn?.at ?? bytes.length);
  if (torn !== undefined) log.cut();
  const values = new Map<number, Uint8Array>();
  for (const frame of frames) {
    log.adopt(frame);
    if (frame.is_put) values.set(frame.keys[0] as number, value_in(bytes, frame));
  }
  const records = log.keys
    .sort((a, b) => a - b)
    .map((key) => ({ key, value: (values.get(key) as Uint8Array).slice() }));
  return { log, records };
}
