// Decides where a spec finds a disk that is full soon: a file system of its own in memory where the system lets us mount
// one, which takes root; else a disk that is played, of the same size.

import { spawnSync } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { FileStore } from "../../lib/store/file.ts";
import { LogStore } from "../../lib/store/log_store.ts";
import type { Store } from "../../lib/store/store.ts";
import { FragileDisk } from "../support/fragile_disk.ts";

const KIB = 1024;
/** Of the whole disk; all but a tenth of it is somebody else's. */
const SIZE = 640 * KIB;
const OTHERS = SIZE - 64 * KIB;

export interface SmallDisk extends Disposable {
  /** Where it is for other processes, too; null for one that is played. */
  readonly folder: string | null;
  /** A store on it: each time the same file. */
  open(): Store;
  /** Somebody else has used the rest, until `make_room`. */
  make_room(): void;
}

export function small_disk(): SmallDisk {
  const folder = mkdtempSync(join(tmpdir(), "karere-disk-"));
  const mounted = join(folder, "disk");
  mkdirSync(mounted);
  const { status } = spawnSync("mount", ["-t", "tmpfs", "-o", `size=${SIZE}`, "tmpfs", mounted]);
  if (status === 0) return real_disk(folder, mounted);
  rmSync(folder, { recursive: true });
  return played_disk();
}

function real_disk(folder: string, mounted: string): SmallDisk {
  const others = join(mounted, "others");
  writeFileSync(others, new Uint8Array(OTHERS));
  return {
    folder: mounted,
    open: () => new FileStore(join(mounted, "outbox.log")),
    make_room: () => rmSync(others),
    [Symbol.dispose]() {
      spawnSync("umount", ["-l", mounted]);
      rmSync(folder, { recursive: true });
    },
  };
}

export function played_disk(): SmallDisk {
  const disk = new FragileDisk();
  disk.room = SIZE - OTHERS;
  return {
    folder: null,
    open: () =>
      new LogStore(
        "/disk/outbox.log",
        { fsync: "always", interval_ms: 1000, garbage_bytes: 16 * KIB * KIB },
        disk,
      ),
    make_room: () => {
      disk.room = SIZE;
    },
    [Symbol.dispose]() {},
  };
}
