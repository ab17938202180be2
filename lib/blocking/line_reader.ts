// Decides how bytes of the standard input become lines.

import { StringDecoder } from "node:string_decoder";

export class LineReader {
  readonly #pieces: AsyncIterator<Uint8Array>;
  readonly #decoder = new StringDecoder("utf8");
  #text = "";
  #is_over = false;

  constructor(pieces: AsyncIterator<Uint8Array>) {
    this.#pieces = pieces;
  }

  /** The next line without its end; null when there is none any more. */
  async next(): Promise<string | null> {
    for (;;) {
      const end = this.#text.indexOf("\n");
      if (end !== -1) {
        const line = this.#text.slice(0, end);
        this.#text = this.#text.slice(end + 1);
        return line.endsWith("\r") ? line.slice(0, -1) : line;
      }
      if (this.#is_over) {
        const rest = this.#text;
        this.#text = "";
        return rest === "" ? null : rest;
      }
      await this.#fill();
    }
  }

  async #fill(): Promise<void> {
    const { done, value } = await this.#pieces.next();
    this.#is_over = done === true;
    this.#text += done === true ? this.#decoder.end() : this.#decoder.write(Buffer.from(value));
  }
}
