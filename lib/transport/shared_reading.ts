// Decides where the bytes that come over a plain socket are put: into memory that all sockets share, for they are looked
// at before the next ones come, rather than into 64 KiB of their own each time.

import { connect, type NetConnectOpts, type Socket } from "node:net";

const SHARED_BYTES = 65_536;

/** Told of bytes that are to be looked at now: the memory is written to again afterwards. */
export const bytes_came = "bytes_came";

let memory: Buffer | null = null;

/** As `connect` of Node. The socket tells `bytes_came`, unless the application reads it itself. */
export function connect_shared(options: NetConnectOpts): Socket {
  memory ??= Buffer.allocUnsafeSlow(SHARED_BYTES);
  const socket: Socket = connect({
    ...options,
    onread: {
      buffer: memory,
      callback: (count, buffer) => {
        const bytes = (buffer as Buffer).subarray(0, count);
        if (!is_kept_by_stream(socket) && socket.emit(bytes_came, bytes)) return true;
        return socket.push(Buffer.from(bytes));
      },
    },
  });
  return socket;
}

/** Whether the bytes have to wait, since nobody wants them now, or what came before waits; or the application listens too. */
function is_kept_by_stream(socket: Socket): boolean {
  if (socket.isPaused() || socket.readableLength > 0) return true;
  return socket.listenerCount("readable") > 0 || socket.listenerCount("data") > 1;
}
