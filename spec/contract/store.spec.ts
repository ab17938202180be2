// What every store must do, wherever its records lie: the contract of lib/store/store.ts.

import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "@jest/globals";
import { StoreError } from "../../lib/model/errors.ts";
import { FileStore } from "../../lib/store/file.ts";
import { LevelStore } from "../../lib/store/level.ts";
import { MemoryStore } from "../../lib/store/memory.ts";
import type { Store, StoredRecord, StoreProblem } from "../../lib/store/store.ts";
import { leaked_since, open_handles } from "../support/leak_check.ts";

/** Makes the store of a folder; one made for the same folder later has the same records. */
type Make = (folder: string) => Store;

function memory(): Make {
  const stores = new Map<string, MemoryStore>();
  return (folder) => {
    const store = stores.get(folder) ?? new MemoryStore();
    stores.set(folder, store);
    return store;
  };
}

const all_stores: readonly [name: string, make: Make][] = [
  ["memory", memory()],
  ["a file", (folder) => new FileStore(join(folder, "outbox.log"))],
  [
    "a file that is synced now and then",
    (folder) => new FileStore(join(folder, "outbox.log"), { fsync: "interval" }),
  ],
  ["a file that is never synced", (folder) => new FileStore(join(folder, "outbox.log"), { fsync: "never" })],
  ["level", (folder) => new LevelStore(join(folder, "outbox"))],
];

const text = (value: Uint8Array) => Buffer.from(value).toString();
const pairs = (records: readonly StoredRecord[]) => records.map(({ key, value }) => [key, text(value)]);
const bytes = (value: string) => new Uint8Array(Buffer.from(value));

