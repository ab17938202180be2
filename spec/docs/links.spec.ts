import { existsSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { describe, expect, it } from "@jest/globals";
import { anchors_of, pages, prose } from "./pages.ts";

/** What is wrong with a link of a page; null when nothing is. */
function broken(path: string, link: string): string | null {
  if (/^https?:/.test(link)) return null;
  const [file = "", anchor] = link.split("#");
  const target = file === "" ? path : join(dirname(path), file);
  if (!existsSync(target)) return `${link}: no such file`;
  if (anchor === undefined) return null;
  const text = readFileSync(target, "utf8");
  return anchors_of({ path: target, text }).includes(anchor) ? null : `${link}: no such heading`;
}

describe("the pages", () => {
  it("are found", () => {
    expect(pages.length).toBeGreaterThan(10);
  });

  it.each(pages.map((page) => [page.path, page] as const))("%s links to what exists", (path, page) => {
    const links = [...prose(page.text).matchAll(/\[[^\]]*\]\(([^)\s]+)\)/g)].map(([, link = ""]) => link);
    expect(links.map((link) => broken(path, link)).filter((problem) => problem !== null)).toEqual([]);
  });

  it("can be reached from the README", () => {
    const reached = new Set(["README.md"]);
    for (const path of reached) {
      const { text } = pages.find((page) => page.path === path) ?? { text: "" };
      for (const [, link = ""] of prose(text).matchAll(/\]\(([^)#\s]+\.md)/g)) {
        if (!/^https?:/.test(link)) reached.add(join(dirname(path), link));
      }
    }
    expect(pages.map(({ path }) => path).filter((path) => !reached.has(path))).toEqual([]);
  });
});
