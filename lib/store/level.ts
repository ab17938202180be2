// Decides how records lie in a database of npm level (LevelDB in Node, IndexedDB in browsers): the entry
// `karere/store/level`. Each group of changes is one batch of level, of which all or nothing is done; what is written
// while a batch is under way makes up the next one.

import { StoreError } from "../model/errors.ts";
import { positional } from "../model/keywords.ts";
import { level_error } from "./level_failure.ts";
import type { Store, StoredRecord, StoreProblem } from "./store.ts";
import { hold_name } from "./tab_lock.ts";

export { StoreError } from "../model/errors.ts";
export type { Soon, Store, StoredRecord, StoreProblem } from "./store.ts";

interface Encodings {
  readonly keyEncoding: "utf8";
  readonly valueEncoding: "view";
}

/** One change, as level's `batch()` takes it. */
export type LevelOperation =
  | (Encodings & { readonly type: "put"; readonly key: string; readonly value: Uint8Array })
  | (Encodings & { readonly type: "del"; readonly key: string });

/** What is used of a database: one of level, of any other package of that family, or a sublevel. */
export interface LevelDatabase {
  open(): Promise<void>;
  close(): Promise<void>;
  batch(operations: LevelOperation[], options: { sync: boolean }): Promise<void>;
  get(key: string, options: Encodings): Promise<Uint8Array | undefined>;
  iterator(range: Encodings & { gte: string; lt: string }): AsyncIterable<[string, Uint8Array]>;
}

/** The arguments of {@link LevelStore}, by name. */
export interface LevelStoreArguments {
  /** Where the database is: a folder in Node, a name in a browser; or the database itself. */
  database: string | LevelDatabase;
  /** Whether what is sent outlives a power cut. Default true. Without it, it outlives the end of the process only. */
  fsync?: boolean;
}

const encodings: Encodings = { keyEncoding: "utf8", valueEncoding: "view" };
/** Numbers as text of one length, so that their order is that of the texts. */
const DIGITS = 14;
const RECORD = "record:";
/** The sign behind the colon: all records are before it. */
const END_OF_RECORDS = "record;";
const QUARANTINED = "quarantined:";

/** Changes that are written together. */
interface Group {
  readonly operations: LevelOperation[];
  readonly done: Promise<void>;
}

/** What there is only while the store is open. */
interface Open {
  readonly database: LevelDatabase;
  readonly report: (problem: StoreProblem) => void;
  close(): Promise<void>;
}

/**
 * A store in a database of npm level, which has to be installed besides. Its calls return promises.
 *
 * ```ts
 * import { LevelStore } from "karere/store/level";
 *
 * const store = new LevelStore("outbox");
 * ```
 */
export class LevelStore implements Store {
  /** As it was given: a folder, a name, or the database itself. */
  readonly database: string | LevelDatabase;
  /** Whether what is sent outlives a power cut. */
  readonly fsync: boolean;
  #open: Open | null = null;
  #is_opening = false;
  #staged: LevelOperation[] = [];
  /** What waits for the batch that is under way. */
  #next: Group | null = null;
  /** Resolves when all that was asked so far is done, well or not. */
  #idle: Promise<void> = Promise.resolve();

  /** @throws TypeError for arguments that are not allowed. */
  constructor(database: string | LevelDatabase | LevelStoreArguments, options?: { fsync?: boolean });
  constructor(...args: unknown[]) {
    const [database, fsync = true] = positional("LevelStore", ["database", "fsync"], args);
    const is_database = typeof (database as LevelDatabase | null)?.batch === "function";
    if (!is_database && (typeof database !== "string" || database === "")) {
      throw new TypeError("database must be its place, a text, or a database of level");
    }
    if (typeof fsync !== "boolean") throw new TypeError("fsync must be true or false");
    this.database = database as string | LevelDatabase;
    this.fsync = fsync;
  }

  async open(report: (problem: StoreProblem) => void): Promise<StoredRecord[]> {
    if (this.#open !== null || this.#is_opening) {
      throw new StoreError("the store is open already", { code: "ERR_MQTT_STORE_LOCKED" });
    }
    this.#is_opening = true;
    try {
      return await this.#opened(report);
    } finally {
      this.#is_opening = false;
    }
  }