describe.each(all_stores)("a store in %s", (_name, make) => {
  let before = open_handles();
  let folder: string;
  let problems: StoreProblem[];
  const report = (problem: StoreProblem) => problems.push(problem);

  /** What a store gives that is opened for a moment. */
  async function kept(): Promise<[number, string][]> {
    const store = make(folder);
    const records = await store.open(report);
    await store.close();
    return pairs(records) as [number, string][];
  }

  /** An open store with these records in it. */
  async function filled(...records: [key: number, value: string][]): Promise<Store> {
    const store = make(folder);
    await store.open(report);
    for (const [key, value] of records) store.put(key, bytes(value));
    await store.write();
    return store;
  }

  /** What a call throws, or rejects with. */
  async function failure(call: () => unknown): Promise<unknown> {
    try {
      await call();
    } catch (error) {
      return error;
    }
    return null;
  }

  beforeEach(() => {
    before = open_handles();
    folder = mkdtempSync(join(tmpdir(), "karere-store-"));
    problems = [];
  });

  afterEach(async () => {
    rmSync(folder, { recursive: true });
    expect(await leaked_since(before)).toEqual([]);
  });

  it("is empty at first", async () => {
    expect(await kept()).toEqual([]);
    expect(problems).toEqual([]);
  });

  it("gives back what was written, in the order of the keys", async () => {
    const keys = [7, 0, 2 ** 53 - 1, 2 ** 32, 2 ** 32 - 1, 10, 2];
    const store = await filled(...keys.map((key): [number, string] => [key, `value of ${key}`]));
    await store.close();
    expect(await kept()).toEqual(keys.sort((a, b) => a - b).map((key) => [key, `value of ${key}`]));
  });

  it("keeps the newest value of a key, and nothing that was deleted", async () => {
    const store = await filled([1, "one"], [2, "two"], [3, "three"]);
    store.put(2, bytes("second"));
    store.delete(1);
    await store.write();
    store.delete(3);
    store.put(3, bytes("third"));
    store.put(4, bytes("four"));
    store.delete(4);
    store.delete(99);
    await store.sync();
    await store.close();
    expect(await kept()).toEqual([
      [2, "second"],
      [3, "third"],
    ]);
  });

  it("keeps values of any size, the empty one too", async () => {
    const large = "x".repeat(300_000);
    const store = await filled([1, ""], [2, large], [3, "after"]);
    await store.close();
    expect(await kept()).toEqual([
      [1, ""],
      [2, large],
      [3, "after"],
    ]);
  });

  it("does not change or keep the bytes it is given, nor gives the same bytes twice", async () => {
    const store = make(folder);
    await store.open(report);
    const value = bytes("mine");
    store.put(1, value);
    value.fill(0);
    await store.write();
    await store.close();
    const [record] = await store.open(report);
    expect(text(record?.value as Uint8Array)).toBe("mine");
    record?.value.fill(0);
    await store.close();
    expect(await kept()).toEqual([[1, "mine"]]);
  });

  it("has written what is staged when it is synced or closed", async () => {
    const store = make(folder);
    await store.open(report);
    store.put(1, bytes("one"));
    await store.sync();
    store.put(2, bytes("two"));
    await store.close();
    expect(await kept()).toEqual([
      [1, "one"],
      [2, "two"],
    ]);
  });

  it("takes changes while earlier ones are being written", async () => {
    const store = make(folder);
    await store.open(report);
    const writes: unknown[] = [];
    for (let key = 1; key <= 50; key++) {
      store.put(key, bytes(`${key}`));
      writes.push(store.write());
      if (key % 2 === 0) store.delete(key - 1);
    }
    writes.push(store.sync());
    await Promise.all(writes);
    await store.close();
    expect((await kept()).map(([key]) => key)).toEqual(
      Array.from({ length: 25 }, (_, index) => 2 * index + 2),
    );
  });

  it("does nothing when there is nothing to write", async () => {
    const store = await filled([1, "one"]);
    await store.write();
    await store.sync();
    await store.close();
    expect(await kept()).toEqual([[1, "one"]]);
  });

  it("puts a record aside that nobody understands, and says where", async () => {
    const store = await filled([1, "one"], [2, "?!"], [3, "three"]);
    await store.quarantine(2, "it makes no sense");
    expect(problems).toEqual([
      { kind: "damaged", text: expect.stringContaining("it makes no sense"), saved: expect.any(String) },
    ]);
    await store.quarantine(2, "it is not there any more");
    expect(problems.length).toBe(1);
    await store.close();
    expect(await kept()).toEqual([
      [1, "one"],
      [3, "three"],
    ]);
  });

  it("is opened once", async () => {
    const store = await filled([1, "one"]);
    expect(await failure(() => store.open(report))).toMatchObject({
      name: "StoreError",
      code: "ERR_MQTT_STORE_LOCKED",
    });
    store.put(2, bytes("two"));
    await store.close();
    expect(await kept()).toEqual([
      [1, "one"],
      [2, "two"],
    ]);
  });

  it("can be closed and opened again, and closed twice", async () => {
    const store = await filled([1, "one"]);
    await store.close();
    await store.close();
    expect(pairs(await store.open(report))).toEqual([[1, "one"]]);
    store.put(2, bytes("two"));
    await store.close();
    expect(await kept()).toEqual([
      [1, "one"],
      [2, "two"],
    ]);
  });

  it("says so when it is not open", async () => {
    const store = make(folder);
    const calls = [() => store.write(), () => store.sync(), () => store.quarantine(1, "for no reason")];
    for (const call of calls) expect(await failure(call)).toBeInstanceOf(StoreError);
    await store.close();
  });
});

describe.each(all_stores.slice(1))("a store in %s", (_name, make) => {
  it("is one owner's at a time", async () => {
    const folder = mkdtempSync(join(tmpdir(), "karere-store-"));
    const store = make(folder);
    await store.open(() => {});
    const second = make(folder);
    await expect((async () => second.open(() => {}))()).rejects.toMatchObject({
      name: "StoreError",
      code: "ERR_MQTT_STORE_LOCKED",
      hint: expect.stringContaining("open already"),
    });
    await store.close();
    await second.open(() => {});
    await second.close();
    rmSync(folder, { recursive: true });
  });
});
