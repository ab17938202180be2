// Decides what a byte pipe is: the contract between the network shell and tcp, tls, websocket, ...

/**
 * What a transport tells its owner. After `closed` nothing more is told. None of these is ever called from inside a
 * method of the transport: always later.
 */
export interface TransportListener {
  /** The pipe is up, handshakes of every layer included. Told at most once. */
  opened(): void;
  /**
   * Bytes came. The view is the listener's to read until it returns: it may be reused afterwards, unless its memory was lent
   * (lent_memory.ts).
   */
  data(bytes: Uint8Array): void;
  /** A pipe that refused more (`write` gave false) takes more again. */
  drained(): void;
  /**
   * The pipe is gone: told exactly once, for every pipe, unless `destroy` was called. `error` is null when the peer
   * or `end` closed it in good order, a `TransportError` otherwise.
   */
  closed(error: Error | null): void;
}

/** A pipe of bytes to one broker. It is born opening and never opens twice. */
export interface Transport {
  /** What `client.socket()` gives to the user: the `net.Socket`, the `WebSocket`, ... */
  readonly socket: unknown;
  /**
   * Queues bytes in order; they leave without further calls. False: more than the pipe likes is waiting, hold back
   * until `drained`. The bytes are accepted all the same. Must not be called before `opened`.
   */
  write(bytes: Uint8Array): boolean;
  /**
   * Bytes that `write` accepted and that have not been handed to the system yet; at 0 nothing refers to what was
   * written any more.
   */
  readonly pending: number;
  /** Hands over bytes that have arrived and were not told yet, now; for loops that the application drives. */
  poll(): void;
  /** Stops and resumes `data`, to slow the peer down. */
  pause(): void;
  resume(): void;
  /** Flushes what was written, closes in good order, then tells `closed`. */
  end(): void;
  /** Drops the pipe at once, in every state; tells nothing afterwards. */
  destroy(): void;
}

/** Opens a pipe; the listener hears of its fate. Throws only for arguments that can never work. */
export type OpenTransport = (listener: TransportListener) => Transport;
