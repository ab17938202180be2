// Decides where the bytes that come over a plain socket are put: into memory that all sockets share, for they are looked
// at before the next ones come, rather than into 64 KiB of their own each time. Only a socket over which large payloads
// pour has memory of its own, fresh each time, so that these need not be copied.

import { connect, type NetConnectOpts, type Socket } from "node:net";
import { lend, was_wanted } from "../model/lent_memory.ts";

const READ_BYTES = 65_536;

/** Told of bytes that are to be looked at now: the memory is written to again afterwards, unless it was kept. */
export const bytes_came = "bytes_came";

let shared: Buffer | null = null;

/** As `connect` of Node. The socket tells `bytes_came`, unless the application reads it itself. */
export function connect_shared(options: NetConnectOpts): Socket {
  shared ??= Buffer.allocUnsafeSlow(READ_BYTES);
  let memory = shared;
  const socket: Socket = connect({
    ...options,
    onread: {
      // Asked after each read for where the next one shall go.
      buffer: () => memory,
      callback: (count) => {
        const bytes = memory.subarray(0, count);
        if (is_kept_by_stream(socket)) return socket.push(Buffer.from(bytes));
        lend(memory === shared ? null : memory.buffer);
        if (!socket.emit(bytes_came, bytes)) return socket.push(Buffer.from(bytes));
        memory = next_memory(memory, count, was_wanted());
        return true;
      },
    },
  });
  return socket;
}

/** Where the next bytes go, if somebody `wanted` to keep what the last ones were read into. */
function next_memory(memory: Buffer, count: number, wanted: boolean): Buffer {
  if (!wanted) return shared as Buffer;
  // What does not fill the memory would hold too much of it for what it is.
  return memory === shared && count < READ_BYTES ? memory : Buffer.allocUnsafeSlow(READ_BYTES);
}

/** Whether the bytes have to wait, since nobody wants them now, or what came before waits; or the application listens too. */
function is_kept_by_stream(socket: Socket): boolean {
  if (socket.isPaused() || socket.readableLength > 0) return true;
  return socket.listenerCount("readable") > 0 || socket.listenerCount("data") > 1;
}
