// What is left of a log when the power is cut, or a call fails, at any moment of its life: rewritings, the first opening
// and the last closing among them.

import { describe, expect, it } from "@jest/globals";
import { StoreError } from "../../lib/model/errors.ts";
import type { LogStore } from "../../lib/store/log_store.ts";
import { all_remains, FragileDisk, type Remains } from "../support/fragile_disk.ts";
import { bytes, type Change, log_store, look, outcome, pairs, path } from "./logs.ts";

/** Turns of a session: what is changed in each. Most of it becomes garbage, so that the log is rewritten now and then. */
const turns: readonly (readonly Change[])[] = Array.from({ length: 12 }, (_, turn): Change[] => [
  [2 * turn, `message ${turn}, with some text`],
  [2 * turn + 1, `and another`],
  ...(turn < 2
    ? []
    : ([
        [2 * turn - 4, null],
        [1, `counted to ${turn}`],
      ] as Change[])),
]);

const settings = { garbage_bytes: 150 } as const;

/** How far a run came: the changes that were written, and how many of them were synced. */
interface Progress {
  readonly written: Change[];
  synced: number;
}

/** Takes the turns one after the other, until something fails that `goes_on` does not forgive. */
function run(disk: FragileDisk, progress: Progress, goes_on: (error: unknown) => boolean): LogStore {
  const store = log_store(disk, settings);
  store.open(() => {});
  for (const changes of turns) {
    for (const [key, value] of changes) {
      if (value === null) store.delete(key);
      else store.put(key, bytes(value));
    }
    try {
      store.write();
    } catch (error) {
      if (!goes_on(error)) throw error;
      continue;
    }
    progress.written.push(...changes);
    store.sync();
    progress.synced = progress.written.length;
  }
  store.close();
  return store;
}

/** The calls of a run in which nothing happens. */
const calls = (() => {
  const disk = new FragileDisk();
  run(disk, { written: [], synced: 0 }, () => false);
  return disk.calls;
})();

const moments = calls.map((call, index): [number, string] => [index + 1, call]);

it("the turns have several rewritings in them", () => {
  expect(calls.filter((call) => call.startsWith("rename")).length).toBeGreaterThan(1);
  expect(calls.length).toBeLessThan(200);
});

describe("the power is cut", () => {
  /** All outcomes that keep what was synced: a turn that was being written may be there as far as it came. */
  function allowed({ written, synced }: Progress): unknown[] {
    const all = turns.flat();
    return Array.from({ length: all.length - synced + 1 }, (_, more) =>
      outcome(all.slice(0, synced + more)),
    ).slice(0, written.length - synced + 5);
  }

  function survives(number: number, remains: Remains): void {
    const disk = new FragileDisk();
    const progress: Progress = { written: [], synced: 0 };
    disk.cut_at = number;
    expect(() => run(disk, progress, () => false)).toThrow(StoreError);
    disk.power_cut(remains);
    const { records, problems } = look(disk);
    expect(allowed(progress)).toContainEqual(records);
    expect(problems.filter(({ kind }) => kind !== "torn")).toEqual([]);
    expect(look(disk)).toEqual({ records, problems: [] });
  }

  // Closing comes after the last fsync: there only the lock is at stake.
  const until = calls.lastIndexOf("close outbox.log");
  it.each(moments.slice(0, until))("at call %i (%s), and all that was synced is there", (number) => {
    for (const remains of all_remains) survives(number, remains);
  });
});

describe("a call fails", () => {
  it.each(moments)("number %i (%s), and what was not refused is there", (number, call) => {
    const disk = new FragileDisk();
    const progress: Progress = { written: [], synced: 0 };
    disk.fails = (_call, at) => (at === number ? "EIO" : null);
    let refused: unknown = null;
    try {
      run(disk, progress, (error) => {
        refused = error;
        return true;
      });
    } catch (error) {
      refused = error;
    }
    // What is not told at all must not have mattered: a rewriting that is tried again later, the lock at the end.
    if (refused !== null) expect(refused).toBeInstanceOf(StoreError);
    else expect(call).toMatch(/\.new|\.lock(\.\d+)?$|^rename|^read|^close/);
    disk.power_cut({ bytes: "all", names: "all" });
    expect(look(disk).records).toEqual(outcome(progress.written));
  });
});

