// Decides how a script in TypeScript is run: by Node itself where it leaves types out; else compiled in memory, module by
// module as they are loaded, by what the user's project has for it.

import { existsSync } from "node:fs";
import { createRequire, register } from "node:module";
import { extname, resolve } from "node:path";
import { type Compiler, load_compiler } from "./compiling.ts";

/** What loads a CommonJS module. */
type CompilingModule = NodeModule & { _compile(source: string, file: string, format: string): void };

const ENDINGS = [".ts", ".mts", ".cts"];
const FLAG = "--experimental-strip-types";
const require_here = createRequire(import.meta.url);

/** What can compile, in the order of preference, and whether this installation of it can. */
const compilers: readonly [name: string, fits: (version: string) => boolean][] = [
  ["esbuild", () => true],
  // Later ones have no interface for programs that compiles a single file.
  ["typescript", (version) => Number.parseInt(version, 10) < 7],
];

/** Whether Node can leave types out itself. */
function is_done_by_node(): boolean {
  return (process.features as { typescript?: unknown }).typescript !== undefined || has_flag();
}

function has_flag(): boolean {
  return process.allowedNodeEnvironmentFlags.has(FLAG);
}

/** What Node has to be told so that it does. */
export function stripping_flags(): string[] {
  const is_on = Boolean((process.features as { typescript?: unknown }).typescript);
  return !is_on && has_flag() ? [FLAG] : [];
}

/** Why this script cannot be run, and what helps; null if it can. */
export function what_is_missing(script: string): string | null {
  if (!is_to_be_compiled(script) || !existsSync(script) || find_compiler(script) !== null) return null;
  return (
    `Node ${process.versions.node} cannot run TypeScript by itself. Install esbuild ` +
    "(npm install --save-dev esbuild), or use Node 22.18 or newer"
  );
}

/** From here on modules in TypeScript can be loaded, if the script is one itself. */
export function compile_typescript(script: string): void {
  const compiler = is_to_be_compiled(script) ? find_compiler(script) : null;
  if (compiler === null) return;
  process.setSourceMapsEnabled(true);
  register("./compiling_hooks.js", import.meta.url, { data: compiler });
  const compile = load_compiler(compiler);
  for (const ending of ENDINGS) {
    require_here.extensions[ending] = (module, file) => {
      const { source, format } = compile(file);
      (module as CompilingModule)._compile(source, file, format);
    };
  }
}

function is_to_be_compiled(script: string): boolean {
  return ENDINGS.includes(extname(script)) && !is_done_by_node();
}

/** The script's own project comes first. */
function find_compiler(script: string): Compiler | null {
  for (const require of [createRequire(resolve(script)), require_here]) {
    for (const [name, fits] of compilers) {
      try {
        const { version } = require(`${name}/package.json`) as { version: string };
        if (fits(version)) return { name, file: require.resolve(name) };
      } catch {
        // It is not installed there.
      }
    }
  }
  return null;
}
