// Decides how a network misbehaves in a spec: a TCP proxy in front of a broker that can be late, cut what it carries
// into pieces, end connections in every way, and fall silent. Knows nothing of MQTT.

import { once } from "node:events";
import { type AddressInfo, connect, createServer, type Socket } from "node:net";
import { setTimeout as delay, setImmediate as next_turn } from "node:timers/promises";
import { reset } from "./reset.ts";

export interface Disturber extends AsyncDisposable {
  readonly port: number;
  /** How many connections were opened through it so far. */
  readonly connections: number;
  /** How many of them live. */
  readonly open: number;
  /** Bytes arrive this many milliseconds later from now on, in both directions. 0: at once. */
  lag(ms: number): void;
  /** Bytes are handed on in pieces of at most this size from now on. Infinity: as they come. */
  split(size: number): void;
  /** Ends the connections that live now, both sides at once. What is on its way in the proxy is lost. */
  cut(how: "FIN" | "RST"): void;
  /** Nothing passes the connections that live now any more, and neither side is told. Newer ones are not concerned. */
  freeze(): void;
  /** What was held back by `freeze` passes. */
  thaw(): void;
  /** Cuts what lives and stops listening. A second call does nothing. */
  close(): Promise<void>;
}

/** Listens on a free port of 127.0.0.1 and leads to `target_port`: `await using wire = await disturber(broker.port)`. */
export async function disturber(target_port: number): Promise<Disturber> {
  const links = new Set<Link>();
  const manners: Manners = { lag_ms: 0, piece_size: Number.POSITIVE_INFINITY };
  let connections = 0;
  // Each direction ends by itself, as the two sides end it.
  const server = createServer({ allowHalfOpen: true }, (near) => {
    connections += 1;
    const far = connect({ host: "127.0.0.1", port: target_port, allowHalfOpen: true });
    const link = new Link(near, far, manners);
    links.add(link);
    link.over.then(() => links.delete(link));
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");

  const cut = (how: "FIN" | "RST") => {
    for (const link of links) {
      link.cut(how);
    }
  };
  const close = async () => {
    if (server.listening) {
      const closed = once(server, "close");
      server.close();
      cut("RST");
      await Promise.all([closed, ...Array.from(links, (link) => link.over)]);
    }
  };
  return {
    port: (server.address() as AddressInfo).port,
    get connections() {
      return connections;
    },
    get open() {
      return links.size;
    },
    lag(ms) {
      manners.lag_ms = ms;
    },
    split(size) {
      manners.piece_size = size;
    },
    cut,
    freeze() {
      for (const link of links) {
        link.freeze();
      }
    },
    thaw() {
      for (const link of links) {
        link.thaw();
      }
    },
    close,
    [Symbol.asyncDispose]: close,
  };
}

interface Manners {
  lag_ms: number;
  piece_size: number;
}

/** One connection from both of its ends. */
class Link {
  /** Resolves when both sockets are closed. */
  readonly over: Promise<unknown>;
  readonly #ends: readonly [Socket, Socket];
  readonly #manners: Manners;
  readonly #end = new AbortController();
  #frozen: PromiseWithResolvers | null = null;

  constructor(near: Socket, far: Socket, manners: Manners) {
    this.#ends = [near, far];
    this.#manners = manners;
    this.over = Promise.all(this.#ends.map((end) => once_closed(end)));
    for (const [from, to] of [
      [near, far],
      [far, near],
    ] as const) {
      from.setNoDelay(true);
      this.#carry(from, to);
    }
  }

  cut(how: "FIN" | "RST"): void {
    this.#end.abort();
    this.thaw();
    for (const end of this.#ends) {
      if (how === "RST") {
        reset(end);
      } else {
        // Closing over unread bytes would make an RST of it.
        end.resume().end(() => end.destroySoon());
      }
    }
  }

  freeze(): void {
    this.#frozen ??= with_resolvers();
  }

  thaw(): void {
    this.#frozen?.resolve();
    this.#frozen = null;
  }

  #carry(from: Socket, to: Socket): void {
    let last: Promise<unknown> = Promise.resolve();
    from.on("data", (chunk) => {
      const due = performance.now() + this.#manners.lag_ms;
      last = last.then(() => this.#pass(chunk, to, due));
    });
    from.on("end", () => {
      last = last.then(() => this.#frozen?.promise).then(() => this.#end.signal.aborted || to.end());
    });
    from.on("error", () => {
      if (!this.#end.signal.aborted) {
        this.cut("RST");
      }
    });
  }

  async #pass(chunk: Buffer, to: Socket, due: number): Promise<void> {
    const left = due - performance.now();
    if (left > 0) {
      await delay(left, undefined, { signal: this.#end.signal }).catch(() => {});
    }
    for (let at = 0; at < chunk.length; ) {
      await this.#frozen?.promise;
      if (this.#end.signal.aborted || !to.writable) {
        return;
      }
      const piece = chunk.subarray(at, at + this.#manners.piece_size);
      at += piece.length;
      await new Promise<void>((written) => to.write(piece, () => written()));
      if (at < chunk.length) {
        // A turn for the reader, so that the system does not join the pieces again.
        await next_turn();
      }
    }
  }
}

interface PromiseWithResolvers {
  readonly promise: Promise<void>;
  resolve(): void;
}

function with_resolvers(): PromiseWithResolvers {
  let resolve = () => {};
  const promise = new Promise<void>((done) => {
    resolve = done;
  });
  return { promise, resolve };
}

function once_closed(socket: Socket): Promise<void> {
  return new Promise((resolve) => socket.once("close", () => resolve()));
}
