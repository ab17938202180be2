// Decides how specs make a log on a fragile disk and look at what it gives back.

import { type LogSettings, LogStore } from "../../lib/store/log_store.ts";
import type { StoredRecord, StoreProblem } from "../../lib/store/store.ts";
import { FragileDisk } from "../support/fragile_disk.ts";

export const path = "/data/outbox.log";
export const aside = `${path}.quarantine`;

const usual: LogSettings = { fsync: "always", interval_ms: 1000, garbage_bytes: 1_048_576 };

export function log_store(disk: FragileDisk, settings: Partial<LogSettings> = {}): LogStore {
  return new LogStore(path, { ...usual, ...settings }, disk);
}

export const bytes = (value: string) => new Uint8Array(Buffer.from(value));

export const pairs = (records: readonly StoredRecord[]) =>
  records.map(({ key, value }) => [key, Buffer.from(value).toString()] as const);

/** What a log gives that is opened for a moment, and what is said of it. */
export function look(disk: FragileDisk): {
  records: (readonly [key: number, value: string])[];
  problems: StoreProblem[];
} {
  const problems: StoreProblem[] = [];
  const store = log_store(disk);
  const records = pairs(store.open((problem) => problems.push(problem)));
  store.close();
  return { records, problems };
}

/** A change: a put, or (with null) a delete. */
export type Change = readonly [key: number, value: string | null];

/** A log with these changes, and where in it each of them begins. The last place is its end. */
export function written(changes: readonly Change[]): { log: Uint8Array; places: number[] } {
  const disk = new FragileDisk();
  const store = log_store(disk);
  store.open(() => {});
  const size = () => (disk.files.get(path) as Uint8Array).length;
  const places = [size()];
  for (const [key, value] of changes) {
    if (value === null) store.delete(key);
    else store.put(key, bytes(value));
    store.write();
    places.push(size());
  }
  store.close();
  return { log: (disk.files.get(path) as Uint8Array).slice(), places };
}

/** A disk with this log on it. */
export function disk_with(log: Uint8Array): FragileDisk {
  const disk = new FragileDisk();
  disk.put(path, log);
  return disk;
}

/** What changes come to, in the order of the keys. */
export function outcome(changes: readonly Change[]): (readonly [number, string])[] {
  const records = new Map<number, string>();
  for (const [key, value] of changes) {
    if (value === null) records.delete(key);
    else records.set(key, value);
  }
  return [...records].sort(([a], [b]) => a - b);
}
