// Decides what happens to a log over its life: opened and mended, written, made durable, and rewritten when most of it is
// garbage; and that a log on which nobody can rely any more is not written again.

import { dirname, resolve } from "node:path";
import { StoreError } from "../model/errors.ts";
import { type Files, store_error, sync_folder } from "./disk.ts";
import { FileLock } from "./file_lock.ts";
import type { LogFile } from "./log_file.ts";
import { FrameWriter } from "./log_format.ts";
import { type Found, open_log } from "./opening.ts";
import { rewritten } from "./rewriting.ts";
import { set_aside } from "./setting_aside.ts";
import type { Store, StoredRecord, StoreProblem, UnwrittenRecord } from "./store.ts";

/** When `sync` makes what was written outlive a power cut: at once, a while later, or when the system likes. */
export type Fsync = "always" | "interval" | "never";

export interface LogSettings {
  readonly fsync: Fsync;
  /** That while, in milliseconds. */
  readonly interval_ms: number;
  /** So many bytes of garbage are borne, however little else there is. */
  readonly garbage_bytes: number;
}

type Report = (problem: StoreProblem) => void;

/** What there is only while the store is open. */
interface Open {
  log: LogFile;
  readonly lock: FileLock;
  readonly report: Report;
  /** A log smaller than this is not rewritten. */
  rewrite_from: number;
  timer: NodeJS.Timeout | null;
}

export class LogStore implements Store {
  readonly #path: string;
  readonly #settings: LogSettings;
  readonly #files: Files;
  readonly #staged = new FrameWriter();
  #open: Open | null = null;
  /** Why nothing more is written until the store is opened anew; null while all is well. */
  #failure: StoreError | null = null;

  constructor(path: string, settings: LogSettings, files: Files) {
    this.#path = path;
    this.#settings = settings;
    this.#files = files;
  }

  /** With `"always"` what `publish()` has accepted is the system's before it returns. */
  get gathers(): boolean {
    return this.#settings.fsync !== "always";
  }

