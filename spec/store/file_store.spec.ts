// How a file is asked for, and what of a real disk, real time and other processes no fake can show.

import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it, jest } from "@jest/globals";
import { StoreError, ValueError } from "../../lib/model/errors.ts";
import { checksum } from "../../lib/store/checksum.ts";
import { FileStore, type FileStoreArguments } from "../../lib/store/file.ts";
import { FileStore as PageFileStore } from "../../lib/store/file_store_browser.ts";
import { FragileDisk } from "../support/fragile_disk.ts";
import { start_source } from "../support/run_script.ts";
import { aside, bytes, disk_with, log_store, look, pairs, path } from "./logs.ts";

describe("a store in a file", () => {
  let folder: string;
  const at = (name: string) => join(folder, name);

  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), "karere-store-"));
  });

  afterEach(() => {
    rmSync(folder, { recursive: true });
  });

  it("touches nothing before it is opened", () => {
    new FileStore(at("outbox.log"));
    expect(existsSync(at("outbox.log"))).toBe(false);
  });

  it("is for its owner's eyes only, and leaves no lock", () => {
    const store = new FileStore({ path: at("outbox.log"), fsync: "always" });
    store.open(() => {});
    store.close();
    expect(statSync(at("outbox.log")).mode & 0o777).toBe(0o600);
    expect(existsSync(at("outbox.log.lock"))).toBe(false);
  });

  it.each([
    [[undefined], TypeError, "path must be a string, not undefined"],
    [[""], ValueError, "path must name a file"],
    [
      ["a", { fsync: "sometimes" }],
      ValueError,
      "fsync must be one of always, interval, never, not sometimes",
    ],
    [["a", { fsync: "interval", interval: 0 }], ValueError, "interval must be a number of seconds"],
    [["a", { interval: Number.NaN }], ValueError, "interval must be a number of seconds"],
    [["a", { interval: "1" }], ValueError, "interval must be a number of seconds"],
    [["a", { sync: "always" }], TypeError, 'did you mean "fsync"'],
  ] as const)("refuses %j", (args, kind, message) => {
    const make = FileStore as unknown as new (...args: unknown[]) => FileStore;
    const call = () => new make(...args);
    expect(call).toThrow(kind);
    expect(call).toThrow(message);
  });

  it("says what is wrong with a path", () => {
    mkdirSync(at("folder"));
    writeFileSync(at("file"), "");
    const error_of = (path: string) => {
      try {
        new FileStore(path).open(() => {});
      } catch (error) {
        return error;
      }
      return null;
    };
    expect(error_of(at("nowhere/outbox.log"))).toMatchObject({
      code: "ERR_MQTT_STORE",
      hint: "its folder does not exist",
    });
    expect(error_of(at("file/outbox.log"))).toMatchObject({ hint: "a part of its path is no folder" });
    expect(error_of(at("folder"))).toMatchObject({ hint: "it is a folder: name a file" });
    expect(existsSync(at("folder.lock"))).toBe(false);
  });

  it("is the same by whatever link it is reached, and stays where it is", () => {
    symlinkSync(at("outbox.log"), at("link"));
    const store = new FileStore(at("outbox.log"));
    store.open(() => {});
    expect(() => new FileStore(at("link")).open(() => {})).toThrow("the store is in use");
    store.close();
  });

  it("grows no further than its garbage is worth", () => {
    const store = new FileStore(at("outbox.log"), { fsync: "never" });
    store.open(() => {});
    const value = new Uint8Array(10_000).fill(7);
    for (let key = 0; key < 2500; key++) {
      store.put(key, value);
      if (key > 2) store.delete(key - 3);
      store.sync();
    }
    store.close();
    expect(statSync(at("outbox.log")).size).toBeLessThan(17_000_000);
    expect(existsSync(at("outbox.log.new"))).toBe(false);
    expect(store.open(() => {}).map(({ key }) => key)).toEqual([2497, 2498, 2499]);
    store.close();
  });

  it("outlives the process that wrote it, and its lock does not", async () => {
    const source = `
      import { FileStore } from "karere/store/file";
      const store = new FileStore(${JSON.stringify(at("outbox.log"))});
      store.open(() => {});
      store.put(1, new TextEncoder().encode("from another process"));
      store.write();
      console.log("written");
      setInterval(() => {}, 1000);
    `;
    await using script = start_source(source);
    await script.output(/written/);
    const store = new FileStore(at("outbox.log"));
    expect(() => store.open(() => {})).toThrow(
      expect.objectContaining({
        code: "ERR_MQTT_STORE_LOCKED",
        hint: expect.stringMatching(/process \d+ has it/),
      }),
    );
    script.kill("SIGKILL");
    await script.result();
    expect(pairs(store.open(() => {}))).toEqual([[1, "from another process"]]);
    store.close();
  });

  it("shows what was put aside in a file that can be read", () => {
    const store = new FileStore(at("outbox.log"));
    const saved: (string | null)[] = [];
    store.open((problem) => saved.push(problem.saved));
    store.put(5, bytes("strange"));
    store.quarantine(5, "its kind is unknown");
    store.close();
    const [place] = saved;
    expect(readFileSync(place as string, "latin1")).toMatch(
      /^\S+Z record 5: its kind is unknown, 31 bytes:\n[\s\S]*strange/,
    );
  });
});

