// Decides how a network misbehaves in a test: a TCP proxy in front of a broker that can be late, cut what it carries
// into pieces, end connections in every way, and fall silent. When, a test says, or a plan that looks at MQTT packets.

import { once } from "node:events";
import { type AddressInfo, connect, createServer, type Socket } from "node:net";
import { setTimeout as delay, setImmediate as next_turn } from "node:timers/promises";
import { type Mishap, PacketCounter, type PassingPacket, type Plan } from "./mishaps.ts";
import { reset } from "./reset.ts";

export interface Disturber {
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
  /** From now on the packets of all connections pass whatever the plan says. */
  calm(): void;
  /** Cuts what lives and stops listening. A second call does nothing. */
  close(): Promise<void>;
  /** As `close()`: `await using wire = await disturber(broker.port)`. */
  [Symbol.asyncDispose](): Promise<void>;
}

/**
 * Listens on a free port of 127.0.0.1 and leads to `target_port`: `await using wire = await disturber(broker.port)`.
 *
 * ```ts
 * import { disturber, using_broker } from "karere/testing";
 *
 * const broker = await using_broker();
 * const wire = await disturber(broker.port);
 * // ... the program connects to wire.port; then:
 * wire.cut("RST");
 * await wire.close();
 * await broker.close();
 * ```
 *
 * @param plan what befalls a connection at which packet. Without one the bytes may be of any protocol; with one they are
 *   MQTT's, and each packet is handed on when it has come whole.
 */
export async function disturber(target_port: number, plan: Plan | null = null): Promise<Disturber> {
  const links = new Set<Link>();
  const manners: Manners = { lag_ms: 0, piece_size: Number.POSITIVE_INFINITY, plan };
  let connections = 0;
  // Each direction ends by itself, as the two sides end it.
  const server = createServer({ allowHalfOpen: true }, (near) => {
    connections += 1;
    const far = connect({ host: "127.0.0.1", port: target_port, allowHalfOpen: true });
    const link = new Link(near, far, manners, connections);
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
    calm() {
      // What was planned is not forgotten but answered: a stream of packets stays one.
      if (plan !== null) manners.plan = () => null;
    },
    close,
    [Symbol.asyncDispose]: close,
  };
}

interface Manners {
  lag_ms: number;
  piece_size: number;
  plan: Plan | null;
}

/** One connection from both of its ends. */
class Link {
  /** Resolves when both sockets are closed. */
  readonly over: Promise<unknown>;
  readonly #ends: readonly [Socket, Socket];
  readonly #manners: Manners;
  readonly #end = new AbortController();
  #frozen: PromiseWithResolvers | null = null;

  constructor(near: Socket, far: Socket, manners: Manners, number: number) {
    this.#ends = [near, far];
    this.#manners = manners;
    this.over = Promise.all(this.#ends.map((end) => once_closed(end)));
    for (const [from, to, direction] of [
      [near, far, "to_broker"],
      [far, near, "to_client"],
    ] as const) {
      from.setNoDelay(true);
      this.#carry(from, to, new PacketCounter(number, direction));
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

  #carry(from: Socket, to: Socket, packets: PacketCounter): void {
    let last: Promise<unknown> = Promise.resolve();
    from.on("data", (chunk: Buffer) => {
      const due = performance.now() + this.#manners.lag_ms;
      last = last.then(() => this.#pass_late(chunk, to, due, packets));
    });
    from.on("end", () => {
      last = last.then(() => this.#frozen?.promise).then(() => this.#end.signal.aborted || to.end());
    });
    from.on("error", async () => {
      await this.#frozen?.promise;
      if (!this.#end.signal.aborted) {
        this.cut("RST");
      }
    });
  }

  async #pass_late(chunk: Buffer, to: Socket, due: number, packets: PacketCounter): Promise<void> {
    const left = due - performance.now();
    if (left > 0) {
      await delay(left, undefined, { signal: this.#end.signal }).catch(() => {});
    }
    if (this.#manners.plan === null) {
      return this.#pass(chunk, to);
    }
    for (const packet of packets.push(chunk)) {
      const mishap = this.#manners.plan(packet);
      await this.#pass(packet.bytes.subarray(0, passing_bytes(packet, mishap)), to);
      if (mishap !== null) {
        this.#suffer(mishap.what, to);
      }
    }
  }

  async #pass(bytes: Uint8Array, to: Socket): Promise<void> {
    for (let at = 0; at < bytes.length; ) {
      await this.#frozen?.promise;
      if (this.#end.signal.aborted || !to.writable) {
        return;
      }
      const piece = bytes.subarray(at, at + this.#manners.piece_size);
      at += piece.length;
      await new Promise<void>((written) => to.write(piece, () => written()));
      if (at < bytes.length) {
        // A turn for the reader, so that the system does not join the pieces again.
        await next_turn();
      }
    }
  }

  #suffer(what: Mishap["what"], to: Socket): void {
    if (what === "silence") {
      this.freeze();
    } else if (what === "half_close") {
      to.end();
    } else if (!this.#end.signal.aborted) {
      this.cut(what);
    }
  }
}

function passing_bytes({ bytes }: PassingPacket, mishap: Mishap | null): number {
  if (mishap?.where === "before") return 0;
  return mishap?.where === "inside" ? Math.ceil(bytes.length / 2) : bytes.length;
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