  open(report: Report): StoredRecord[] {
    if (this.#open !== null) {
      throw new StoreError(`${this.#path} is open already`, { code: "ERR_MQTT_STORE_LOCKED" });
    }
    const path = this.#real_path();
    this.#failure = null;
    const lock = new FileLock(this.#files, `${path}.lock`, (error) => this.#give_up(error, report));
    try {
      const { log, records, faults } = open_log(this.#files, path);
      this.#open = { log, lock, report, rewrite_from: 0, timer: null };
      this.#mend(this.#open, faults);
      return records;
    } catch (error) {
      if (this.#open === null) lock.release();
      else this.#let_go(this.#open);
      this.#open = null;
      throw store_error(`cannot open ${path}`, error);
    }
  }

  put(key: number, value: Uint8Array): void {
    this.#staged.put(this.#usable().log.salt, key, value);
  }

  put_in_place(key: number, record: UnwrittenRecord): void {
    this.#staged.put_in_place(this.#usable().log.salt, key, record);
  }

  delete(key: number): void {
    this.#staged.delete(this.#usable().log.salt, key);
  }

  write(): void {
    const { log } = this.#usable();
    if (this.#staged.length === 0) return;
    try {
      log.append(this.#staged);
    } finally {
      this.#staged.clear();
    }
  }

  sync(): void {
    this.write();
    const open = this.#usable();
    if (this.#settings.fsync === "always") this.#flush(open);
    else if (this.#settings.fsync === "interval") this.#flush_later(open);
    if (this.#is_wasteful(open)) this.#rewrite(open);
  }

  quarantine(key: number, why: string): void {
    this.write();
    const open = this.#usable();
    if (!open.log.has(key)) return;
    if (!this.#set_aside(open, `record ${key}: ${why}`, open.log.frame(key))) return;
    this.delete(key);
    this.sync();
  }

  close(): void {
    const open = this.#open;
    if (open === null) return;
    try {
      if (this.#failure === null) this.write();
      if (this.#failure === null && this.#settings.fsync !== "never") this.#flush(open);
    } finally {
      if (open.timer !== null) clearTimeout(open.timer);
      this.#open = null;
      this.#staged.clear();
      this.#let_go(open);
    }
  }

  #let_go({ log, lock }: Open): void {
    try {
      log.close();
    } catch (error) {
      throw store_error(`cannot close ${log.path}`, error);
    } finally {
      lock.release();
    }
  }

  /** The file itself, whatever links lead to it, so that it has one lock, and a link stays a link. */
  #real_path(): string {
    try {
      return this.#files.realpathSync(this.#path);
    } catch {
      return resolve(this.#path);
    }
  }

  #usable(): Open {
    if (this.#failure !== null) throw this.#failure;
    if (this.#open === null) throw new StoreError(`${this.#path} is not open`);
    return this.#open;
  }

  /** What did not count is told, and taken out of the log, if there is a copy of it. */
  #mend(open: Open, faults: readonly Found[]): void {
    let are_saved = true;
    for (const { kind, at, bytes } of faults) {
      if (kind === "torn") {
        const text = `the end of ${open.log.path} was not written whole: ${bytes.length} bytes do not count`;
        open.report({ kind, text, saved: null });
      } else if (!this.#set_aside(open, `damaged bytes at ${at}`, bytes)) are_saved = false;
    }
    if (are_saved && (faults.some(({ kind }) => kind === "damaged") || this.#is_wasteful(open))) {
      this.#rewrite(open);
    }
  }

  /** Whether that has worked; it is told in any case. */
  #set_aside({ log, report }: Open, what: string, bytes: Uint8Array): boolean {
    try {
      const saved = set_aside(this.#files, log.path, what, bytes);
      report({ kind: "damaged", text: `${what} in ${log.path}: put aside in ${saved}`, saved });
      return true;
    } catch (error) {
      const { message } = store_error("could not be put aside", error);
      report({ kind: "damaged", text: `${what} in ${log.path}: ${message}`, saved: null });
      return false;
    }
  }

  #flush({ log }: Open): void {
    try {
      log.sync();
    } catch (error) {
      throw this.#failed(store_error(`cannot write to ${log.path}`, error));
    }
  }

  #flush_later(open: Open): void {
    if (!open.log.has_unsynced || open.timer !== null) return;
    open.timer = setTimeout(() => {
      open.timer = null;
      try {
        this.#flush(open);
      } catch (error) {
        open.report({ kind: "failed", text: (error as Error).message, saved: null });
      }
    }, this.#settings.interval_ms);
    // It makes no process last longer: what is written survives the process as it is.
    open.timer.unref();
  }

  #is_wasteful({ log, rewrite_from }: Open): boolean {
    const garbage = log.size - log.live;
    return garbage > Math.max(log.live, this.#settings.garbage_bytes) && log.size >= rewrite_from;
  }

  #rewrite(open: Open): void {
    const old = open.log;
    try {
      open.log = rewritten(this.#files, old, (key, bytes) => {
        this.#set_aside(open, `record ${key}: damaged since it was written`, bytes);
      });
    } catch (error) {
      const told = store_error(`cannot rewrite ${old.path}`, error);
      if (!old.is_open) throw this.#failed(told);
      open.report({ kind: "failed", text: told.message, saved: null });
      open.rewrite_from = 2 * old.size;
      return;
    }
    try {
      sync_folder(this.#files, dirname(old.path));
    } catch (error) {
      throw this.#failed(store_error(`cannot rewrite ${old.path}`, error));
    }
  }

  #give_up(error: StoreError, report: Report): void {
    report({ kind: "failed", text: this.#failed(error).message, saved: null });
  }

  #failed(error: StoreError): StoreError {
    this.#failure = error;
    return error;
  }
}
