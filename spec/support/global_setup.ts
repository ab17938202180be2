// Decides what stands compiled before the specs run: dist/ and the examples, because some specs run them as a user's
// process would. Types are not checked here (that is `npm run typecheck`), which makes it a matter of a second.

import { spawnSync } from "node:child_process";
import { readdirSync, statSync } from "node:fs";
import { join } from "node:path";

export default function build_what_is_stale(): void {
  compile("tsconfig.build.json", "lib", "dist");
  compile("tsconfig.examples.json", "examples", "build/examples");
}

function compile(project: string, source: string, output: string): void {
  const from = written(source);
  const to = written(output);
  const fresh = to.length > 0 && Math.max(...from) < Math.min(...to);
  if (from.length === 0 || fresh) {
    return;
  }
  const tsc = join("node_modules", "typescript", "bin", "tsc");
  const { status, stdout } = spawnSync(process.execPath, [tsc, "-p", project, "--noCheck"], {
    encoding: "utf8",
  });
  if (status !== 0) {
    throw new Error(`${project} does not compile:\n${stdout}`);
  }
}

/** When each file of a folder was written last. */
function written(folder: string): number[] {
  try {
    return readdirSync(folder, { recursive: true, encoding: "utf8" })
      .map((name) => statSync(join(folder, name)))
      .filter((entry) => entry.isFile())
      .map((entry) => entry.mtimeMs);
  } catch {
    return [];
  }
}
