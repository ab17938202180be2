// Decides how a stream of sockets becomes a Transport: what tcp, tls and unix sockets share.

import type { Socket } from "node:net";
import { type Dial, discard } from "./dial.ts";
import { bytes_came } from "./shared_reading.ts";
import type { OpenTransport, Transport, TransportListener } from "./transport.ts";

/** How long the peer may keep its half open after we have closed ours, or take in our rest after it has closed its. */
export const LINGER_MS = 2000;

/** @param explain words an error of a stream that was up; called with the `way` that it went. */
export function socket_transport<W>(dial: Dial, way: W, explain: Explain<W>): OpenTransport {
  return (listener) => new SocketTransport(dial, listener, way, explain as Explain<unknown>);
}

type Explain<W> = (error: Error, way: W) => Error;

/** Where a socket's handlers find whose socket it is. */
const owner = Symbol("the transport of a socket");

type OwnedSocket = Socket & { [owner]: SocketTransport };

class SocketTransport implements Transport {
  /** Null as soon as there is nothing more to tell. */
  #listener: TransportListener | null;
  readonly #way: unknown;
  readonly #explain: Explain<unknown>;
  /** Null as soon as there is a socket. */
  #cancel_dial: (() => void) | null;
  #socket: Socket | null = null;
  #failure: Error | null = null;
  #linger: NodeJS.Timeout | null = null;

  constructor(dial: Dial, listener: TransportListener, way: unknown, explain: Explain<unknown>) {
    this.#listener = listener;
    this.#way = way;
    this.#explain = explain;
    this.#cancel_dial = dial({
      done: (socket) => this.#take(socket),
      failed: (error) => this.#tell_closed(error),
    });
  }

  get socket(): unknown {
    return this.#socket;
  }

  get pending(): number {
    return this.#socket?.writableLength ?? 0;
  }

  write(bytes: Uint8Array): boolean {
    return this.#socket?.write(bytes) ?? false;
  }

  poll(): void {
    // With a "readable" listener of the application on it, the socket only tells its data when it is read.
    while (this.#socket !== null && this.#socket.read() !== null);
  }

  pause(): void {
    this.#socket?.pause();
  }

  resume(): void {
    this.#socket?.resume();
  }

  end(): void {
    if (this.#socket === null) {
      this.#cancel_dial?.();
      queueMicrotask(() => this.#tell_closed(null));
      return;
    }
    // What comes now is read and dropped: closing over unread bytes would reset the connection, and what we wrote
    // last could be lost with it.
    this.#socket.resume();
    this.#socket.end(() => this.close_soon());
  }

  destroy(): void {
    this.#listener = null;
    if (this.#socket === null) this.#cancel_dial?.();
    else discard(this.#socket);
  }

  #take(socket: Socket): void {
    this.#socket = socket;
    this.#cancel_dial = null;
    (socket as OwnedSocket)[owner] = this;
    socket.on("data", on_bytes);
    socket.on(bytes_came, on_bytes);
    socket.on("drain", on_drain);
    socket.on("error", on_error);
    socket.on("end", on_end);
    socket.on("close", on_close);
    this.#listener?.opened();
  }

  // What the handlers below say; a listener hears it while there is one.

  came(bytes: Uint8Array): void {
    this.#listener?.data(bytes);
  }

  drained(): void {
    this.#listener?.drained();
  }

  broke(error: Error): void {
    this.#failure ??= error;
  }

  /** A peer that has closed its half and reads no more would keep us waiting for our rest to leave. */
  close_soon(): void {
    if (this.#socket === null || this.#socket.destroyed) return;
    this.#linger ??= setTimeout(() => this.#socket?.destroy(), LINGER_MS).unref();
  }

  closed(): void {
    if (this.#linger !== null) clearTimeout(this.#linger);
    this.#tell_closed(this.#failure === null ? null : this.#explain(this.#failure, this.#way));
  }

  #tell_closed(error: Error | null): void {
    const listener = this.#listener;
    this.#listener = null;
    listener?.closed(error);
  }
}

// The same for all sockets: a set of closures for each would be a good part of what an idle client holds.

function on_bytes(this: OwnedSocket, bytes: Uint8Array): void {
  this[owner].came(bytes);
}

function on_drain(this: OwnedSocket): void {
  this[owner].drained();
}

function on_error(this: OwnedSocket, error: Error): void {
  this[owner].broke(error);
}

function on_end(this: OwnedSocket): void {
  this[owner].close_soon();
}

function on_close(this: OwnedSocket): void {
  this[owner].closed();
}
