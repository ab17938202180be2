import { describe, expect, it } from "@jest/globals";
import { LineReader } from "../../lib/blocking/line_reader.ts";

/** Gives these pieces one after the other, then the end; an Error is one of the system. */
function reader(...pieces: (string | Uint8Array | Error)[]): LineReader {
  async function* input() {
    for (const piece of pieces) {
      if (piece instanceof Error) throw piece;
      yield Buffer.from(piece as string);
    }
  }
  return new LineReader(input());
}

async function lines_of(input: LineReader): Promise<string[]> {
  const lines: string[] = [];
  for (let line = await input.next(); line !== null; line = await input.next()) lines.push(line);
  return lines;
}

describe("lines of the standard input", () => {
  it.each<[string, LineReader, string[]]>([
    ["at once", reader("a\nb\n"), ["a", "b"]],
    ["in pieces", reader("a", "b\nc", "\n"), ["ab", "c"]],
    ["of Windows", reader("a\r\nb\r\n"), ["a", "b"]],
    ["with empty ones", reader("\n\na\n"), ["", "", "a"]],
    ["the last without its end", reader("a\nb"), ["a", "b"]],
    ["characters cut in the middle", reader(new Uint8Array([0xc3]), new Uint8Array([0xa4, 0x0a])), ["ä"]],
    ["none", reader(), []],
  ])("come one by one: %s", async (_name, input, wanted) => {
    expect(await lines_of(input)).toEqual(wanted);
  });

  it("are not to be had when reading fails", async () => {
    const failure = Object.assign(new Error("EIO"), { code: "EIO" });
    await expect(reader(failure).next()).rejects.toBe(failure);
  });

  it("stay over", async () => {
    const input = reader();
    expect([await input.next(), await input.next()]).toEqual([null, null]);
  });
});
