// The reference says what the code does: same options, same error codes, same names and parameters.

import { readFileSync } from "node:fs";
import { describe, expect, it } from "@jest/globals";
import { parseSync } from "@swc/core";
import { Client } from "../../lib/client/client.ts";
import { resolve_options } from "../../lib/client/options.ts";
import { error_codes } from "../../lib/model/errors.ts";
import { declared_members } from "../parity/exported_names.ts";
import { facts } from "../parity/facts.ts";
import { table_below, ticked } from "./pages.ts";

const page = (name: string) => readFileSync(`docs/reference/${name}.md`, "utf8");

interface Member {
  key: { value: string };
  typeAnnotation: { typeAnnotation: { span: { start: number; end: number } } };
}

/** Names and types of the members of an interface, as its source writes them. */
function members_of(file: string, name: string): [name: string, type: string][] {
  const source = readFileSync(file);
  const { body, span } = parseSync(source.toString(), { syntax: "typescript", target: "es2022" });
  const found = body
    .map((item) => ("declaration" in item ? item.declaration : item))
    .find((item) => item?.type === "TsInterfaceDeclaration" && item.id.value === name);
  const members = (found as unknown as { body: { body: Member[] } }).body.body;
  // Spans count bytes from where this source begins, which is not 0, and end with its last sign.
  const origin = span.end - Buffer.byteLength(source.toString().trimEnd());
  return members.map(({ key, typeAnnotation }) => {
    const { start, end } = typeAnnotation.typeAnnotation.span;
    return [key.value, source.subarray(start - origin, end - origin).toString()];
  });
}

describe("the page of options", () => {
  const rows = table_below(page("options"), "");
  const defaults: Record<string, unknown> = resolve_options([]);

  it("has every option, in order, with its type", () => {
    expect(rows.map(([name = "", type = ""]) => [ticked(name), ticked(type)])).toEqual(
      members_of("lib/client/options.ts", "ClientOptions"),
    );
  });

  it.each(rows)("knows the default of %s", (name, _type, shown = "") => {
    expect(JSON.parse(ticked(shown))).toEqual(defaults[ticked(name ?? "")]);
  });

  it("explains each", () => {
    expect(rows.filter(([, , , , meaning = ""]) => meaning.length < 20)).toEqual([]);
  });
});

describe("the page of errors", () => {
  const rows = table_below(page("errors"), "## Codes");

  it("has every code with its meaning, and no other", () => {
    expect(Object.fromEntries(rows.map(([code = "", meaning]) => [ticked(code), meaning]))).toEqual(
      error_codes,
    );
  });

  it("says what to do about each", () => {
    expect(rows.filter(([, , advice = ""]) => advice.length < 5)).toEqual([]);
  });
});

describe("the page of the client", () => {
  const text = page("client");
  const { methods = {}, properties = {} } = facts.modules.client?.classes?.Client ?? {};
  const members = [...declared_members("lib/client/client.ts", "ClientClass")].filter((name) =>
    /^[a-z]\w*$/.test(name),
  );
  const headings = [...text.matchAll(/^### (\w+)\((.*)\)$/gm)].map(([, name = "", list = ""]) => ({
    name,
    parameters: list.split(", ").filter(Boolean),
  }));

  it("has every member, and no method that does not exist", () => {
    expect(members.length).toBeGreaterThan(70);
    const missing = members.filter((name) => !new RegExp(`^### ${name}\\(|\`${name}[\`(]`, "m").test(text));
    expect(missing.filter((name) => name !== "constructor")).toEqual([]);
    expect(headings.map(({ name }) => name).filter((name) => !(name in Client.prototype))).toEqual([]);
  });

  // proxy_set() takes Python's keyword arguments as one object, which has no name there.
  it.each(headings.filter(({ name }) => name in methods && name !== "proxy_set"))(
    "has the parameters of $name() with paho's defaults",
    ({ name, parameters }) => {
      const wanted = (methods[name] ?? []).map(([parameter, ...rest]) =>
        rest.length === 0 ? parameter : `${parameter} = ${JSON.stringify(rest[0])}`,
      );
      expect(parameters).toEqual(wanted);
    },
  );

  it("has every setting with its default", () => {
    const client = new Client();
    const rows = table_below(text, "## Settings");
    const shown = rows.map(([name = "", , value = ""]) => [ticked(name), JSON.parse(ticked(value))]);
    const actual = shown.map(([name]) => [name, (client as unknown as Record<string, unknown>)[name]]);
    expect(shown).toEqual(actual);
    const settings = Object.keys(properties).filter((name) => !name.startsWith("on_"));
    expect(shown.map(([name]) => name).sort()).toEqual([...settings, "suppress_exceptions"].sort());
  });

  it("has every callback", () => {
    const rows = table_below(text, "## Callbacks").map(([name = ""]) => ticked(name));
    expect(rows.sort()).toEqual(
      Object.keys(properties)
        .filter((name) => name.startsWith("on_"))
        .sort(),
    );
  });
});
