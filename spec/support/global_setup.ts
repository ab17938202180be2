// Decides what stands built before the specs run: dist/, what browsers get of it, and the examples, because some specs
// run them as a user's process would. Types are not checked here (that is `npm run typecheck`), which makes it a matter
// of a second.

import { spawnSync } from "node:child_process";
import { readdirSync, statSync } from "node:fs";
import { join } from "node:path";

export default function build_what_is_stale(): void {
  compile("tsconfig.build.json", "lib", "dist");
  compile("tsconfig.examples.json", "examples", "build/examples");
  // The compiler writes the types only.
  if (is_stale(["lib", "tools", "package.json"], "dist/shared")) run(join("tools", "bundle.mjs"));
}

function compile(project: string, source: string, output: string): void {
  if (is_stale([source], output)) {
    run(join("node_modules", "typescript", "bin", "tsc"), "-p", project, "--noCheck");
  }
}

function run(...words: string[]): void {
  const { status, stdout, stderr } = spawnSync(process.execPath, words, { encoding: "utf8" });
  if (status !== 0) {
    throw new Error(`${words.join(" ")} failed:\n${stdout}${stderr}`);
  }
}

function is_stale(sources: string[], output: string): boolean {
  const from = sources.flatMap(written);
  const to = written(output);
  return from.length > 0 && (to.length === 0 || Math.max(...from) >= Math.min(...to));
}

/** When a file, or each file of a folder, was written last. */
function written(path: string): number[] {
  try {
    if (statSync(path).isFile()) return [statSync(path).mtimeMs];
    return readdirSync(path, { recursive: true, encoding: "utf8" })
      .map((name) => statSync(join(path, name)))
      .filter((entry) => entry.isFile())
      .map((entry) => entry.mtimeMs);
  } catch {
    return [];
  }
}
