// Decides how a store in a file is asked for: the options of FileStore, with their meaning, unit, default and check.

import fs from "node:fs";
import { ValueError } from "../model/errors.ts";
import { positional } from "../model/keywords.ts";
import { name_type } from "../model/type_names.ts";
import { type Fsync, LogStore } from "./log_store.ts";

export type { Fsync } from "./log_store.ts";

/** The arguments of {@link FileStore}, by name. */
export interface FileStoreArguments {
  /** The file. It is made where it does not exist; its folder is not. */
  path: string;
  /**
   * What outlives a power cut. `"always"` (default): all that was accepted, before it is sent. `"interval"`: all but the
   * last moments; faster. `"never"`: what the system has written by then. What `publish()` accepted outlives the end of
   * the process in each case.
   */
  fsync?: Fsync;
  /** How many seconds these last moments are. Default 1. */
  interval?: number;
}

const parameters = ["path", "fsync", "interval"] as const satisfies readonly (keyof FileStoreArguments)[];
const policies: readonly Fsync[] = ["always", "interval", "never"];

/** Rewriting takes some milliseconds and waits for the disk, which is not worth it for less. */
const GARBAGE_BYTES = 16_777_216;

/**
 * A store in one file, for one client at a time: what is in it outlives the process, and a power cut. Nothing happens
 * before it is opened. Needs Node.
 *
 * ```ts
 * import { FileStore } from "karere/store/file";
 *
 * const store = new FileStore("outbox.log", { fsync: "interval", interval: 2 });
 * ```
 */
export class FileStore extends LogStore {
  readonly path: string;
  readonly fsync: Fsync;
  /** In seconds. */
  readonly interval: number;

  /** @throws TypeError or ValueError for arguments that are not allowed. */
  constructor(path: string | FileStoreArguments, options?: Omit<FileStoreArguments, "path">);
  constructor(...args: unknown[]) {
    const [path, fsync = "always", interval = 1] = positional("FileStore", parameters, args);
    if (typeof path !== "string") throw new TypeError(`path must be a string, not ${name_type(path)}`);
    if (path === "") throw new ValueError("path must name a file");
    if (!policies.includes(fsync as Fsync)) {
      throw new ValueError(`fsync must be one of ${policies.join(", ")}, not ${String(fsync)}`);
    }
    if (typeof interval !== "number" || !(interval > 0 && interval <= MOST_SECONDS)) {
      throw new ValueError(
        `interval must be a number of seconds up to ${MOST_SECONDS}, not ${String(interval)}`,
      );
    }
    super(path, { fsync: fsync as Fsync, interval_ms: interval * 1000, garbage_bytes: GARBAGE_BYTES }, fs);
    this.path = path;
    this.fsync = fsync as Fsync;
    this.interval = interval;
  }
}

/** Timers take no more than 2^31 ms. */
const MOST_SECONDS = 86_400;
