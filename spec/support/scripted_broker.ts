// Decides how a byte-exact conversation is written down: a server that knows no MQTT beyond the framing, with which a
// spec expects and sends bytes one step after the other. It listens behind the door that was chosen for the spec file.

import type { Client } from "../../lib/client/index.ts";
import { type Address, type DoorOptions, door, test_certificates } from "./doors.ts";
import type { Patience } from "./eventually.ts";
import { ScriptedLink } from "./scripted_link.ts";

export type { ScriptedLink } from "./scripted_link.ts";

export interface ScriptedBroker extends Address, AsyncDisposable {
  /** How many connections were opened to it so far. */
  readonly connections: number;
  /** Sets a client up for the kind of door that there is; `connect()` then needs host and port alone. */
  lead<C extends Pick<Client, "transport" | "tls_set" | "proxy_set">>(client: C): C;
  /** The next connection, in the order in which they came. Fails when none comes in time. */
  accept(patience?: Patience): Promise<ScriptedLink>;
  /** Drops all connections and stops listening. A second call does nothing. */
  close(): Promise<void>;
}

let chosen: DoorOptions = { layer: "tcp" };

/** All scripted brokers that are made from now on listen behind such a door, instead of plain TCP. */
export function choose_door(options: DoorOptions): void {
  chosen = options;
}

/** Where nobody listens. */
export async function dead_address(): Promise<Address> {
  await using broker = await scripted_broker();
  return { host: broker.host, port: broker.port };
}

/** Listens on 127.0.0.1, somewhere free or at the given address: `await using broker = await scripted_broker()`. */
export async function scripted_broker(options: { at?: Address } = {}): Promise<ScriptedBroker> {
  const links: ScriptedLink[] = [];
  let accepted = 0;
  const there = await door({
    ...chosen,
    ...options,
    on_met: (far) => links.push(new ScriptedLink(far)),
  });
  const { way } = there;
  const close = async () => {
    for (const link of links) link.reset();
    await there.stop();
  };
  return {
    host: way.host,
    port: way.port,
    get connections() {
      return links.length;
    },
    lead(client) {
      client.transport = way.transport;
      if (way.tls !== null) client.tls_set(test_certificates().ca.cert);
      if (way.proxy !== null) {
        const { kind, host, port } = way.proxy;
        client.proxy_set({ proxy_type: kind, proxy_addr: host, proxy_port: port });
      }
      return client;
    },
    async accept(patience = {}) {
      await there.accept(patience);
      accepted += 1;
      return links[accepted - 1] as ScriptedLink;
    },
    close,
    async [Symbol.asyncDispose]() {
      await close();
      await there[Symbol.asyncDispose]();
    },
  };
}
