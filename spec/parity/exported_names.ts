// Decides which names an entry of lib/ exports by its source: types, too, which are gone at run time; and which members
// a class declares, callbacks that nobody has set included.

import { readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { parseSync } from "@swc/core";

interface Item {
  type: string;
  source?: { value: string } | null;
  specifiers?: {
    orig: { value: string };
    exported?: { value: string } | null;
    name?: { value: string };
    local?: { value: string };
  }[];
  declaration?: Declaration;
}

interface Declaration {
  type: string;
  identifier?: { value: string };
  id?: { value: string };
  declarations?: { id: { value: string } }[];
  superClass?: { value?: string } | null;
  body?: { isStatic?: boolean; key?: { type: string; value: string } }[];
}

/** All names that a module exports, of values and of types. */
export function exported_names(file: string): Set<string> {
  const names = new Set<string>();
  for (const item of items_of(file)) {
    for (const { orig, exported, name } of item.specifiers ?? []) {
      if (item.type === "ExportNamedDeclaration") names.add((exported ?? name ?? orig).value);
    }
    if (item.type === "ExportAllDeclaration") {
      const source = join(dirname(file), item.source?.value ?? "");
      for (const name of exported_names(source)) names.add(name);
    }
    if (item.type === "ExportDeclaration" && item.declaration !== undefined) {
      for (const name of declared_names(item.declaration)) names.add(name);
    }
  }
  return names;
}

/** The public members that a class declares in its source, whether or not they exist at run time; inherited ones too. */
export function declared_members(file: string, class_name: string): Set<string> {
  const items = items_of(file);
  const declaration = items
    .map((item) => item.declaration ?? (item as unknown as Declaration))
    .find((candidate) => candidate?.identifier?.value === class_name);
  const { body = [], superClass } = declaration ?? {};
  const members = new Set(
    body.flatMap(({ key, isStatic }) => (key?.type === "Identifier" && !isStatic ? [key.value] : [])),
  );
  const base = superClass?.value ?? "";
  const { source } =
    items.find(
      ({ type, specifiers = [] }) =>
        type === "ImportDeclaration" && specifiers.some(({ local }) => local?.value === base),
    ) ?? {};
  if (source?.value.startsWith(".") !== true) return members;
  return new Set([...members, ...declared_members(join(dirname(file), source.value), base)]);
}

function items_of(file: string): Item[] {
  const text = readFileSync(file, "utf8");
  return parseSync(text, { syntax: "typescript", target: "es2022" }).body as unknown as Item[];
}

function declared_names({ identifier, id, declarations = [] }: Declaration): string[] {
  const own = identifier ?? id;
  return own === undefined ? declarations.map((declarator) => declarator.id.value) : [own.value];
}
