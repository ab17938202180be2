// Decides how records are kept that last as long as the process: the entry `karere/store/memory`. It is the store in its
// simplest form, for specs and as an example for one's own; it outlives a client, not a process.

import { StoreError } from "../model/errors.ts";
import type { Store, StoredRecord, StoreProblem } from "./store.ts";

export { StoreError } from "../model/errors.ts";
export type { Soon, Store, StoredRecord, StoreProblem } from "./store.ts";

/**
 * A store in memory. What was written is still there when the store is closed and opened again.
 *
 * ```ts
 * import { MemoryStore } from "karere/store/memory";
 *
 * const store = new MemoryStore();
 * store.open(({ text }) => console.warn(text));
 * store.put(1, new Uint8Array([1, 2, 3]));
 * store.write();
 * ```
 */
export class MemoryStore implements Store {
  readonly #records = new Map<number, Uint8Array>();
  /** Records that were put aside by `quarantine`, newest last. */
  readonly quarantined: StoredRecord[] = [];
  /** Null: that key is to be deleted. */
  #staged: [key: number, value: Uint8Array | null][] = [];
  /** Null: not open. */
  #report: ((problem: StoreProblem) => void) | null = null;

  open(report: (problem: StoreProblem) => void): StoredRecord[] {
    if (this.#report !== null) {
      throw new StoreError("the store is open already", { code: "ERR_MQTT_STORE_LOCKED" });
    }
    this.#report = report;
    return [...this.#records]
      .sort(([a], [b]) => a - b)
      .map(([key, value]) => ({ key, value: value.slice() }));
  }

  put(key: number, value: Uint8Array): void {
    this.#staged.push([key, value.slice()]);
  }

  delete(key: number): void {
    this.#staged.push([key, null]);
  }

  write(): void {
    const staged = this.#staged;
    this.#staged = [];
    this.#reporter();
    for (const [key, value] of staged) {
      if (value === null) this.#records.delete(key);
      else this.#records.set(key, value);
    }
  }

  sync(): void {
    this.write();
  }

  quarantine(key: number, why: string): void {
    const report = this.#reporter();
    const value = this.#records.get(key);
    if (value === undefined) return;
    this.#records.delete(key);
    this.quarantined.push({ key, value });
    report({ kind: "damaged", text: `record ${key} was put aside: ${why}`, saved: "quarantined" });
  }

  close(): void {
    if (this.#report === null) return;
    this.write();
    this.#report = null;
  }

  #reporter(): (problem: StoreProblem) => void {
    if (this.#report === null) throw new StoreError("the store is not open");
    return this.#report;
  }
}
