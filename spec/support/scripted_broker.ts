// Decides how a byte-exact conversation is written down: a TCP server that knows no MQTT beyond the framing, with
// which a spec expects and sends bytes one step after the other.

import { once } from "node:events";
import { type AddressInfo, createServer } from "node:net";
import { in_time, type Patience } from "./eventually.ts";
import { ScriptedLink } from "./scripted_link.ts";

export type { ScriptedLink } from "./scripted_link.ts";

export interface ScriptedBroker extends AsyncDisposable {
  readonly port: number;
  /** How many connections were opened to it so far. */
  readonly connections: number;
  /** The next connection, in the order in which they came. Fails when none comes in time. */
  accept(patience?: Patience): Promise<ScriptedLink>;
  /** Drops all connections and stops listening. A second call does nothing. */
  close(): Promise<void>;
}

/** Listens on a free port of 127.0.0.1, or on the given one: `await using broker = await scripted_broker()`. */
export async function scripted_broker(options: { port?: number } = {}): Promise<ScriptedBroker> {
  const links: ScriptedLink[] = [];
  let accepted = 0;
  const server = createServer((socket) => {
    links.push(new ScriptedLink(socket));
    server.emit("linked");
  });
  server.listen(options.port ?? 0, "127.0.0.1");
  await once(server, "listening");

  const accept = async (patience: Patience = {}) => {
    for (;;) {
      const link = links[accepted];
      if (link !== undefined) {
        accepted += 1;
        return link;
      }
      const what = `connection ${accepted + 1} to the scripted broker`;
      await in_time(once(server, "linked"), what, patience);
    }
  };

  const close = async () => {
    for (const link of links) {
      link.reset();
    }
    if (server.listening) {
      server.close();
      await once(server, "close");
    }
  };

  return {
    port: (server.address() as AddressInfo).port,
    get connections() {
      return links.length;
    },
    accept,
    close,
    [Symbol.asyncDispose]: close,
  };
}
