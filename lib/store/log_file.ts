// Decides how changes are appended to an open log, which of them are the newest of their keys, and how these are read
// again. Either all of an append counts, or nothing.

import { type Files, read_all, store_error, write_all } from "./disk.ts";
import { type Frame, type FrameWriter, judge_frame, value_in } from "./log_format.ts";
import { type Place, Places } from "./places.ts";

/** So much is read at a time when all is read. */
const WINDOW_BYTES = 65_536;

export class LogFile {
  readonly path: string;
  readonly salt: number;
  readonly #files: Files;
  #fd: number;
  /** Where the newest put of each key lies. */
  readonly #places = new Places();
  /** Where the next change goes; what may lie behind it does not count. */
  #end: number;
  #live = 0;
  #has_unsynced = false;
  /** Bytes that do not count could not be cut off. */
  #has_rest = false;

  /** `end`: where the last of its frames ends. */
  constructor(files: Files, path: string, fd: number, salt: number, end: number) {
    this.#files = files;
    this.path = path;
    this.#fd = fd;
    this.salt = salt;
    this.#end = end;
  }

  /** How many bytes it has. */
  get size(): number {
    return this.#end;
  }

  /** How many of them are the newest puts. */
  get live(): number {
    return this.#live;
  }

  get has_unsynced(): boolean {
    return this.#has_unsynced;
  }

  /** Whether the file is open: not after `close`, nor after a `reopen` that failed. */
  get is_open(): boolean {
    return this.#fd >= 0;
  }

  /** The keys that there are, in the order in which they lie in the log. */
  get keys(): number[] {
    return this.#places.keys;
  }

  /** A frame that lies in the log counts from now on. */
  adopt({ is_put, keys, at, end }: Frame): void {
    for (const key of keys) {
      if (is_put) this.#live += end - at - this.#places.set(key, at, end);
      else this.#live -= this.#places.delete(key);
    }
  }

  /** Throws StoreError; then nothing of it counts. */
  append(writer: FrameWriter): void {
    writer.seal();
    const { bytes, length, keys, ends } = writer;
    if (this.#has_rest) this.cut();
    try {
      write_all(this.#files, this.#fd, bytes, length, this.#end);
    } catch (error) {
      this.#has_rest = true;
      try {
        this.cut();
      } catch {
        // It is tried again before anything is written behind it.
      }
      throw store_error(`cannot write to ${this.path}`, error);
    }
    let at = this.#end;
    for (let index = 0; index < keys.length; index++) {
      const key = keys[index] as number;
      const end = this.#end + (ends[index] as number);
      if (key >= 0) this.#live += end - at - this.#places.set(key, at, end);
      else this.#live -= this.#places.delete(-key - 1);
      at = end;
    }
    this.#end += length;
    this.#has_unsynced = true;
  }

  /** Cuts off what lies behind the last change that counts. */
  cut(): void {
    try {
      this.#files.ftruncateSync(this.#fd, this.#end);
      this.#has_rest = false;
    } catch (error) {
      throw store_error(`cannot write to ${this.path}`, error);
    }
  }

  /** Makes what was appended outlive a power cut. After a failure nobody knows what will. */
  sync(): void {
    if (!this.#has_unsynced) return;
    try {
      this.#files.fdatasyncSync(this.#fd);
    } catch (error) {
      throw store_error(`what was written to ${this.path} may be lost with the power`, error);
    }
    this.#has_unsynced = false;
  }

  /** The bytes that hold a record, as they lie in the log. */
  frame(key: number): Uint8Array {
    const { at, end } = this.#places.find(key) as Place;
    const bytes = new Uint8Array(end - at);
    read_all(this.#files, this.#fd, bytes, at);
    return bytes;
  }

  /** The same of all records, in the order in which they lie in the log; the bytes are good until the next. */
  *frames(): IterableIterator<{ readonly key: number; readonly bytes: Uint8Array }> {
    let window = new Uint8Array(0);
    let begin = 0;
    for (const key of this.keys) {
      const { at, end } = this.#places.find(key) as Place;
      if (end > begin + window.length) {
        window = new Uint8Array(Math.max(end - at, Math.min(WINDOW_BYTES, this.#end - at)));
        begin = at;
        read_all(this.#files, this.#fd, window, begin);
      }
      yield { key, bytes: window.subarray(at - begin, end - begin) };
    }
  }

  /** The value in such bytes; null when they are not what was written. */
  value(bytes: Uint8Array): Uint8Array | null {
    const found = judge_frame(bytes, 0, this.salt);
    return found.state === "whole" ? value_in(bytes, found.frame) : null;
  }

  has(key: number): boolean {
    return this.#places.find(key) !== null;
  }

  /** The rights of the file. */
  get mode(): number {
    return this.#files.fstatSync(this.#fd).mode & 0o777;
  }

  close(): void {
    if (!this.is_open) return;
    const fd = this.#fd;
    this.#fd = -1;
    this.#files.closeSync(fd);
  }

  /** After `close`. */
  reopen(): void {
    this.#fd = this.#files.openSync(this.path, "r+");
  }
}
