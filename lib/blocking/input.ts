// Decides what Python's `input()` is here.

import { writeSync } from "node:fs";
import { EOFError } from "./eof_error.ts";
import { call } from "./thread.ts";

const STDOUT = 1;

/**
 * Reads a line from the standard input; callbacks run meanwhile.
 *
 * @param prompt is written first, without a line end.
 * @returns the line without its end.
 * @throws EOFError when there is no line any more.
 */
export function input(prompt = ""): string {
  if (prompt !== "") writeSync(STDOUT, prompt);
  const line = call((id) => ({ say: "read_line", id }), "blocking");
  if (line === null) throw new EOFError("the input has ended: there is no line any more");
  return line as string;
}
