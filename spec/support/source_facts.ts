// Decides what a TypeScript source says about its surroundings: which modules it imports and which free names it uses.
// It reads the syntax tree, so that comments, strings and properties of the same name do not count.

import { parseSync } from "@swc/core";

export interface SourceFacts {
  /** Module specifiers of imports and re-exports, of types too. */
  imports: string[];
  /** Identifiers that are no property or key, of types too; and "Math.random", "async". */
  names: Set<string>;
}

/** A node of the tree, as far as it matters here. */
interface Node {
  type?: string;
  value?: string;
  source?: Node | null;
  argument?: Node;
  callee?: Node;
  arguments?: { expression: Node }[];
  object?: Node;
  property?: Node;
  async?: boolean;
}

const declarations = ["ImportDeclaration", "ExportNamedDeclaration", "ExportAllDeclaration"];

export function source_facts(text: string): SourceFacts {
  const facts: SourceFacts = { imports: [], names: new Set() };
  visit(parseSync(text, { syntax: "typescript", target: "es2022" }), "body", facts);
  return facts;
}

function visit(node: Node, role: string, { imports, names }: SourceFacts): void {
  const { type = "", value = "", source, argument, callee, object, property } = node;
  if (declarations.includes(type) && source) {
    imports.push(source.value ?? "");
  }
  if (type === "TsImportType") {
    imports.push(argument?.value ?? "");
  }
  if (callee?.type === "Import") {
    imports.push(node.arguments?.[0]?.expression.value ?? "a computed module");
  }
  if (type === "Identifier" && role !== "property" && role !== "key") {
    names.add(value);
  }
  if (object?.value === "Math" && property?.value === "random") {
    names.add("Math.random");
  }
  if (node.async) {
    names.add("async");
  }
  for (const [name, child] of Object.entries(node)) {
    if (typeof child === "object" && child !== null) {
      // The entries of a list play the role of the list.
      visit(child, Array.isArray(node) ? role : name, { imports, names });
    }
  }
}
