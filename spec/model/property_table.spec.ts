import { describe, expect, it } from "@jest/globals";
import { type PropertyRow, property_table, spaced_name, wire_types } from "../../lib/model/property_table.ts";
import { property_facts } from "./facts/property_facts.ts";

const rows: readonly PropertyRow[] = property_table;

describe("the property table", () => {
  it.each(property_facts)(
    "has property %i %s as paho has it",
    (id, name, spaced, type, packets, multiple) => {
      const row = rows.find((candidate) => candidate.id === id);
      expect(row).toMatchObject({ id, name, type: wire_types[type], packets, multiple });
      expect(spaced_name(name)).toBe(spaced);
    },
  );

  it("has nothing else, by ascending identifier", () => {
    expect(rows.map((row) => row.id)).toEqual(property_facts.map(([id]) => id));
    expect(rows.map((row) => row.id)).toEqual(rows.map((row) => row.id).sort((a, b) => a - b));
  });

  it("gives every number a range that its wire type can hold, and nothing else one", () => {
    const largest: Partial<Record<string, number>> = {
      Byte: 255,
      "Two Byte Integer": 65535,
      "Four Byte Integer": 4294967295,
      "Variable Byte Integer": 268435455,
    };
    for (const { name, type, min, max } of rows) {
      const limit = largest[type];
      const fits =
        limit === undefined
          ? min === undefined && max === undefined
          : (min ?? -1) >= 0 && (max ?? Infinity) <= limit;
      expect([name, fits]).toEqual([name, true]);
    }
  });
});
