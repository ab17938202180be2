// Decides where the bytes that come over a plain socket are put: into memory that all sockets share, for they are looked
// at before the next ones come, rather than into 64 KiB of their own each time. Only a socket over which large payloads
// pour has memory of its own, fresh each time, so that these need not be copied; it has the last of it until little comes.

import { connect, type NetConnectOpts, type Socket } from "node:net";
import { end_look, lend } from "../model/lent_memory.ts";

const READ_BYTES = 65_536;

/** Told of bytes that are to be looked at now: the memory is written to again afterwards, unless it was kept. */
export const bytes_came = "bytes_came";

let shared: Uint8Array | null = null;
/** Where the socket that is being read shall put what comes next; null: into what is shared. */
let own: Uint8Array | null = null;

/** As `connect` of Node. The socket tells `bytes_came`, unless the application reads it itself. */
export function connect_shared(options: NetConnectOpts): Socket {
  // Functions of each socket's own would be a good part of what an idle client holds.
  return connect({ ...options, onread: { buffer: next_memory, callback: on_read } });
}

/** Asked for by Node when a socket begins, and after each {@link on_read}. */
function next_memory(): Uint8Array {
  const memory = own;
  own = null;
  shared ??= Buffer.allocUnsafeSlow(READ_BYTES);
  return memory ?? shared;
}

/** Called by Node as a method of the socket. */
function on_read(this: unknown, count: number, memory: Uint8Array): boolean {
  const socket = this as Socket;
  const bytes = memory.subarray(0, count);
  const is_own = memory !== shared;
  lend(is_own ? memory.buffer : null);
  const is_told = !is_kept_by_stream(socket) && tell(socket, bytes);
  const is_wanted = end_look();
  const goes_on = is_told || socket.push(Buffer.from(bytes));
  // Last, for whoever was told may have opened another socket. What does not fill the memory that is shared would hold too
  // much for what it is.
  own = is_wanted && (is_own || count === READ_BYTES) ? Buffer.allocUnsafeSlow(READ_BYTES) : null;
  return goes_on;
}

/** Whether anybody has heard of it. An error goes its own way: with it, Node would not ask where the next bytes shall go. */
function tell(socket: Socket, bytes: Uint8Array): boolean {
  try {
    return socket.emit(bytes_came, bytes);
  } catch (error) {
    queueMicrotask(() => {
      throw error;
    });
    return true;
  }
}

/** Whether the bytes have to wait, since nobody wants them now, or what came before waits; or the application listens too. */
function is_kept_by_stream(socket: Socket): boolean {
  if (socket.isPaused() || socket.readableLength > 0) return true;
  return socket.listenerCount("readable") > 0 || socket.listenerCount("data") > 1;
}
