// Decides how a stream of sockets becomes a Transport: what tcp, tls and unix sockets share.

import type { Socket } from "node:net";
import { type Dial, discard } from "./dial.ts";
import { bytes_came } from "./shared_reading.ts";
import type { OpenTransport, Transport, TransportListener } from "./transport.ts";

/** How long the peer may keep its half open after we have closed ours, or take in our rest after it has closed its. */
export const LINGER_MS = 2000;

/** @param explain words an error of a stream that was up. */
export function socket_transport(dial: Dial, explain: (error: Error) => Error): OpenTransport {
  return (listener) => new SocketTransport(dial, listener, explain);
}

/** Whose socket it is: handlers that all sockets share find it there, as a set of closures for each would be many bytes. */
const owner = Symbol("the transport of a socket");

type OwnedSocket = Socket & { [owner]: SocketTransport };

class SocketTransport implements Transport {
  /** Null as soon as there is nothing more to tell. */
  #listener: TransportListener | null;
  readonly #explain: (error: Error) => Error;
  /** Null as soon as there is a socket. */
  #cancel_dial: (() => void) | null;
  #socket: Socket | null = null;
  #failure: Error | null = null;
  #linger: NodeJS.Timeout | null = null;

  constructor(dial: Dial, listener: TransportListener, explain: (error: Error) => Error) {
    this.#listener = listener;
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
    this.#socket.end(() => this.#close_soon());
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
    socket.on("data", SocketTransport.#on_bytes);
    socket.on(bytes_came, SocketTransport.#on_bytes);
    socket.on("drain", SocketTransport.#on_drain);
    socket.on("error", SocketTransport.#on_error);
    // A peer that has closed its half and reads no more would keep us waiting for our rest to leave.
    socket.on("end", SocketTransport.#on_end);
    socket.on("close", SocketTransport.#on_close);
    this.#listener?.opened();
  }

  static #on_bytes(this: OwnedSocket, bytes: Uint8Array): void {
    this[owner].#listener?.data(bytes);
  }

  static #on_drain(this: OwnedSocket): void {
    this[owner].#listener?.drained();
  }

  static #on_error(this: OwnedSocket, error: Error): void {
    this[owner].#failure ??= error;
  }

  static #on_end(this: OwnedSocket): void {
    this[owner].#close_soon();
  }

  static #on_close(this: OwnedSocket): void {
    const transport = this[owner];
    if (transport.#linger !== null) clearTimeout(transport.#linger);
    transport.#tell_closed(transport.#failure === null ? null : transport.#explain(transport.#failure));
  }

  #tell_closed(error: Error | null): void {
    const listener = this.#listener;
    this.#listener = null;
    listener?.closed(error);
  }

  #close_soon(): void {
    if (this.#socket === null || this.#socket.destroyed) return;
    this.#linger ??= setTimeout(() => this.#socket?.destroy(), LINGER_MS).unref();
  }
}
