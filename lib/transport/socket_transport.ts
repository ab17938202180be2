// Decides how a net.Socket becomes a Transport: what tcp, tls and unix sockets share.

import type { Socket } from "node:net";
import type { TransportError } from "../model/errors.ts";
import type { Transport, TransportListener } from "./transport.ts";

/** How long the peer may keep its half open after we have closed ours. */
const LINGER_MS = 2000;

/**
 * @param ready the event by which this kind of socket says that it is up.
 * @param explain words an error of the socket; `opened` tells whether it had been up.
 */
export function socket_transport(
  socket: Socket,
  ready: "connect" | "secureConnect",
  listener: TransportListener,
  explain: (error: Error, opened: boolean) => TransportError,
): Transport {
  let opened = false;
  let failure: Error | null = null;
  let linger: NodeJS.Timeout | undefined;

  // The pump decides what keeps the process alive, not the socket.
  socket.unref();
  socket.once(ready, () => {
    opened = true;
    listener.opened();
  });
  socket.on("data", (bytes) => listener.data(bytes));
  socket.on("drain", () => listener.drained());
  socket.on("error", (error) => {
    failure ??= error;
  });
  socket.once("close", () => {
    clearTimeout(linger);
    listener.closed(failure === null ? null : explain(failure, opened));
  });

  return {
    socket,
    write: (bytes) => socket.write(bytes),
    get pending() {
      return socket.writableLength;
    },
    poll() {
      // With a "readable" listener of the application on it, the socket only tells its data when it is read.
      while (socket.read() !== null);
    },
    pause: () => void socket.pause(),
    resume: () => void socket.resume(),
    end() {
      // What comes now is read and dropped: closing over unread bytes would reset the connection, and what we wrote
      // last could be lost with it.
      socket.resume();
      socket.end(() => {
        linger = setTimeout(() => socket.destroy(), LINGER_MS);
        linger.unref();
      });
    },
    destroy() {
      clearTimeout(linger);
      socket.removeAllListeners("close");
      socket.on("error", () => {});
      socket.destroy();
    },
  };
}
