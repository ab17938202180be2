// Who holds a log, and who may take it over.

import { spawnSync } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { hostname, tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it, jest } from "@jest/globals";
import { StoreError } from "../../lib/model/errors.ts";
import { FileLock } from "../../lib/store/file_lock.ts";
import { type Machine, this_machine } from "../../lib/store/this_machine.ts";
import { FragileDisk } from "../support/fragile_disk.ts";

const lock_path = "/data/outbox.log.lock";

/** A machine on which these processes run. */
function machine(pid: number, processes: Record<number, string>, place = "here"): Machine {
  return { pid, place, began: (other) => processes[other] ?? null };
}

const one = machine(1, { 1: "at noon", 2: "at one" });
const other = machine(2, { 1: "at noon", 2: "at one" });

describe("a lock", () => {
  const locks: FileLock[] = [];
  let disk: FragileDisk;
  let age: number;

  function take(machine: Machine, lost: (error: StoreError) => void = () => {}): FileLock {
    const lock = new FileLock(disk, lock_path, lost, machine);
    locks.push(lock);
    return lock;
  }

  const holder = () => JSON.parse(Buffer.from(disk.files.get(lock_path) ?? []).toString());

  beforeEach(() => {
    jest.useFakeTimers();
    disk = new FragileDisk();
    age = 0;
    disk.statSync = () => ({ mtimeMs: Date.now() - age });
  });

  afterEach(() => {
    for (const lock of locks.splice(0)) lock.release();
    jest.useRealTimers();
  });

  it("names its owner, and is gone when it is released", () => {
    const lock = take(one);
    expect(holder()).toMatchObject({ pid: 1, began: "at noon", place: "here" });
    lock.release();
    expect(disk.files.size).toBe(0);
  });

  it("is not given to a second one while its owner runs", () => {
    take(one);
    age = 1_000_000;
    expect(() => take(other)).toThrow(
      expect.objectContaining({ code: "ERR_MQTT_STORE_LOCKED", hint: `process 1 has it (${lock_path})` }),
    );
    expect(() => take(one)).toThrow("this process has it open already");
    expect(disk.files.size).toBe(1);
  });

  it.each([
    ["has ended", machine(2, { 2: "at one" })],
    ["has ended, and another process has its number", machine(2, { 1: "at three", 2: "at one" })],
  ])("is taken over when its owner %s", (_what, later) => {
    take(one);
    take(later);
    expect(holder().pid).toBe(2);
    expect(disk.files.size).toBe(1);
  });

  it("of another machine, container, or run of this machine is taken over when it is old", () => {
    const stranger = machine(1, { 1: "at two" }, "there");
    take(one);
    for (const fresh of [0, 14_000, -14_000]) {
      age = fresh;
      expect(() => take(stranger)).toThrow("another machine or container holds");
    }
    for (const stale of [16_000, -16_000]) {
      age = stale;
      take(stranger).release();
      take(one);
    }
  });

  it("is taken over when it is old where nothing is known of processes but their numbers", () => {
    take(machine(1, { 1: "" }));
    const later = machine(2, { 1: "", 2: "" });
    expect(() => take(later)).toThrow("process 1 has it");
    age = 16_000;
    take(later);
    expect(holder().pid).toBe(2);
  });

  it.each(["", "{", '"text"', "null", '{"place":"here"}'])(
    "that says nothing (%j) is held while it is new",
    (text) => {
      disk.put(lock_path, Buffer.from(text));
      expect(() => take(one)).toThrow("another machine or container holds");
      age = 16_000;
      take(one);
      expect(holder().pid).toBe(1);
    },
  );

  it("is touched, so that it stays new", () => {
    take(one);
    const touched = jest.spyOn(disk, "utimesSync");
    jest.advanceTimersByTime(21_000);
    expect(touched).toHaveBeenCalledTimes(4);
  });

  it("tells when somebody else has taken it, and leaves that one's alone", () => {
    const lost: StoreError[] = [];
    const lock = take(one, (error) => lost.push(error));
    disk.put(lock_path, Buffer.from("of somebody else"));
    jest.advanceTimersByTime(60_000);
    expect(lost).toEqual([expect.objectContaining({ name: "StoreError", code: "ERR_MQTT_STORE_LOCKED" })]);
    lock.release();
    expect(disk.files.size).toBe(1);
  });

  it("tells when it cannot be touched", () => {
    const lost: StoreError[] = [];
    take(one, (error) => lost.push(error));
    disk.fails = (call) => (call === "read" ? "EIO" : null);
    jest.advanceTimersByTime(5_000);
    expect(lost).toEqual([
      expect.objectContaining({ message: expect.stringContaining("the disk does not work") }),
    ]);
  });

  it("is one's alone when two find it stale at the same time", () => {
    take(one);
    const later = machine(2, { 2: "at one", 3: "at one" });
    const latest = machine(3, { 2: "at one", 3: "at one" });
    // The second one looks, and before it moves the lock the first one has taken it over.
    const stat = disk.statSync;
    let is_first = true;
    disk.statSync = (path) => {
      if (is_first) {
        is_first = false;
        take(later);
      }
      return stat(path);
    };
    expect(() => take(latest)).toThrow(StoreError);
    expect(holder().pid).toBe(2);
    expect(disk.files.size).toBe(1);
  });

  it.each(["read", "rename"])("is taken by the next one when it goes while one looks at it: %s", (call) => {
    take(one);
    disk.fails = (name) => {
      if (name !== call) return null;
      disk.fails = () => null;
      disk.unlinkSync(lock_path);
      return "ENOENT";
    };
    take(machine(2, { 2: "at one" }));
    expect(holder().pid).toBe(2);
  });

  it("is taken by the next one when it goes before its age is known", () => {
    take(one);
    disk.statSync = (path) => {
      disk.unlinkSync(path);
      throw new Error("gone");
    };
    take(other);
    expect(holder().pid).toBe(2);
  });

  it.each([
    ["open", "EROFS", "ERR_MQTT_STORE_ACCESS", "the file system is mounted read-only"],
    ["open", "EACCES", "ERR_MQTT_STORE_ACCESS", "this user may not write there"],
    ["write", "ENOSPC", "ERR_MQTT_STORE_FULL", "the disk is full"],
    ["close", "EIO", "ERR_MQTT_STORE", "the disk does not work"],
    ["open", "ESTRANGE", "ERR_MQTT_STORE", "ESTRANGE: as a system says it"],
  ] as const)("says why it cannot be taken: %s gives %s", (call, system, code, hint) => {
    disk.fails = (name) => (name === call ? system : null);
    expect(() => take(one)).toThrow(expect.objectContaining({ code, hint }));
    expect(disk.files.size).toBe(0);
  });

  it("says why it cannot be taken over", () => {
    take(one);
    disk.fails = (name) => (name === "rename" ? "EACCES" : null);
    expect(() => take(machine(2, { 2: "at one" }))).toThrow(
      /cannot take over the lock .*this user may not write/,
    );
  });
});

