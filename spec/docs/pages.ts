// Decides which pages and comments are documentation, and how their code, links and tables are found.

import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";

export interface Block {
  /** `README.md:42` */
  readonly place: string;
  /** The first word behind the three ticks: "ts", "text", ... */
  readonly language: string;
  /** The words after it: "run" for what is run. */
  readonly marks: readonly string[];
  readonly code: string;
}

export interface Page {
  readonly path: string;
  readonly text: string;
}

const folders = ["docs", "examples"];

export const pages: readonly Page[] = [
  "README.md",
  "CHANGELOG.md",
  ...folders.flatMap((folder) =>
    readdirSync(folder, { recursive: true, encoding: "utf8" })
      .filter((name) => name.endsWith(".md"))
      .map((name) => join(folder, name)),
  ),
].map((path) => ({ path, text: readFileSync(path, "utf8") }));

/** The fenced blocks of a page, in order. */
export function blocks_of({ path, text }: Page): Block[] {
  return [...text.matchAll(/^```(\w+)([^\n]*)\n([\s\S]*?)^```$/gm)].map(
    ([, language = "", marks = "", code = ""]) => ({
      place: `${path}:${line_of(text, code)}`,
      language,
      marks: marks.split(" ").filter(Boolean),
      code,
    }),
  );
}

/** The parts of lib/ whose comments users see in their editors. */
const public_parts = /^(client|helpers|model|store)\W/;

/** The blocks in the doc comments of lib/. */
export function blocks_in_comments(): Block[] {
  return readdirSync("lib", { recursive: true, encoding: "utf8" })
    .filter((name) => name.endsWith(".ts") && public_parts.test(name))
    .flatMap((name) => {
      const path = join("lib", name);
      const text = readFileSync(path, "utf8");
      const comments = [...text.matchAll(/^ *\/\*\*[\s\S]*?\*\//gm)];
      return comments.flatMap(([comment]) => {
        const at = line_of(text, comment);
        const plain = comment.replace(/^ *(\/\*\*| \*\/?) ?/gm, "");
        return blocks_of({ path, text: plain }).map((block) => ({ ...block, place: `${path}:${at}` }));
      });
    });
}

/** Text without its code, where brackets are no links and # is no heading. */
export function prose(text: string): string {
  return text.replace(/^```[\s\S]*?^```$/gm, "").replace(/`[^`\n]*`/g, (code) => code.replace(/[[\]]/g, " "));
}

/** The anchors of a page as GitHub makes them from its headings. */
export function anchors_of({ text }: Page): string[] {
  return [...text.replace(/^```[\s\S]*?^```$/gm, "").matchAll(/^#+ (.+)$/gm)].map(([, heading = ""]) =>
    heading
      .toLowerCase()
      .replace(/[^\p{L}\p{N}_ -]/gu, "")
      .replaceAll(" ", "-"),
  );
}

/** The rows of the first table below a heading (or of the page), cell by cell, without its head. */
export function table_below(text: string, heading: string): string[][] {
  const from = heading === "" ? text : text.slice(text.indexOf(`\n${heading}\n`));
  const [table = ""] = /(^\|.*\n)+/m.exec(from) ?? [];
  return table
    .trim()
    .split("\n")
    .slice(2)
    .map((line) =>
      line
        .split(/(?<!\\)\|/)
        .slice(1, -1)
        .map((cell) => cell.trim().replaceAll("\\|", "|")),
    );
}

/** What a cell says between its ticks. */
export function ticked(cell: string): string {
  return /`([^`]*)`/.exec(cell)?.[1] ?? cell;
}

function line_of(text: string, part: string): number {
  return text.slice(0, text.indexOf(part)).split("\n").length;
}
