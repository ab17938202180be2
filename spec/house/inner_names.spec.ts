// What is shortened in the one file for pages is nothing that a user can name.

import { readdirSync, readFileSync } from "node:fs";
import { describe, expect, it } from "@jest/globals";
import * as client_module from "../../lib/client/index.ts";
import { resolve_options } from "../../lib/client/options.ts";
import * as publish from "../../lib/helpers/publish.ts";
import * as subscribe from "../../lib/helpers/subscribe.ts";
import { property_table } from "../../lib/model/property_table.ts";

// A broker is not in that file.
const pages = readdirSync("docs/reference").filter((name) => name !== "broker.md");
const manual = pages.map((name) => readFileSync(`docs/reference/${name}`, "utf8")).join("\n");
const [, text = ""] =
  /const inner_names = words`([^`]*)`/.exec(readFileSync("tools/bundle.mjs", "utf8")) ?? [];
const inner_names = text.trim().split(/\s+/);

/** The names of all that a value has, its own and inherited. */
function names_of(value: object): string[] {
  const names: string[] = [];
  for (
    let at: object | null = value;
    at !== null && at !== Object.prototype;
    at = Object.getPrototypeOf(at)
  ) {
    names.push(...Object.getOwnPropertyNames(at));
  }
  return names;
}

describe("the names that are shortened for pages", () => {
  it("are none that a user's program knows", () => {
    const { Client, MQTTMessage } = client_module;
    const client = new Client(client_module.CallbackAPIVersion.VERSION2);
    const values = [client_module, publish, subscribe, client, client.stats(), client.publish("t")];
    const classes = Object.values(client_module).filter((value) => typeof value === "function");
    const known = new Set([
      ...[
        ...values,
        new MQTTMessage(),
        ...classes,
        ...classes.map(({ prototype }) => prototype ?? {}),
      ].flatMap(names_of),
      ...Object.keys(resolve_options([{}])),
      ...property_table.map(({ name }) => name),
      // Named arguments, and what a store of the user's own has.
      ...Array.from(manual.matchAll(/`(\w+)[`(]/g), ([, name]) => name as string),
    ]);
    expect(inner_names.length).toBeGreaterThan(50);
    expect(inner_names.filter((name) => known.has(name))).toEqual([]);
  });
});
