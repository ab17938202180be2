// Decides how the parameters of a function are found out: by what it says when an argument is given both by position
// and by name, and by the signature where one is written out. Neither needs a list of our own.

import { parseSync } from "@swc/core";

type Call = (...args: unknown[]) => unknown;

/** Parameters whose value may be a plain object: in their place it is the value and names no arguments. */
const take_objects = ["userdata", "will", "auth", "tls", "proxy_args", "logger", "context", "headers"];

/** Not allowed for any parameter, so that nothing happens. */
const probe = Symbol("probe");

/** What is wrong with the place of parameter number `at` among `names`, found out by calling; null when nothing is. */
export function misplaced(call: Call, names: readonly string[], at: number): string | null {
  const name = names[at] as string;
  for (const [given, here] of names.entries()) {
    if (take_objects.includes(here)) continue;
    const said = saying(call, [...Array(given).fill(undefined), { [name]: probe }]);
    if (said.includes("has no parameter")) return said;
    const is_before = said.includes("twice");
    if (is_before !== at < given)
      return `${name} comes ${is_before ? "before" : "at or after"} place ${given}`;
  }
  return null;
}

/** The names of the parameters as the function declares them; null where it takes them all as one list. */
export function declared_parameters(fn: unknown): string[] | null {
  const text = String(fn);
  const is_class = text.startsWith("class");
  const source = is_class || text.startsWith("function") ? `(${text})` : `({ ${text} })`;
  const found = parameters_in(parseSync(source, { syntax: "ecmascript", target: "es2022" }), is_class);
  if (found === null) {
    // Without a constructor of its own a class has that of its parent.
    const parent: unknown = Object.getPrototypeOf(fn);
    return is_class && String(parent).startsWith("class") ? declared_parameters(parent) : [];
  }
  return found.includes("...") ? null : found;
}

/** What the call throws, as text. */
export function saying(call: Call, args: readonly unknown[]): string {
  try {
    const result = call(...args);
    if (result instanceof Promise) result.catch(() => {});
    return "";
  } catch (error) {
    return String(error);
  }
}

interface Node {
  type?: string;
  value?: string;
  pat?: Node;
  left?: Node;
  params?: Node[];
}

const functions = ["Constructor", "MethodProperty", "FunctionExpression", "ClassMethod"];

function parameters_in(node: Node, only_constructor: boolean): string[] | null {
  const wanted = only_constructor ? ["Constructor"] : functions;
  if (wanted.includes(node.type ?? "")) return (node.params ?? []).map(name_of);
  for (const child of Object.values(node)) {
    if (typeof child !== "object" || child === null) continue;
    const found = parameters_in(child as Node, only_constructor);
    if (found !== null) return found;
  }
  return null;
}

function name_of(parameter: Node): string {
  if (parameter.pat !== undefined) return name_of(parameter.pat);
  if (parameter.type === "AssignmentPattern") return name_of(parameter.left ?? {});
  // A leading underscore only says that the value is not used.
  return parameter.type === "RestElement" ? "..." : (parameter.value ?? "").replace(/^_/, "");
}
