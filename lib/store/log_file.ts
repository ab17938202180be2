// Decides how changes are appended to an open log, which of them are the newest of their keys, and how these are read
// again. Either all of an append counts, or nothing.

import { type Files, read_all, store_error, write_all } from "./disk.ts";
import { type Frame, type FrameWriter, judge_frame, value_in, written_frames } from "./log_format.ts";

/** Where the newest put of a key lies. */
interface Place {
  readonly at: number;
  readonly end: number;
}

export class LogFile {
  readonly path: string;
  readonly salt: number;
  readonly #files: Files;
  #fd: number;
  readonly #places = new Map<number, Place>();
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
    return [...this.#places.keys()];
  }

  /** A frame that lies in the log counts from now on; its place is `by` further than it says. */
  adopt({ is_put, key, at, end }: Frame, by = 0): void {
    this.forget(key);
    if (!is_put) return;
    this.#places.set(key, { at: at + by, end: end + by });
    this.#live += end - at;
  }

  /** The key is there no more, whatever the log says. */
  forget(key: number): void {
    const place = this.#places.get(key);
    if (place === undefined) return;
    this.#places.delete(key);
    this.#live -= place.end - place.at;
  }

  /** Throws StoreError; then nothing of it counts. */
  append({ bytes, length }: FrameWriter): void {
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
    for (const frame of written_frames(bytes, length)) this.adopt(frame, this.#end);
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
    const { at, end } = this.#places.get(key) as Place;
    const bytes = new Uint8Array(end - at);
    read_all(this.#files, this.#fd, bytes, at);
    return bytes;
  }

  /** The value in such bytes; null when they are not what was written. */
  value(bytes: Uint8Array): Uint8Array | null {
    const found = judge_frame(bytes, 0, this.salt);
    return found.state === "whole" ? value_in(bytes, found.frame) : null;
  }

  has(key: number): boolean {
    return this.#places.has(key);
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