describe("a log on a full disk", () => {
  it("refuses what has no room, and keeps all the rest", () => {
    const disk = new FragileDisk();
    const store = log_store(disk);
    store.open(() => {});
    store.put(1, bytes("one"));
    store.write();
    disk.room = [...disk.files.values()].reduce((sum, { length }) => sum + length, 0) + 40;
    store.put(2, bytes("far too long to have room in what is left of the disk"));
    expect(() => store.write()).toThrow(
      expect.objectContaining({
        code: "ERR_MQTT_STORE_FULL",
        hint: "the disk is full",
        cause: expect.any(Error),
      }),
    );
    store.put(3, bytes("short"));
    store.write();
    disk.room = Number.POSITIVE_INFINITY;
    store.put(4, bytes("there is room again, also for something as long as this"));
    store.close();
    expect(look(disk)).toEqual({
      records: [
        [1, "one"],
        [3, "short"],
        [4, "there is room again, also for something as long as this"],
      ],
      problems: [],
    });
  });

  it("writes nothing behind bytes that could not be cut off", () => {
    const disk = new FragileDisk();
    const store = log_store(disk);
    store.open(() => {});
    disk.fails = (call, _number, file) =>
      file === path && (call === "write" || call === "truncate") ? "ENOSPC" : null;
    store.put(1, bytes("half of this is written"));
    expect(() => store.write()).toThrow(StoreError);
    disk.fails = (call) => (call === "truncate" ? "EIO" : null);
    store.put(2, bytes("never written"));
    expect(() => store.write()).toThrow("cannot write to");
    disk.fails = () => null;
    store.put(3, bytes("written"));
    store.close();
    expect(look(disk)).toEqual({ records: [[3, "written"]], problems: [] });
  });

  it("cannot be opened when there is no room for its lock, and leaves no trace", () => {
    const disk = new FragileDisk();
    disk.room = 10;
    expect(() => look(disk)).toThrow(expect.objectContaining({ code: "ERR_MQTT_STORE_FULL" }));
    expect([...disk.files.keys()]).toEqual([]);
  });

  it("takes a value of several mebibytes, and small ones after it", () => {
    const disk = new FragileDisk();
    const store = log_store(disk);
    const large = "x".repeat(3_000_000);
    store.open(() => {});
    store.put(1, bytes(large));
    store.write();
    store.put(2, bytes("small"));
    store.close();
    expect(look(disk).records).toEqual([
      [1, large],
      [2, "small"],
    ]);
  });

  it("is written in as many pieces as the system likes", () => {
    const disk = new FragileDisk();
    disk.most_at_once = 7;
    const store = log_store(disk);
    store.open(() => {});
    store.put(1, bytes("a value of some length"));
    store.close();
    expect(look(disk)).toEqual({ records: [[1, "a value of some length"]], problems: [] });
  });
});

describe("a log that could not be synced", () => {
  it("is written no more, until it is opened anew", () => {
    const disk = new FragileDisk();
    const store = log_store(disk);
    store.open(() => {});
    store.put(1, bytes("one"));
    disk.fails = (call) => (call === "fdatasync" ? "EIO" : null);
    expect(() => store.sync()).toThrow("may be lost with the power");
    disk.fails = () => null;
    expect(() => store.put(2, bytes("two"))).toThrow("may be lost with the power");
    expect(() => store.write()).toThrow(StoreError);
    store.close();
    expect(pairs(store.open(() => {}))).toEqual([[1, "one"]]);
    store.close();
  });

  it("tells so also when it is closed, and is closed", () => {
    const disk = new FragileDisk();
    const store = log_store(disk);
    store.open(() => {});
    store.put(1, bytes("one"));
    disk.fails = (call) => (call === "fdatasync" ? "EIO" : null);
    expect(() => store.close()).toThrow(StoreError);
    expect([...disk.files.keys()]).toEqual([path]);
    store.close();
  });
});
