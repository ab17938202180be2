// Decides in which shape paho's public names are written down in facts.json.

import { readFileSync } from "node:fs";
import { join } from "node:path";

/** A parameter: its name, and its default if it has one. */
export type ParameterFact = readonly [name: string, default_value?: unknown];

export interface ClassFact {
  readonly constructor: readonly ParameterFact[];
  readonly methods?: Readonly<Record<string, readonly ParameterFact[]>>;
  /** "r": only read; "rw": read and set. */
  readonly properties?: Readonly<Record<string, "r" | "rw">>;
  /** Attributes of an instance with their first value; null where there is none worth comparing. */
  readonly attributes?: Readonly<Record<string, unknown>>;
  /** Attributes of the class with their value; null where there is none worth comparing. */
  readonly statics?: Readonly<Record<string, unknown>>;
}

export interface ModuleFact {
  readonly constants?: Readonly<Record<string, unknown>>;
  readonly enums?: Readonly<Record<string, Readonly<Record<string, number>>>>;
  readonly functions?: Readonly<Record<string, readonly ParameterFact[]>>;
  readonly classes?: Readonly<Record<string, ClassFact>>;
  readonly exceptions?: readonly string[];
  /** Names of other modules that can be imported from this one. */
  readonly reexports?: readonly string[];
  /** Names of types, which TypeScript erases. */
  readonly types?: readonly string[];
  /** What a parameter may be. */
  readonly values?: Readonly<Record<string, readonly string[]>>;
}

export const facts: { readonly modules: Readonly<Record<string, ModuleFact>> } = JSON.parse(
  readFileSync(join(__dirname, "facts.json"), "utf8"),
);
