// Decides what the far end of one connection can be told to do in a spec, whatever carries the bytes.

import type { Socket } from "node:net";
import type { WebSocket } from "ws";
import { reset } from "../../lib/testing/reset.ts";

/** How the client has ended a connection. */
export type Ending = "in order" | "broken";

export interface Listener {
  data(bytes: Buffer): void;
  /** Told once: as soon as it is known. */
  ended(how: Ending): void;
}

export interface FarEnd {
  /** What came before `listen`. */
  readonly received: readonly Buffer[];
  readonly received_bytes: number;
  /** Hands on what came so far, and what comes from now on, instead of keeping it. */
  listen(listener: Listener): void;
  send(bytes: Uint8Array): void;
  /** Reads no more until `resume`. */
  pause(): void;
  resume(): void;
  /** Ends the connection in good order. */
  close(): void;
  /** Breaks it. */
  reset(): void;
  /** Resolves when it is gone, with how the client has ended it. */
  readonly closed: Promise<Ending>;
}

/** @param raw what the connection was accepted as, below TLS. */
export function far_end_of_stream(socket: Socket, raw: Socket): FarEnd {
  const inbox = new Inbox();
  raw.setNoDelay(true);
  socket.on("data", (bytes) => inbox.take(bytes));
  socket.on("end", () => inbox.end("in order"));
  socket.on("error", () => inbox.end("broken"));
  socket.on("close", () => inbox.end("broken"));
  return far_end(inbox, {
    send: (bytes) => void socket.write(bytes),
    pause: () => void socket.pause(),
    resume: () => void socket.resume(),
    close: () => void socket.end(),
    reset: () => break_off(socket, raw),
    closed: new Promise((resolve) => {
      socket.once("close", (had_error) => resolve(had_error ? "broken" : "in order"));
    }),
  });
}

/**
 * @param socket what was upgraded.
 * @param raw what the connection was accepted as, below TLS.
 */
export function far_end_of_websocket(websocket: WebSocket, socket: Socket, raw: Socket): FarEnd {
  const inbox = new Inbox();
  raw.setNoDelay(true);
  websocket.on("message", (data) => inbox.take(data as Buffer));
  websocket.on("error", () => {});
  const closed = new Promise<Ending>((resolve) => {
    websocket.once("close", (code) => resolve(code === 1000 ? "in order" : "broken"));
  });
  closed.then((how) => inbox.end(how));
  return far_end(inbox, {
    send: (bytes) => websocket.send(bytes),
    pause: () => websocket.pause(),
    resume: () => websocket.resume(),
    close: () => websocket.close(1000),
    reset: () => break_off(socket, raw),
    closed,
  });
}

/** The socket below knows nothing of the one above, by which the connection may be shutting down already. */
function break_off(socket: Socket, raw: Socket): void {
  if (socket.writableEnded) socket.destroy();
  else reset(raw);
}

function far_end(inbox: Inbox, deeds: Omit<FarEnd, "received" | "received_bytes" | "listen">): FarEnd {
  return {
    ...deeds,
    received: inbox.parts,
    get received_bytes() {
      return inbox.length;
    },
    listen: (listener) => inbox.listen(listener),
  };
}

class Inbox {
  readonly parts: Buffer[] = [];
  length = 0;
  #listener: Listener | null = null;
  #ending: Ending | null = null;

  listen(listener: Listener): void {
    this.#listener = listener;
    for (const part of this.parts.splice(0)) listener.data(part);
    if (this.#ending !== null) listener.ended(this.#ending);
  }

  take(bytes: Buffer): void {
    this.length += bytes.length;
    if (this.#listener === null) this.parts.push(Buffer.from(bytes));
    else this.#listener.data(bytes);
  }

  end(how: Ending): void {
    if (this.#ending !== null) return;
    this.#ending = how;
    this.#listener?.ended(how);
  }
}
