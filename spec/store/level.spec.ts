// What a store in a database of level makes of the database's answers; the rest is in the contract.

import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, describe, expect, it, jest } from "@jest/globals";
import { Level } from "level";
import { StoreError } from "../../lib/model/errors.ts";
import { type LevelDatabase, type LevelOperation, LevelStore } from "../../lib/store/level.ts";
import { hold_name } from "../../lib/store/tab_lock.ts";
import { bytes, pairs } from "./logs.ts";

interface Batch {
  readonly operations: LevelOperation[];
  readonly sync: boolean;
  done(): void;
  fail(error: unknown): void;
}

/** A database that does nothing before it is told to. */
class SlowDatabase implements LevelDatabase {
  readonly batches: Batch[] = [];
  is_closed = false;
  failure: unknown = null;

  async open(): Promise<void> {
    if (this.failure !== null) throw this.failure;
  }

  async close(): Promise<void> {
    this.is_closed = true;
  }

  batch(operations: LevelOperation[], { sync }: { sync: boolean }): Promise<void> {
    return new Promise((done, fail) => this.batches.push({ operations, sync, done, fail }));
  }

  async get(): Promise<Uint8Array> {
    throw this.failure;
  }

  async *iterator(): AsyncIterable<[string, Uint8Array]> {}
}

async function slow_store(options?: { fsync?: boolean }) {
  const database = new SlowDatabase();
  const store = new LevelStore(database, options);
  await store.open(() => {});
  return { database, store };
}

const turn = () => new Promise((done) => setImmediate(done));

describe("a store in level", () => {
  it("writes what comes while a batch is under way as one batch", async () => {
    const { database, store } = await slow_store();
    const put = (key: number) => {
      store.put(key, bytes(`${key}`));
      return store.write();
    };
    const first = put(1);
    await turn();
    const later = [put(2), put(3), store.sync()];
    await turn();
    expect(database.batches.map(({ operations }) => operations.length)).toEqual([1]);
    database.batches[0]?.done();
    await first;
    await turn();
    expect(database.batches.map(({ operations }) => operations.length)).toEqual([1, 2]);
    database.batches[1]?.done();
    await Promise.all(later);
  });

  it.each([
    [true, undefined],
    [true, { fsync: true }],
    [false, { fsync: false }],
  ])("asks the database to sync or not: %s with %j", async (sync, options) => {
    const { database, store } = await slow_store(options);
    store.put(1, bytes("one"));
    const written = store.write();
    await turn();
    expect(database.batches[0]?.sync).toBe(sync);
    database.batches[0]?.done();
    await written;
  });

  it("tells those whose changes were refused, and writes the next ones", async () => {
    const { database, store } = await slow_store();
    store.put(1, bytes("one"));
    const refused = store.write();
    const idle = store.sync();
    await turn();
    store.put(2, bytes("two"));
    const written = store.write();
    database.batches[0]?.fail(new Error("IO error: No space left on device"));
    const told = { name: "StoreError", code: "ERR_MQTT_STORE_FULL", hint: "there is no room left" };
    await expect(refused).rejects.toMatchObject(told);
    await expect(idle).rejects.toMatchObject(told);
    await turn();
    database.batches[1]?.done();
    await written;
    expect(database.batches[1]?.operations).toMatchObject([{ type: "put", key: "record:00000000000002" }]);
  });

  it("is closed although the last changes are refused, and leaves a database open that it was given", async () => {
    const { database, store } = await slow_store();
    store.put(1, bytes("one"));
    const closed = store.close();
    await turn();
    database.batches[0]?.fail(new Error("IO error"));
    await expect(closed).rejects.toThrow(StoreError);
    await store.close();
    expect(database.is_closed).toBe(false);
  });

  const failures = [
    [
      { code: "LEVEL_DATABASE_NOT_OPEN", cause: { code: "LEVEL_LOCKED", message: "lock" } },
      "ERR_MQTT_STORE_LOCKED",
    ],
    [{ name: "QuotaExceededError", message: "" }, "ERR_MQTT_STORE_FULL"],
    [{ message: "IO error: /x/LOCK: Permission denied" }, "ERR_MQTT_STORE_ACCESS"],
    [{ code: "LEVEL_CORRUPTION", message: "bad block" }, "ERR_MQTT_STORE"],
    [{ code: "LEVEL_STRANGE", message: "who knows" }, "ERR_MQTT_STORE"],
    [{ message: "" }, "ERR_MQTT_STORE"],
  ] as const;

  it.each(failures)("says why it cannot be opened: %j", async (details, code) => {
    const database = new SlowDatabase();
    database.failure = Object.assign(new Error(), details);
    const store = new LevelStore(database);
    await expect(store.open(() => {})).rejects.toMatchObject({
      name: "StoreError",
      code,
      cause: database.failure,
    });
    database.failure = null;
    await store.open(() => {});
  });

  it("is opened once, also while it is being opened", async () => {
    const store = new LevelStore(new SlowDatabase());
    const opened = store.open(() => {});
    await expect(store.open(() => {})).rejects.toMatchObject({ code: "ERR_MQTT_STORE_LOCKED" });
    await opened;
  });

  it("says so when it cannot read what it is to put aside", async () => {
    const { database, store } = await slow_store();
    database.failure = new Error("who knows");
    await expect(store.quarantine(1, "for no reason")).rejects.toThrow(
      "cannot read record 1: Error who knows",
    );
  });

  it("says so at once when it is not open", () => {
    const store = new LevelStore("outbox");
    expect(() => store.put(1, bytes("one"))).toThrow(StoreError);
    expect(() => store.delete(1)).toThrow(StoreError);
  });

  it.each([[[]], [[""]], [[7]], [[null]], [["outbox", { fsync: "always" }]], [["outbox", { sync: true }]]])(
    "refuses %j",
    (args) => {
      const make = LevelStore as unknown as new (...args: unknown[]) => LevelStore;
      expect(() => new make(...args)).toThrow(TypeError);
    },
  );

  it("shares a database with others, in a part of its own", async () => {
    const folder = mkdtempSync(join(tmpdir(), "karere-level-"));
    const level = new Level<string, string>(folder);
    const store = new LevelStore(level.sublevel<string, Uint8Array>("outbox", { valueEncoding: "view" }));
    await level.put("mine", "stays");
    await store.open(() => {});
    store.put(1, bytes("one"));
    await store.close();
    expect(pairs(await store.open(() => {}))).toEqual([[1, "one"]]);
    await store.close();
    expect(await level.get("mine")).toBe("stays");
    await level.close();
    rmSync(folder, { recursive: true });
  });
});