  put(key: number, value: Uint8Array): void {
    this.#usable();
    this.#staged.push({ type: "put", key: text_of(key), value: value.slice(), ...encodings });
  }

  delete(key: number): void {
    this.#usable();
    this.#staged.push({ type: "del", key: text_of(key), ...encodings });
  }

  write(): Promise<void> {
    try {
      return this.#write(this.#usable().database);
    } catch (error) {
      return Promise.reject(error);
    }
  }

  sync(): Promise<void> {
    return this.write();
  }

  async quarantine(key: number, why: string): Promise<void> {
    await this.write();
    const { database, report } = this.#usable();
    const value = await database.get(text_of(key), encodings).catch((error) => {
      throw level_error(`cannot read record ${key}`, error);
    });
    if (value === undefined) return;
    const saved = text_of(key, QUARANTINED);
    this.#staged.push({ type: "put", key: saved, value, ...encodings });
    this.delete(key);
    await this.write();
    report({ kind: "damaged", text: `record ${key} was put aside: ${why}`, saved });
  }

  async close(): Promise<void> {
    const open = this.#open;
    if (open === null) return;
    const written = this.#write(open.database);
    this.#open = null;
    try {
      await written;
      await this.#idle;
    } finally {
      await open.close();
    }
  }

  async #opened(report: (problem: StoreProblem) => void): Promise<StoredRecord[]> {
    const { database, close } = await this.#take();
    try {
      await database.open();
      const records: StoredRecord[] = [];
      for await (const [key, value] of database.iterator({ gte: RECORD, lt: END_OF_RECORDS, ...encodings })) {
        records.push({ key: Number.parseInt(key.slice(RECORD.length), 16), value: value.slice() });
      }
      this.#open = { database, report, close };
      return records;
    } catch (error) {
      await close();
      throw level_error(`cannot open the database ${this.#name}`, error);
    }
  }

  get #name(): string {
    return typeof this.database === "string" ? this.database : "that was given";
  }

  /** The database, for this store alone, and how to let go of it. One that was given is left open for its owner. */
  async #take(): Promise<Pick<Open, "database" | "close">> {
    if (typeof this.database !== "string") return { database: this.database, close: async () => {} };
    const let_go = await hold_name(`karere ${this.database}`);
    try {
      // It opens itself as soon as it is made, and so must be closed in any case.
      const database = await load_level(this.database);
      const close = async () => {
        await database.close();
        let_go();
      };
      return { database, close };
    } catch (error) {
      let_go();
      throw error;
    }
  }

  #write(database: LevelDatabase): Promise<void> {
    const staged = this.#staged;
    if (staged.length === 0) return this.#next?.done ?? this.#idle;
    this.#staged = [];
    this.#next ??= this.#begin_group(database);
    this.#next.operations.push(...staged);
    return this.#next.done;
  }

  #begin_group(database: LevelDatabase): Group {
    const operations: LevelOperation[] = [];
    const done = this.#idle.then(async () => {
      this.#next = null;
      try {
        await database.batch(operations, { sync: this.fsync });
      } catch (error) {
        throw level_error(`cannot write to the database ${this.#name}`, error);
      }
    });
    this.#idle = done.catch(() => {});
    return { operations, done };
  }

  #usable(): Open {
    if (this.#open === null) throw new StoreError("the store is not open");
    return this.#open;
  }
}

/** In Node a folder, in a browser a database of IndexedDB. */
async function load_level(place: string): Promise<LevelDatabase> {
  try {
    const { Level } = await import("level");
    return new Level<string, Uint8Array>(place, encodings);
  } catch (cause) {
    const hint = "the package level is not installed: npm install level";
    throw new StoreError("LevelStore cannot be used", { code: "ERR_MQTT_UNSUPPORTED", hint, cause });
  }
}

function text_of(key: number, prefix = RECORD): string {
  return prefix + key.toString(16).padStart(DIGITS, "0");
}
