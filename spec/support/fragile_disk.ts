// Decides how a disk behaves on which anything may go wrong: a call that fails, a disk that is full, a power cut between
// any two calls. It tells what was synced from what was not, for files and for the names in their folders.

import { dirname } from "node:path";
import type { Files } from "../../lib/store/disk.ts";

interface Content {
  bytes: Uint8Array;
  /** What a power cut leaves of it. */
  synced: Uint8Array;
}

interface Opened {
  path: string;
  readonly content: Content;
  readonly appends: boolean;
}

/** What a power cut leaves: of the files' bytes, and of their names, only what was synced, or all. */
export interface Remains {
  readonly bytes: "synced" | "all";
  readonly names: "synced" | "all";
}

/** All there may be: a system may write things in any order. */
export const all_remains: readonly Remains[] = [
  { bytes: "synced", names: "synced" },
  { bytes: "synced", names: "all" },
  { bytes: "all", names: "synced" },
  { bytes: "all", names: "all" },
];

export class FragileDisk implements Files {
  #names = new Map<string, Content>();
  #synced_names = new Map<string, Content>();
  #opened = new Map<number, Opened>();
  #last_fd = 2;
  /** The names of the calls so far. */
  readonly calls: string[] = [];
  /** Tells which call fails, and with what code. Half of a write that fails is done. */
  fails: (call: string, number: number, path: string) => string | null = () => null;
  /** From this call on nothing is done any more. */
  cut_at = Number.POSITIVE_INFINITY;
  /** How many bytes all files may have. */
  room = Number.POSITIVE_INFINITY;
  /** No more is written with one call. */
  most_at_once = Number.POSITIVE_INFINITY;

  /** The files and what is in them. */
  get files(): ReadonlyMap<string, Uint8Array> {
    return new Map([...this.#names].map(([path, { bytes }]) => [path, bytes]));
  }

  /** As if somebody else had written it. */
  put(path: string, bytes: Uint8Array): void {
    this.#names.set(path, { bytes: bytes.slice(), synced: bytes.slice() });
    this.#synced_names = new Map(this.#names);
  }

  /** The machine starts again; what it left locked is somebody else's affair. */
  power_cut({ bytes, names }: Remains): void {
    const left = new Map(names === "all" ? this.#names : this.#synced_names);
    for (const [path, content] of left) {
      if (bytes === "synced") content.bytes = content.synced.slice();
      if (path.endsWith(".lock")) left.delete(path);
    }
    this.#names = left;
    this.#opened = new Map();
    this.cut_at = Number.POSITIVE_INFINITY;
  }

  openSync(path: string, flags: string): number {
    this.#call("open", path);
    if (flags === "r" && !this.#names.has(path))
      return this.#give_fd({ path, content: nothing(), appends: false });
    if (flags.startsWith("wx") && this.#names.has(path)) throw system_error("EEXIST");
    if (flags === "r+" && !this.#names.has(path)) throw system_error("ENOENT");
    const content = this.#names.get(path) ?? nothing();
    if (flags.startsWith("w")) content.bytes = new Uint8Array(0);
    this.#names.set(path, content);
    return this.#give_fd({ path, content, appends: flags === "a" });
  }

  closeSync(fd: number): void {
    this.#call("close", this.#of(fd).path);
    this.#opened.delete(fd);
  }

  fstatSync(fd: number): { size: number; mode: number } {
    return { size: this.#of(fd).content.bytes.length, mode: 0o100600 };
  }

  readSync(fd: number, bytes: Uint8Array, offset: number, length: number, position: number): number {
    const { path, content } = this.#of(fd);
    this.#call("read", path);
    const part = content.bytes.subarray(position, position + length);
    bytes.set(part, offset);
    return part.length;
  }

  writeSync(fd: number, bytes: Uint8Array, offset: number, length: number, position: number | null): number {
    const { path, content, appends } = this.#of(fd);
    const at = appends || position === null ? content.bytes.length : position;
    const write = (count: number) => {
      const grown = new Uint8Array(Math.max(content.bytes.length, at + count));
      grown.set(content.bytes);
      grown.set(bytes.subarray(offset, offset + count), at);
      content.bytes = grown;
    };
    try {
      this.#call("write", path);
    } catch (error) {
      write(length >> 1);
      throw error;
    }
    const used = [...this.#names.values()].reduce((sum, { bytes }) => sum + bytes.length, 0);
    const fits = Math.min(length, this.most_at_once, this.room - used + content.bytes.length - at);
    if (fits <= 0) throw system_error("ENOSPC");
    write(fits);
    return fits;
  }

  ftruncateSync(fd: number, length: number): void {
    const { path, content } = this.#of(fd);
    this.#call("truncate", path);
    content.bytes = content.bytes.slice(0, length);
  }

  fsyncSync(fd: number): void {
    const { path, content } = this.#of(fd);
    this.#call("fsync", path);
    content.synced = content.bytes.slice();
    if (!this.#names.has(path)) this.#synced_names = new Map(this.#names);
  }

  fdatasyncSync(fd: number): void {
    const { path, content } = this.#of(fd);
    this.#call("fdatasync", path);
    content.synced = content.bytes.slice();
  }

  renameSync(from: string, to: string): void {
    this.#call("rename", from);
    const content = this.#existing(from);
    this.#names.set(to, content);
    this.#names.delete(from);
    for (const opened of this.#opened.values()) if (opened.content === content) opened.path = to;
  }

  linkSync(existing: string, also: string): void {
    this.#call("link", also);
    if (this.#names.has(also)) throw system_error("EEXIST");
    this.#names.set(also, this.#existing(existing));
  }

  unlinkSync(path: string): void {
    this.#call("unlink", path);
    this.#existing(path);
    this.#names.delete(path);
  }

  realpathSync(path: string): string {
    this.#existing(path);
    return path;
  }

  readFileSync(path: string): Uint8Array {
    this.#call("read", path);
    return this.#existing(path).bytes;
  }

  statSync(path: string): { mtimeMs: number } {
    this.#existing(path);
    return { mtimeMs: Date.now() };
  }

  utimesSync(path: string): void {
    this.#existing(path);
  }

  #call(name: string, path: string): void {
    this.calls.push(`${name} ${path.slice(dirname(path).length + 1)}`);
    const number = this.calls.length;
    if (number >= this.cut_at) throw system_error("EIO");
    const code = this.fails(name, number, path);
    if (code !== null) throw system_error(code);
  }

  #give_fd(opened: Opened): number {
    this.#last_fd += 1;
    this.#opened.set(this.#last_fd, opened);
    return this.#last_fd;
  }

  #of(fd: number): Opened {
    const opened = this.#opened.get(fd);
    if (opened === undefined) throw system_error("EBADF");
    return opened;
  }

  #existing(path: string): Content {
    const content = this.#names.get(path);
    if (content === undefined) throw system_error("ENOENT");
    return content;
  }
}

function nothing(): Content {
  return { bytes: new Uint8Array(0), synced: new Uint8Array(0) };
}

export function system_error(code: string): Error {
  return Object.assign(new Error(`${code}: as a system says it`), { code });
}
