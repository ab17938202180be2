// Decides who may use a log: one owner at a time, by a file beside it that names him. Node has no locks that the system
// takes back, so a lock may outlive its owner. Then it is taken over: within one run of a machine (and one container) by
// the owner's process id and the moment when that process began; from anywhere else, where process ids mean something
// else, when nobody has touched the lock for a while.

import { StoreError } from "../model/errors.ts";
import { type Files, remove, store_error, system_code, write_all } from "./disk.ts";
import { crypto } from "./on_demand.ts";
import { type Machine, this_machine } from "./this_machine.ts";

/** How often an owner touches his lock, in milliseconds. */
const TOUCH_MS = 5000;
/** A lock that was not touched for so long is nobody's, if nothing better is known of its owner. */
const STALE_MS = 3 * TOUCH_MS;

/** What the file says, as JSON. */
interface Owner {
  readonly pid: number;
  readonly began: string | null;
  readonly place: string;
  /** Of this lock only. */
  readonly id: string;
}

export class FileLock {
  readonly #files: Files;
  readonly #path: string;
  readonly #text: string;
  readonly #timer: NodeJS.Timeout;

  /**
   * Takes the lock at `path`.
   *
   * @param lost is called when somebody else has taken it away, and no more may be written.
   * @throws StoreError (`ERR_MQTT_STORE_LOCKED`) when somebody holds it.
   */
  constructor(
    files: Files,
    path: string,
    lost: (error: StoreError) => void,
    machine: Machine = this_machine(),
  ) {
    const { pid, place } = machine;
    this.#files = files;
    this.#path = path;
    this.#text = JSON.stringify({
      pid,
      began: machine.began(pid),
      place,
      id: crypto().randomUUID(),
    } satisfies Owner);
    while (!this.#created(pid)) this.#remove_stale(machine);
    this.#timer = setInterval(() => {
      try {
        this.#touch();
      } catch (error) {
        clearInterval(this.#timer);
        lost(store_error(`${path} cannot be held`, error));
      }
    }, TOUCH_MS);
    this.#timer.unref();
  }

  release(): void {
    clearInterval(this.#timer);
    try {
      if (read(this.#files, this.#path) === this.#text) this.#files.unlinkSync(this.#path);
    } catch {
      // It is found stale by whoever comes next.
    }
  }

  /** Whether the lock is this one's now; false when there is one already. */
  #created(pid: number): boolean {
    // It gets its name when it is whole: a process that is killed in between leaves no lock without an owner. The name
    // for that is the same each time, so that what such a process leaves is used again.
    const aside = `${this.#path}.${pid}`;
    try {
      this.#write(aside, "w");
      try {
        this.#files.linkSync(aside, this.#path);
      } catch (error) {
        if (!has_no_links(error)) throw error;
        this.#write(this.#path, "wx");
      } finally {
        remove(this.#files, aside);
      }
    } catch (error) {
      if (system_code(error) === "EEXIST") return false;
      throw store_error(`cannot lock the store with ${this.#path}`, error);
    }
    // In another container a process may have the same number.
    return read(this.#files, this.#path) === this.#text;
  }

  #write(path: string, flags: "w" | "wx"): void {
    const bytes = Buffer.from(this.#text);
    const fd = this.#files.openSync(path, flags, 0o600);
    try {
      try {
        write_all(this.#files, fd, bytes, bytes.length, null);
      } finally {
        this.#files.closeSync(fd);
      }
    } catch (error) {
      remove(this.#files, path);
      throw error;
    }
  }

  /** Takes away the lock of somebody who is gone; throws when he is not. */
  #remove_stale(machine: Machine): void {
    const path = this.#path;
    const found = read(this.#files, path);
    if (found === null) return;
    const age = this.#age();
    if (age !== null && is_held(found, age, machine)) throw locked(path, found, machine);
    // Of two who find it stale, one moves it; the other may have moved the new one, and puts it back.
    const aside = `${path}.${crypto().randomUUID()}`;
    try {
      this.#files.renameSync(path, aside);
    } catch (error) {
      if (system_code(error) === "ENOENT") return;
      throw store_error(`cannot take over the lock ${path}`, error);
    }
    if (read(this.#files, aside) !== found) {
      this.#files.renameSync(aside, path);
      throw locked(path, found, machine);
    }
    this.#files.unlinkSync(aside);
  }

  #touch(): void {
    if (read(this.#files, this.#path) !== this.#text) {
      throw new StoreError("somebody else has taken the store over: this process did not run for a while", {
        code: "ERR_MQTT_STORE_LOCKED",
      });
    }
    const now = Date.now() / 1000;
    this.#files.utimesSync(this.#path, now, now);
  }

  /** For how long nobody has touched the lock that is there; null when it has just gone. */
  #age(): number | null {
    try {
      // A clock that starts anew with the machine may be behind.
      return Math.abs(Date.now() - this.#files.statSync(this.#path).mtimeMs);
    } catch {
      return null;
    }
  }
}

/** Null: there is none. */
function read(files: Files, path: string): string | null {
  try {
    return Buffer.from(files.readFileSync(path)).toString();
  } catch (error) {
    if (system_code(error) === "ENOENT") return null;
    throw store_error(`cannot read the lock ${path}`, error);
  }
}

/** Whether the owner that a lock names still has it. One that names nobody was left, or is just being written. */
function is_held(text: string, age: number, machine: Machine): boolean {
  const owner = owner_in(text);
  if (owner?.place !== machine.place) return age < STALE_MS;
  const began = machine.began(owner.pid);
  if (began === "") return age < STALE_MS;
  return began !== null && began === owner.began;
}

/** There are file systems without links. */
function has_no_links(error: unknown): boolean {
  return ["EPERM", "ENOSYS", "ENOTSUP", "EOPNOTSUPP", "EMLINK"].includes(`${system_code(error)}`);
}

function owner_in(text: string): Owner | null {
  try {
    const owner = JSON.parse(text);
    return typeof owner?.pid === "number" ? owner : null;
  } catch {
    return null;
  }
}

function locked(path: string, text: string, machine: Machine): StoreError {
  const owner = owner_in(text);
  const details = { code: "ERR_MQTT_STORE_LOCKED" } as const;
  if (owner?.place !== machine.place) {
    const hint = `another machine or container holds ${path}; it is free ${STALE_MS / 1000} s after that has ended`;
    return new StoreError("the store is in use", { ...details, hint });
  }
  const who = owner.pid === machine.pid ? "this process has it open already" : `process ${owner.pid} has it`;
  return new StoreError("the store is in use", { ...details, hint: `${who} (${path})` });
}
