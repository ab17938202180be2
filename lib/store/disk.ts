// Decides how files are reached, whole or not at all, and how the system's failures are told: one sentence that a beginner
// can act on.

import type { ErrorCode } from "../model/errors.ts";
import { StoreError } from "../model/errors.ts";

/** What is used of `node:fs`. */
export interface Files {
  openSync(path: string, flags: string, mode?: number): number;
  closeSync(fd: number): void;
  fstatSync(fd: number): { readonly size: number; readonly mode: number };
  readSync(fd: number, bytes: Uint8Array, offset: number, length: number, position: number): number;
  writeSync(fd: number, bytes: Uint8Array, offset: number, length: number, position: number | null): number;
  ftruncateSync(fd: number, length: number): void;
  fsyncSync(fd: number): void;
  fdatasyncSync(fd: number): void;
  renameSync(from: string, to: string): void;
  linkSync(existing: string, also: string): void;
  unlinkSync(path: string): void;
  realpathSync(path: string): string;
  readFileSync(path: string): Uint8Array;
  statSync(path: string): { readonly mtimeMs: number };
  utimesSync(path: string, atime: number, mtime: number): void;
}

/** What the system says, without its words around it. */
export function system_code(error: unknown): string | undefined {
  return (error as NodeJS.ErrnoException).code;
}

const told: Readonly<Record<string, readonly [code: ErrorCode, hint: string]>> = {
  ENOSPC: ["ERR_MQTT_STORE_FULL", "the disk is full"],
  EDQUOT: ["ERR_MQTT_STORE_FULL", "the quota of this user is used up"],
  EFBIG: ["ERR_MQTT_STORE_FULL", "a file may not grow that large here"],
  EACCES: ["ERR_MQTT_STORE_ACCESS", "this user may not write there"],
  EPERM: ["ERR_MQTT_STORE_ACCESS", "the system does not allow it"],
  EROFS: ["ERR_MQTT_STORE_ACCESS", "the file system is mounted read-only"],
  ENOENT: ["ERR_MQTT_STORE", "its folder does not exist"],
  ENOTDIR: ["ERR_MQTT_STORE", "a part of its path is no folder"],
  EISDIR: ["ERR_MQTT_STORE", "it is a folder: name a file"],
  EMFILE: ["ERR_MQTT_STORE", "this process has too many files open"],
  EIO: ["ERR_MQTT_STORE", "the disk does not work"],
};

/** `error` of the system as a `StoreError`; one that is told already stays as it is. */
export function store_error(what: string, error: unknown): StoreError {
  if (error instanceof StoreError) return error;
  const [code, hint] = told[`${system_code(error)}`] ?? ["ERR_MQTT_STORE", (error as Error).message];
  return new StoreError(what, { code, hint, cause: error });
}

/** Writes all of the first `length` bytes at `position` (null: where the file ends), in as many steps as it takes. */
export function write_all(
  files: Files,
  fd: number,
  bytes: Uint8Array,
  length: number,
  position: number | null,
): void {
  for (let done = 0; done < length; ) {
    done += files.writeSync(fd, bytes, done, length - done, position === null ? null : position + done);
  }
}

/** Fills `bytes` with what lies at `position`. Throws when the file ends before that. */
export function read_all(files: Files, fd: number, bytes: Uint8Array, position: number): void {
  for (let done = 0; done < bytes.length; ) {
    const read = files.readSync(
      fd,
      bytes,
      done,
      Math.min(bytes.length - done, MOST_AT_ONCE),
      position + done,
    );
    if (read === 0)
      throw new StoreError("a file of the store is shorter than it was: somebody else has changed it");
    done += read;
  }
}

/** The system reads no more than this with one call. */
const MOST_AT_ONCE = 0x4000_0000;

/** Removes a file that does no harm if it stays. */
export function remove(files: Files, path: string): void {
  try {
    files.unlinkSync(path);
  } catch {
    // So it stays.
  }
}

/** Makes the names in a folder outlive a power cut. Windows has no way to, and needs none. */
export function sync_folder(files: Files, folder: string): void {
  if (process.platform === "win32") return;
  const fd = files.openSync(folder, "r");
  try {
    files.fsyncSync(fd);
  } finally {
    files.closeSync(fd);
  }
}
