// Decides how a spec plays the network: transports that open, take bytes and break when the spec says so, and never by
// themselves.

import type { OpenTransport, Transport, TransportListener } from "../../lib/transport/transport.ts";
import { type Bytes, bytes, hex } from "./packet_bytes.ts";

export class MemoryTransport implements Transport {
  readonly socket = { name: "memory" };
  readonly #listener: TransportListener;
  #written: Uint8Array[] = [];
  /** Whether `write` says that it likes no more. */
  congested = false;
  is_paused = false;
  /** How the owner has ended it. */
  ended: "end" | "destroy" | null = null;
  polls = 0;
  /** What arrives when the owner polls. */
  readonly unread: Bytes[] = [];

  constructor(listener: TransportListener) {
    this.#listener = listener;
  }

  // ---- what the owner calls

  get pending(): number {
    return 0;
  }

  write(data: Uint8Array): boolean {
    this.#written.push(Buffer.from(data));
    return !this.congested;
  }

  poll(): void {
    this.polls += 1;
    for (const data of this.unread.splice(0)) this.#listener.data(bytes(data));
  }

  pause(): void {
    this.is_paused = true;
  }

  resume(): void {
    this.is_paused = false;
  }

  end(): void {
    this.ended = "end";
  }

  destroy(): void {
    this.ended = "destroy";
  }

  // ---- what the spec calls

  /** All that was written since the last call, as hex; one entry for each write. */
  take_writes(): string[] {
    const written = this.#written.map(hex);
    this.#written = [];
    return written;
  }

  open(): void {
    this.#listener.opened();
  }

  receive(data: Bytes): void {
    this.#listener.data(bytes(data));
  }

  drain(): void {
    this.congested = false;
    this.#listener.drained();
  }

  close(error: Error | null = null): void {
    this.#listener.closed(error);
  }
}

/** A network of one host. `open` is what the owner gets; each call of it adds to `dialled`. */
export class MemoryNetwork {
  readonly dialled: MemoryTransport[] = [];

  readonly open: OpenTransport = (listener) => {
    const transport = new MemoryTransport(listener);
    this.dialled.push(transport);
    return transport;
  };

  /** The transport dialled last. */
  get latest(): MemoryTransport {
    const transport = this.dialled.at(-1);
    if (transport === undefined) throw new Error("nothing was dialled yet");
    return transport;
  }
}
