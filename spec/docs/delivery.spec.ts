// The pictures of states in the documentation are what the tables in the code say.

import { readFileSync } from "node:fs";
import { describe, expect, it } from "@jest/globals";
import { states } from "../../lib/network/connection_state.ts";
import { transitions } from "../../lib/protocol/phase.ts";
import { blocks_of } from "./pages.ts";

type Table = Readonly<Record<string, Readonly<Partial<Record<string, string>>>>>;

const path = "docs/explanation/delivery.md";
const drawn = blocks_of({ path, text: readFileSync(path, "utf8") }).filter(
  ({ language }) => language === "mermaid",
);

/** The events that lead from every state to the same one. */
function common(table: Table): [event: string, to: string][] {
  const [first = {}, ...rest] = Object.values(table);
  return Object.entries(first).filter(([event, to]) => rest.every((row) => row[event] === to)) as [
    string,
    string,
  ][];
}

/** A state diagram of Mermaid. */
function picture(table: Table, begin: string): string {
  const shared = common(table);
  const lines = ["stateDiagram-v2", `  [*] --> ${begin}`];
  for (const [event, to] of shared) lines.push(`  any --> ${to}: ${event}`);
  for (const [from, row] of Object.entries(table)) {
    for (const [event, to] of Object.entries(row)) {
      if (!shared.some(([name]) => name === event)) lines.push(`  ${from} --> ${to}: ${event}`);
    }
  }
  return `${lines.join("\n")}\n`;
}

describe("the pictures of states", () => {
  it.each([
    ["a connection", transitions, "idle"],
    ["the client", states, "new"],
  ] as const)("show those of %s", (_what, table, begin) => {
    expect(drawn.map(({ code }) => code)).toContain(picture(table, begin));
  });
});