describe("a store in a file that is synced at intervals", () => {
  beforeEach(() => {
    jest.useFakeTimers({ doNotFake: ["performance"] });
  });

  afterEach(() => {
    jest.useRealTimers();
  });

  const synced = (disk: FragileDisk) => disk.calls.filter((call) => call.startsWith("fdatasync")).length;

  it("is synced once after the first write", () => {
    const disk = new FragileDisk();
    const store = log_store(disk, { fsync: "interval", interval_ms: 2000 });
    store.open(() => {});
    store.sync();
    for (const key of [1, 2]) {
      store.put(key, bytes("one"));
      store.sync();
      jest.advanceTimersByTime(999);
    }
    expect(synced(disk)).toBe(0);
    jest.advanceTimersByTime(2);
    expect(synced(disk)).toBe(1);
    jest.advanceTimersByTime(10_000);
    expect(synced(disk)).toBe(1);
    store.put(3, bytes("three"));
    store.sync();
    store.close();
    expect(synced(disk)).toBe(2);
  });

  it("reports when that fails, and is written no more", () => {
    const disk = new FragileDisk();
    const problems: unknown[] = [];
    const store = log_store(disk, { fsync: "interval" });
    store.open((problem) => problems.push(problem));
    store.put(1, bytes("one"));
    store.sync();
    disk.fails = (call) => (call === "fdatasync" ? "EIO" : null);
    jest.advanceTimersByTime(1000);
    expect(problems).toEqual([
      {
        kind: "failed",
        text: expect.stringContaining("may be lost with the power: the disk does not work"),
        saved: null,
      },
    ]);
    expect(() => store.put(2, bytes("two"))).toThrow(StoreError);
    store.close();
  });

  it("is never synced by the one that never is", () => {
    const disk = new FragileDisk();
    const store = log_store(disk, { fsync: "never" });
    store.open(() => {});
    store.put(1, bytes("one"));
    store.sync();
    jest.advanceTimersByTime(100_000);
    store.close();
    expect(synced(disk)).toBe(0);
  });

  it("is written no more by whoever has lost the lock", () => {
    const disk = new FragileDisk();
    const problems: unknown[] = [];
    const store = log_store(disk);
    store.open((problem) => problems.push(problem));
    disk.unlinkSync(`${path}.lock`);
    jest.advanceTimersByTime(60_000);
    expect(problems).toEqual([
      { kind: "failed", text: expect.stringContaining("somebody else has taken"), saved: null },
    ]);
    expect(() => store.put(1, bytes("one"))).toThrow(
      expect.objectContaining({ code: "ERR_MQTT_STORE_LOCKED" }),
    );
    store.close();
  });
});

describe("the end of many records", () => {
  const disk = new FragileDisk();
  const store = log_store(disk);
  const size = () => (disk.files.get(path) as Uint8Array).length;
  store.open(() => {});
  for (let key = 0; key < 100; key++) store.put(key, bytes("value"));
  store.write();
  const before = size();

  it("is one change where their numbers rise by two, and one each where they do not", () => {
    for (let key = 10; key < 50; key += 2) store.delete(key);
    store.delete(51);
    store.delete(60);
    store.put(99, bytes("new"));
    store.delete(62);
    store.write();
    store.delete(64);
    store.close();
    expect(size() - before).toBe(5 * 20 + (24 + "new".length));
    const { records, problems } = look(disk);
    const gone = [...Array.from({ length: 20 }, (_, index) => 10 + 2 * index), 51, 60, 62, 64];
    const left = Array.from({ length: 100 }, (_, key) => key).filter((key) => !gone.includes(key));
    expect(records.map(([key]) => key)).toEqual(left);
    expect(records.at(-1)).toEqual([99, "new"]);
    expect(problems).toEqual([]);
  });
});

describe("the end of very many records", () => {
  it("is more than one change, and no more than that is believed", () => {
    const disk = new FragileDisk();
    const store = log_store(disk);
    store.open(() => {});
    for (let key = 0; key < 140_000; key++) store.put(key, bytes(""));
    store.write();
    const before = (disk.files.get(path) as Uint8Array).length;
    for (let key = 0; key < 140_000; key += 2) store.delete(key);
    store.close();
    const log = (disk.files.get(path) as Uint8Array).slice();
    expect(log.length - before).toBe(2 * 20);
    expect(look(disk).records).toHaveLength(70_000);

    const head = new DataView(log.buffer, log.byteOffset + before);
    head.setUint32(12, 65_536, true);
    head.setUint32(16, checksum(log, before, before + 16), true);
    const { records, problems } = look(disk_with(log));
    expect(records).toHaveLength(140_000 - (70_000 - 65_536));
    expect(problems).toMatchObject([{ kind: "damaged" }]);
  });
});

