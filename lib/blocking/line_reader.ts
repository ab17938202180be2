// Decides how lines are read from the standard input, so that everything else goes on meanwhile: by its descriptor,
// because the input of the process belongs to the script's thread, which waits.

import { StringDecoder } from "node:string_decoder";

const STDIN = 0;
const CHUNK_BYTES = 4096;
/** How long an input that has nothing yet, and cannot be waited for, is left alone. */
const RETRY_MS = 20;

type Read = (
  fd: number,
  buffer: Uint8Array,
  offset: number,
  length: number,
  position: null,
  callback: (error: NodeJS.ErrnoException | null, bytes: number) => void,
) => void;

export class LineReader {
  readonly #read: Read;
  readonly #decoder = new StringDecoder("utf8");
  #text = "";
  #is_over = false;

  /** @param read `fs.read`. */
  constructor(read: Read) {
    this.#read = read;
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
    const buffer = new Uint8Array(CHUNK_BYTES);
    const bytes = await new Promise<number>((resolve, reject) => {
      this.#read(STDIN, buffer, 0, CHUNK_BYTES, null, (error, count) => {
        if (error === null) resolve(count);
        // Where the input is set not to wait, there is nothing at the moment.
        else if (error.code === "EAGAIN") setTimeout(() => resolve(-1), RETRY_MS);
        else if (error.code === "EOF" || error.code === "EBADF") resolve(0);
        else reject(error);
      });
    });
    if (bytes === -1) return;
    this.#is_over = bytes === 0;
    this.#text +=
      bytes === 0 ? this.#decoder.end() : this.#decoder.write(Buffer.from(buffer.subarray(0, bytes)));
  }
}
