// Decides how a stream to somewhere is come by in stages: a socket, a proxy's handshake over it, TLS over that. Knows
// nothing of what is sent over it afterwards.

import type { Socket } from "node:net";

/** What a dial tells: exactly one of the two, later than the call that began it. */
export interface DialListener {
  /** The stream is up. It is the listener's from now on, who hears its errors, too. */
  done(socket: Socket): void;
  /** There is no stream, and nothing of it is left. */
  failed(error: Error): void;
}

/** Begins to dial, and gives the way to call it off: nothing is left or told then. */
export type Dial = (listener: DialListener) => () => void;

/**
 * Waits for a socket that is being opened.
 *
 * @param ready the event by which this kind of socket says that it is up.
 * @param explain words what has gone wrong; null: it was closed without a word.
 */
export function dial_socket<S extends Socket>(
  make: () => S,
  ready: "connect" | "secureConnect",
  explain: (error: Error | null, socket: S) => Error,
): Dial {
  return (listener) => {
    const socket = make();
    const let_go = () => {
      socket.off(ready, on_ready);
      socket.off("error", on_error);
      socket.off("close", on_close);
    };
    const on_ready = () => {
      let_go();
      listener.done(socket);
    };
    const on_error = (error: Error) => {
      drop();
      listener.failed(explain(error, socket));
    };
    const on_close = () => {
      drop();
      listener.failed(explain(null, socket));
    };
    const drop = () => {
      let_go();
      discard(socket);
    };
    // The pump decides what keeps the process alive, not the socket.
    socket.unref();
    socket.once(ready, on_ready);
    socket.once("error", on_error);
    socket.once("close", on_close);
    return drop;
  };
}

/** `dial`, and over its stream the stage that `next` makes. */
export function dial_over(dial: Dial, next: (below: Socket) => Dial): Dial {
  return (listener) => {
    let cancel = dial({
      done: (below) => {
        try {
          cancel = next(below)(listener);
        } catch (error) {
          discard(below);
          listener.failed(error as Error);
        }
      },
      failed: listener.failed,
    });
    return () => cancel();
  };
}

/** The dial that `prepare` comes to: for what has to be loaded, looked up or asked first. */
export function dial_after(prepare: () => Promise<Dial>, explain: (error: unknown) => Error): Dial {
  return (listener) => {
    let cancel = () => {};
    let is_called_off = false;
    const begin = (dial: Dial) => {
      if (!is_called_off) cancel = dial(listener);
    };
    const fail = (error: unknown) => {
      if (!is_called_off) listener.failed(explain(error));
    };
    prepare().then(begin, fail);
    return () => {
      is_called_off = true;
      cancel();
    };
  };
}

/** Drops a socket at once, whatever it still has to say. */
export function discard(socket: Socket): void {
  socket.on("error", () => {});
  socket.destroy();
}
