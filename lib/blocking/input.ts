// Decides what Python's `input()` is here.

import { writeSync } from "node:fs";
import { is_interrupt } from "./bell.ts";
import { EOFError } from "./eof_error.ts";
import { call, say } from "./thread.ts";

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
  const line = read_line();
  if (line === null) throw new EOFError("the input has ended: there is no line any more");
  return line;
}

function read_line(): string | null {
  try {
    return call((id) => ({ say: "read_line", id }), "blocking") as string | null;
  } catch (error) {
    if (is_interrupt(error)) say({ say: "leave_line" });
    throw error;
  }
}
