// Decides what is known of processes: which one this is, and whether another one still runs.

import { readFileSync, readlinkSync } from "node:fs";
import { system_code } from "./disk.ts";
import { os } from "./on_demand.ts";

export interface Machine {
  /** The id of this process. */
  readonly pid: number;
  /** Where process ids mean the same: one run of a system, in one container. */
  readonly place: string;
  /** When a process began, in whatever the system counts; `""` when it does not tell; null when there is none. */
  began(pid: number): string | null;
}

/** Linux tells all of it in /proc; elsewhere the name of the machine and the ids must do. */
export function this_machine(proc = "/proc"): Machine {
  const { pid } = process;
  try {
    const boot = readFileSync(`${proc}/sys/kernel/random/boot_id`, "utf8").trim();
    const container = readlinkSync(`${proc}/self/ns/pid`);
    return { pid, place: `${boot} ${container}`, began: (other) => began(`${proc}/${other}/stat`) };
  } catch {
    return { pid, place: os().hostname(), began: (other) => (is_there(other) ? "" : null) };
  }
}

/** The 22nd field. The second is the program's name in brackets, and may have anything in it. */
function began(path: string): string | null {
  try {
    const text = readFileSync(path, "latin1");
    return text.slice(text.lastIndexOf(")") + 2).split(" ")[19] ?? "";
  } catch {
    return null;
  }
}

function is_there(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return system_code(error) === "EPERM"; // it is another user's
  }
}