describe("a rewriting", () => {
  it("copies more than fits into memory at once", () => {
    const disk = new FragileDisk();
    const store = log_store(disk, { garbage_bytes: 100 });
    store.open(() => {});
    const value = (key: number) => String(key).repeat(20_000);
    for (const key of [1, 2, 3, 4, 5, 6, 7, 8, 9]) store.put(key, bytes(value(key)));
    for (const key of [1, 2, 3, 4, 5]) store.delete(key);
    store.close();
    store.open(() => {});
    store.close();
    expect(disk.calls.filter((call) => call === "rename outbox.log.new").length).toBe(1);
    expect(look(disk)).toEqual({ records: [6, 7, 8, 9].map((key) => [key, value(key)]), problems: [] });
  });

  /** A log that is rewritten with the next sync. */
  function wasteful(disk: FragileDisk, report: (problem: unknown) => void) {
    const store = log_store(disk, { garbage_bytes: 100 });
    store.open(report);
    store.put(1, bytes("kept"));
    store.put(2, bytes("x".repeat(200)));
    store.delete(2);
    return store;
  }

  it("puts aside what has changed on the disk since it was written", () => {
    const disk = new FragileDisk();
    const problems: unknown[] = [];
    const store = wasteful(disk, (problem) => problems.push(problem));
    store.put(3, bytes("kept too"));
    store.write();
    (disk.files.get(path) as Uint8Array)[16 + 20] = 0xff;
    store.sync();
    store.close();
    expect(problems).toEqual([
      {
        kind: "damaged",
        text: expect.stringContaining("record 1: damaged since it was written"),
        saved: aside,
      },
    ]);
    expect(look(disk)).toEqual({ records: [[3, "kept too"]], problems: [] });
  });

  it("that fails is tried again when the log has grown", () => {
    const disk = new FragileDisk();
    const problems: unknown[] = [];
    const store = wasteful(disk, (problem) => problems.push(problem));
    disk.fails = (call) => (call === "rename" ? "EACCES" : null);
    store.sync();
    store.sync();
    expect(problems).toMatchObject([{ kind: "failed", text: expect.stringContaining("cannot rewrite") }]);
    disk.fails = () => null;
    store.put(4, bytes("y".repeat(300)));
    store.delete(4);
    store.sync();
    expect(disk.files.get(path)?.length).toBeLessThan(100);
    store.close();
    expect(look(disk)).toEqual({ records: [[1, "kept"]], problems: [] });
  });

  it("that leaves no log open ends the store", () => {
    const disk = new FragileDisk();
    const store = wasteful(disk, () => {});
    let is_renamed = false;
    disk.fails = (call, _number, file) => {
      is_renamed ||= call === "rename";
      return is_renamed && (call === "rename" || (call === "open" && file === path)) ? "EMFILE" : null;
    };
    expect(() => store.sync()).toThrow("cannot rewrite");
    disk.fails = () => null;
    expect(() => store.put(1, bytes("more"))).toThrow("too many files open");
    store.close();
    expect(look(disk)).toEqual({ records: [[1, "kept"]], problems: [] });
  });

  it("while a log is mended may end its opening", () => {
    const disk = new FragileDisk();
    const store = wasteful(disk, () => {});
    store.close();
    (disk.files.get(path) as Uint8Array)[16 + 20] = 0xff;
    disk.fails = (call, _number, file) => (call === "open" && file === "/data" ? "EIO" : null);
    expect(() => store.open(() => {})).toThrow(StoreError);
    disk.fails = () => null;
    expect([...disk.files.keys()].filter((file) => file.endsWith(".lock"))).toEqual([]);
    expect(look(disk)).toEqual({ records: [], problems: [] });
  });

  it("leaves a record where it is that cannot be put aside", () => {
    const disk = new FragileDisk();
    const store = log_store(disk);
    store.open(() => {});
    store.put(1, bytes("strange"));
    disk.fails = (call, _number, file) => (call === "open" && file === aside ? "EROFS" : null);
    store.quarantine(1, "it makes no sense");
    disk.fails = () => null;
    store.close();
    expect(look(disk).records).toEqual([[1, "strange"]]);
  });

  it("tells that somebody has cut the file", () => {
    const disk = new FragileDisk();
    const problems: unknown[] = [];
    const store = wasteful(disk, (problem) => problems.push(problem));
    store.write();
    disk.ftruncateSync(disk.openSync(path, "r+"), 30);
    store.sync();
    expect(problems).toMatchObject([{ text: expect.stringContaining("somebody else has changed it") }]);
    store.close();
  });
});

it("a log is made on Windows too, where a folder cannot be synced", () => {
  const { platform } = process;
  Object.defineProperty(process, "platform", { value: "win32" });
  const disk = new FragileDisk();
  disk.fails = (call, _number, file) => (call === "open" && file === "/data" ? "EISDIR" : null);
  expect(look(disk)).toEqual({ records: [], problems: [] });
  Object.defineProperty(process, "platform", { value: platform });
});

it("a web page has no files, and is told what it has", () => {
  expect(() => new PageFileStore("outbox.log" satisfies FileStoreArguments["path"])).toThrow(
    expect.objectContaining({
      code: "ERR_MQTT_UNSUPPORTED",
      hint: expect.stringContaining("karere/store/level"),
    }),
  );
});
