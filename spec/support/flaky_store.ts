// Decides what stands in for a disk that fills up, or fails otherwise, in specs of the client.

import { StoreError } from "../../lib/model/errors.ts";
import type { Store, StoredRecord, StoreProblem } from "../../lib/store/store.ts";

type Staged = readonly [key: number, value: Uint8Array | null];

/** What outlives the stores of a spec. */
class Disk {
  readonly records = new Map<number, Uint8Array>();
  readonly quarantined: number[] = [];
  full = false;
  /** Nobody knows what of it outlives a power cut. */
  unsyncable = false;
  is_open = false;
  report: (problem: StoreProblem) => void = () => {};

  open(report: (problem: StoreProblem) => void): StoredRecord[] {
    this.check(this.full);
    if (this.is_open) throw new StoreError("it is open already", { code: "ERR_MQTT_STORE_LOCKED" });
    this.is_open = true;
    this.report = report;
    return [...this.records].sort(([a], [b]) => a - b).map(([key, value]) => ({ key, value }));
  }

  write(staged: readonly Staged[]): void {
    this.check(this.full);
    for (const [key, value] of staged) {
      if (value === null) this.records.delete(key);
      else this.records.set(key, value);
    }
  }

  sync(staged: readonly Staged[]): void {
    this.write(staged);
    this.check(this.unsyncable);
  }

  /** Lets go of it, whatever fails. */
  close(staged: readonly Staged[]): void {
    this.is_open = false;
    this.sync(staged);
  }

  quarantine(key: number, why: string): void {
    this.check(this.full);
    this.records.delete(key);
    this.quarantined.push(key);
    this.report({ kind: "damaged", text: `record ${key}: ${why}`, saved: null });
  }

  check(fails: boolean): void {
    if (fails) throw new StoreError("no room", { code: "ERR_MQTT_STORE_FULL", hint: "the disk is full" });
  }

  /** The keys of messages. */
  get messages(): number[] {
    return [...this.records.keys()].filter((key) => key >= 2 ** 32);
  }
}

/** Answers at once. */
export class FlakyStore implements Store {
  readonly disk: Disk;
  readonly gathers: boolean;
  #staged: Staged[] = [];

  constructor({ disk = new Disk(), gathers = false } = {}) {
    this.disk = disk;
    this.gathers = gathers;
  }

  open(report: (problem: StoreProblem) => void): StoredRecord[] {
    return this.disk.open(report);
  }

  put(key: number, value: Uint8Array): void {
    this.#staged.push([key, value.slice()]);
  }

  delete(key: number): void {
    this.#staged.push([key, null]);
  }

  write(): void {
    this.disk.write(this.#staged.splice(0));
  }

  sync(): void {
    this.disk.sync(this.#staged.splice(0));
  }

  quarantine(key: number, why: string): void {
    this.disk.quarantine(key, why);
  }

  close(): void {
    const staged = this.#staged.splice(0);
    this.disk.close(staged);
  }
}

/** Answers by promises: when the spec says so, or by themselves. */
export class LaterStore implements Store {
  readonly disk = new Disk();
  /** Answers are held back while there is a list of them. */
  held: (() => void)[] | null = null;
  #staged: Staged[] = [];

  open(report: (problem: StoreProblem) => void): Promise<StoredRecord[]> {
    return this.#later(() => this.disk.open(report));
  }

  put(key: number, value: Uint8Array): void {
    this.#staged.push([key, value.slice()]);
  }

  delete(key: number): void {
    this.#staged.push([key, null]);
  }

  write(): Promise<void> {
    const staged = this.#staged.splice(0);
    return this.#later(() => this.disk.write(staged));
  }

  sync(): Promise<void> {
    const staged = this.#staged.splice(0);
    return this.#later(() => this.disk.sync(staged));
  }

  quarantine(key: number, why: string): Promise<void> {
    return this.#later(() => this.disk.quarantine(key, why));
  }

  close(): Promise<void> {
    const staged = this.#staged.splice(0);
    return this.#later(() => this.disk.close(staged));
  }

  /** Lets go of the answers that were held back. */
  answer(): void {
    for (const answer of this.held?.splice(0) ?? []) answer();
  }

  async #later<T>(act: () => T): Promise<T> {
    await new Promise<void>((resolve) => {
      if (this.held === null) setImmediate(resolve);
      else this.held.push(resolve);
    });
    return act();
  }
}
