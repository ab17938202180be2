// Decides how a peer misbehaves on purpose: it listens on 127.0.0.1 or on a Unix socket, plays a part on each connection, and counts what
// it could get rid of.

import { randomUUID } from "node:crypto";
import { once } from "node:events";
import { type AddressInfo, createServer, type Server, type Socket } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createServer as create_tls } from "node:tls";
import { type Address, test_certificates } from "./doors.ts";

/** A string stands for the bytes of its letters. */
type Words = string | Uint8Array;

/** What it does on a connection; TLS, if there is any, has been agreed on before. */
export type Part = (socket: Socket) => void;

export interface HostilePeer extends Address, AsyncDisposable {
  /** How many connections are open. */
  readonly open: number;
  /** How many bytes its connections have taken from it. */
  readonly sent: number;
}

export async function hostile_peer(part: Part, { secure = false, unix = false } = {}): Promise<HostilePeer> {
  const raws = new Set<Socket>();
  let sent_before = 0;
  const play = (socket: Socket) => {
    part(socket.on("error", () => {}));
    // Who reads sees when the client has had enough.
    socket.resume();
  };
  const server: Server = secure ? create_tls(test_certificates().server, play) : createServer(play);
  server.on("tlsClientError", () => {});
  server.on("connection", (raw: Socket) => {
    raws.add(raw);
    raw.on("error", () => {});
    raw.once("close", () => {
      raws.delete(raw);
      sent_before += raw.bytesWritten;
    });
  });
  const path = join(tmpdir(), `karere-${randomUUID()}.sock`);
  if (unix) server.listen(path);
  else server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port = 1883 } = server.address() as Partial<AddressInfo>;
  return {
    host: unix ? path : "127.0.0.1",
    port,
    get open() {
      return raws.size;
    },
    get sent() {
      return [...raws].reduce((sum, { bytesWritten }) => sum + bytesWritten, sent_before);
    },
    async [Symbol.asyncDispose]() {
      for (const raw of raws) raw.destroy();
      server.close();
      await once(server, "close");
    },
  };
}

/** Takes what the client says first, whatever it is, and goes on with `part`. */
export const after_first_words =
  (part: Part): Part =>
  (socket) => {
    socket.once("data", () => part(socket));
  };

export const says =
  (...words: readonly Words[]): Part =>
  (socket) => {
    for (const word of words) socket.write(bytes_of(word));
  };

export const hangs_up: Part = (socket) => void socket.end();

export const says_nothing: Part = () => {};

/** Says `beginning`, and then `more` over and over, as fast as the client takes it. */
export function never_ends(beginning: Words, more: Words): Part {
  const piece = bytes_of(more);
  const pieces = Buffer.concat(Array(Math.ceil(65_536 / piece.length)).fill(piece));
  return (socket) => {
    const go_on = () => {
      while (socket.writable && socket.write(pieces));
    };
    socket.on("drain", go_on);
    says(beginning)(socket);
    go_on();
  };
}

/** Says `words` one byte after the other, so slowly that nobody hears the end, and then the last byte again and again. */
export function dribbles(words: Words): Part {
  const bytes = bytes_of(words);
  return (socket) => {
    let at = 0;
    const timer = setInterval(() => {
      socket.write(bytes.subarray(Math.min(at, bytes.length - 1)).subarray(0, 1));
      at += 1;
    }, 25);
    socket.once("close", () => clearInterval(timer));
  };
}

/** One after the other, each on the next words of the client. */
export const answers =
  (...parts: readonly Part[]): Part =>
  (socket) => {
    const left = [...parts];
    socket.on("data", () => left.shift()?.(socket));
  };

function bytes_of(words: Words): Buffer {
  return typeof words === "string" ? Buffer.from(words, "latin1") : Buffer.from(words);
}