it("a store in level asks for the package where it is missing", async () => {
  await jest.isolateModulesAsync(async () => {
    jest.doMock("level", () => {
      throw new Error("Cannot find package 'level'");
    });
    const { LevelStore } = await import("../../lib/store/level.ts");
    await expect(new LevelStore("outbox").open(() => {})).rejects.toMatchObject({
      code: "ERR_MQTT_UNSUPPORTED",
      hint: "the package level is not installed: npm install level",
    });
  });
});

describe("the name of a database in a page", () => {
  const real = Object.getOwnPropertyDescriptor(globalThis, "navigator");
  const navigate = (value: unknown) =>
    Object.defineProperty(globalThis, "navigator", { value, configurable: true, writable: true });

  afterEach(() => {
    if (real === undefined) Reflect.deleteProperty(globalThis, "navigator");
    else Object.defineProperty(globalThis, "navigator", real);
  });

  /** The locks of a page, as browsers have them. */
  function page_locks() {
    const held = new Set<string>();
    return {
      held,
      async request(name: string, _options: unknown, call: (lock: object | null) => unknown) {
        await null;
        if (held.has(name)) return call(null);
        held.add(name);
        await call({ name });
        held.delete(name);
        return undefined;
      },
    };
  }

  it("is one tab's at a time", async () => {
    const locks = page_locks();
    navigate({ locks });
    const let_go = await hold_name("outbox");
    await expect(hold_name("outbox")).rejects.toMatchObject({
      code: "ERR_MQTT_STORE_LOCKED",
      hint: "another tab of this page has it open already",
    });
    (await hold_name("another"))();
    let_go();
    await turn();
    expect(locks.held.size).toBe(0);
    (await hold_name("outbox"))();
  });

  it.each([[undefined], [{}]])("is nobody's affair where pages have no locks: %j", async (value) => {
    navigate(value);
    await hold_name("outbox");
    (await hold_name("outbox"))();
  });

  it("is not had when the page refuses", async () => {
    navigate({ locks: { request: () => Promise.reject(new Error("not here")) } });
    await expect(hold_name("outbox")).rejects.toThrow("not here");
  });
});
