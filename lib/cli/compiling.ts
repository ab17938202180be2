// Decides how a module in TypeScript becomes JavaScript where Node cannot do that: hooks of its loader, which run in a
// thread of their own.

import { existsSync, readFileSync } from "node:fs";
import { createRequire, type LoadHook } from "node:module";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { compileFunction } from "node:vm";
import type { Compiler } from "./typescript.ts";

interface Esbuild {
  transformSync(source: string, options: object): { code: string };
}
interface TypeScript {
  transpileModule(source: string, options: object): { outputText: string };
}

/** Nothing is left out but types: what is imported is imported. */
const rules = { verbatimModuleSyntax: true, target: "es2022" };
let compile: (source: string, file: string) => string;

export function initialize({ name, file }: Compiler): void {
  const compiler = createRequire(import.meta.url)(file);
  compile = name === "esbuild" ? with_esbuild(compiler) : with_typescript(compiler);
}

function with_esbuild({ transformSync }: Esbuild): typeof compile {
  return (source, file) => {
    const options = { loader: "ts", sourcemap: "inline", sourcefile: file, target: "node20" };
    return transformSync(source, { ...options, tsconfigRaw: { compilerOptions: rules } }).code;
  };
}

function with_typescript({ transpileModule }: TypeScript): typeof compile {
  const compilerOptions = { ...rules, module: "esnext", inlineSourceMap: true };
  return (source, file) => transpileModule(source, { compilerOptions, fileName: file }).outputText;
}

export const load: LoadHook = (url, context, next) => {
  const { protocol, pathname } = new URL(url);
  const [, kind] = /\.([cm]?)ts$/.exec(pathname) ?? [];
  // As with Node itself, packages are to be published as JavaScript.
  if (protocol !== "file:" || kind === undefined || pathname.includes("/node_modules/")) {
    return next(url, context);
  }
  const file = fileURLToPath(url);
  const source = compile(readFileSync(file, "utf8"), file);
  return { format: format_of(kind, file, source), source, shortCircuit: true };
};

/** By the ending, else by the nearest package.json, else by what is written: Node's rules. */
function format_of(kind: string, file: string, source: string): "module" | "commonjs" {
  if (kind !== "") return kind === "m" ? "module" : "commonjs";
  const type = package_type(dirname(file));
  if (type !== null) return type;
  try {
    compileFunction(source);
    return "commonjs";
  } catch {
    return "module";
  }
}

function package_type(folder: string): "module" | "commonjs" | null {
  const file = join(folder, "package.json");
  if (existsSync(file)) {
    const { type } = JSON.parse(readFileSync(file, "utf8")) as { type?: unknown };
    return type === "module" || type === "commonjs" ? type : null;
  }
  const parent = dirname(folder);
  return parent === folder ? null : package_type(parent);
}
