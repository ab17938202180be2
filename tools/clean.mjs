// Decides what a fresh build must not inherit: everything that the compiler wrote before.

import { rmSync } from "node:fs";

for (const folder of ["dist", "build/examples"]) {
  rmSync(new URL(`../${folder}`, import.meta.url), { recursive: true, force: true });
}
