// Decides how Node's loader of ES modules gets to load TypeScript: by hooks, which run in a thread of their own. The entry
// of that thread.

import type { LoadHook } from "node:module";
import { fileURLToPath } from "node:url";
import { type Compiled, type Compiler, load_compiler } from "./compiling.ts";

let compile: (file: string) => Compiled;

export function initialize(compiler: Compiler): void {
  compile = load_compiler(compiler);
}

export const load: LoadHook = (url, context, next) => {
  const { protocol, pathname } = new URL(url);
  // As with Node itself, packages are to be published as JavaScript.
  if (protocol !== "file:" || !/\.[cm]?ts$/.test(pathname) || pathname.includes("/node_modules/")) {
    return next(url, context);
  }
  const { format, source } = compile(fileURLToPath(url));
  // Without the source the other loader takes over, for all that it requires, too.
  return { format, ...(format === "module" ? { source } : {}), shortCircuit: true };
};
