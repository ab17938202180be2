// Decides how a test breaks a connection (RST) whatever state its socket is in.

import type { Socket } from "node:net";

/** Sends RST where the system still can. The socket is closed in any case, and says so. */
export function reset(socket: Socket): void {
  // One that is shutting down cannot be reset: Node would fail, and never tell of its end. A Unix socket never can; one
  // that is closed over unread bytes breaks, too.
  if (socket.writableEnded || socket.remoteAddress === undefined) socket.destroy();
  else socket.resetAndDestroy();
}