describe("what is known of processes", () => {
  it("is when each began, where the system tells", () => {
    const machine = this_machine();
    expect(machine.pid).toBe(process.pid);
    expect(machine.place).toBe(this_machine().place);
    expect(machine.began(process.pid)).toBe(this_machine().began(process.pid));
    expect(machine.began(process.pid)).not.toBeNull();
    const ended = spawnSync(process.execPath, ["--version"]).pid;
    expect(machine.began(ended)).toBeNull();
  });

  it("is taken from the files of Linux", () => {
    const proc = mkdtempSync(join(tmpdir(), "karere-proc-"));
    for (const name of ["sys/kernel/random", "self/ns", "7", "8"])
      mkdirSync(join(proc, name), { recursive: true });
    writeFileSync(join(proc, "sys/kernel/random/boot_id"), "0123-4567\n");
    symlinkSync("pid:[42]", join(proc, "self/ns/pid"));
    const fields = Array.from({ length: 20 }, (_, index) => `f${index + 3}`).join(" ");
    writeFileSync(join(proc, "7/stat"), `7 (a name) with ) in it) ${fields} more`);
    writeFileSync(join(proc, "8/stat"), "8 (short)");
    const machine = this_machine(proc);
    expect(machine.place).toBe("0123-4567 pid:[42]");
    expect([7, 8, 9].map((pid) => machine.began(pid))).toEqual(["f22", "", null]);
    rmSync(proc, { recursive: true });
  });

  it("is only whether they are there, where it does not tell", () => {
    const machine = this_machine("/nowhere");
    expect(machine.place).toBe(hostname());
    expect(machine.began(process.pid)).toBe("");
    const kill = jest.spyOn(process, "kill");
    for (const [code, began] of [
      ["EPERM", ""],
      ["ESRCH", null],
    ] as const) {
      kill.mockImplementationOnce(() => {
        throw Object.assign(new Error(code), { code });
      });
      expect(machine.began(12345)).toBe(began);
    }
    kill.mockRestore();
  });
});
