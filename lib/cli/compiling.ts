// Decides how the text of a module in TypeScript becomes JavaScript where Node cannot do that, and which kind of module
// it is.

import { existsSync, readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, extname, join } from "node:path";
import { compileFunction } from "node:vm";

/** What compiles. */
export interface Compiler {
  readonly name: string;
  /** From where it is to be loaded. */
  readonly file: string;
}

export interface Compiled {
  readonly source: string;
  readonly format: "module" | "commonjs";
}

interface EsbuildError {
  readonly text: string;
  readonly location: { readonly line: number; readonly column: number; readonly lineText: string } | null;
}
interface Esbuild {
  transformSync(source: string, options: object): { code: string };
}
interface TypeScript {
  transpileModule(source: string, options: object): { outputText: string };
}

/** Nothing is left out but types: what is imported is imported. */
const rules = { verbatimModuleSyntax: true, target: "es2022" };

/** Loads a compiler: what is given compiles one file. */
export function load_compiler({ name, file }: Compiler): (file: string) => Compiled {
  const loaded = createRequire(import.meta.url)(file);
  const compile = name === "esbuild" ? with_esbuild(loaded) : with_typescript(loaded);
  return (file) => {
    const source = compile(readFileSync(file, "utf8"), file);
    return { source, format: format_of(file, source) };
  };
}

function with_esbuild({ transformSync }: Esbuild) {
  return (source: string, file: string) => {
    const options = { loader: "ts", sourcemap: "inline", sourcefile: file, target: "node20" };
    try {
      return transformSync(source, { ...options, tsconfigRaw: { compilerOptions: rules } }).code;
    } catch (error) {
      throw syntax_error(error, file);
    }
  };
}

function with_typescript({ transpileModule }: TypeScript) {
  const compilerOptions = { ...rules, module: "esnext", inlineSourceMap: true };
  return (source: string, file: string) =>
    transpileModule(source, { compilerOptions, fileName: file }).outputText;
}

/** As Node shows one: the place, the line, and what is wrong with it. */
function syntax_error(error: unknown, file: string): unknown {
  const [first] = (error as { errors?: EsbuildError[] }).errors ?? [];
  if (first?.location == null) return error;
  const { line, column, lineText } = first.location;
  const shown = new SyntaxError(first.text);
  const place = `${file}:${line}`;
  const arrow = `${" ".repeat(column)}^`;
  shown.stack = `${place}\n${lineText}\n${arrow}\n\nSyntaxError: ${first.text}\n    at ${place}:${column + 1}`;
  return shown;
}

/** By the ending, else by the nearest package.json, else by what is written: Node's rules. */
function format_of(file: string, source: string): Compiled["format"] {
  if (extname(file) !== ".ts") return extname(file) === ".mts" ? "module" : "commonjs";
  const type = package_type(dirname(file));
  if (type !== null) return type;
  try {
    compileFunction(source, ["exports", "require", "module", "__filename", "__dirname"]);
    return "commonjs";
  } catch {
    return "module";
  }
}

function package_type(folder: string): Compiled["format"] | null {
  const file = join(folder, "package.json");
  if (existsSync(file)) {
    const { type } = JSON.parse(readFileSync(file, "utf8")) as { type?: unknown };
    return type === "module" || type === "commonjs" ? type : null;
  }
  const parent = dirname(folder);
  return parent === folder ? null : package_type(parent);
}
