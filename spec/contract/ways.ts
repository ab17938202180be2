// Decides over which ways the contract of lib/transport/transport.ts is held, and how a transport is listened to.

import { expect } from "@jest/globals";
import type { Transport, TransportListener } from "../../lib/transport/transport.ts";
import { open_way, type Way } from "../../lib/transport/ways.ts";
import { open_way as open_way_of_page } from "../../lib/transport/ways_browser.ts";
import { type Door, type DoorOptions, door } from "../support/doors.ts";
import { eventually } from "../support/eventually.ts";
import { page_websocket } from "../support/page_websocket.ts";

const layers_over_proxies = ["tcp", "tls", "ws", "wss"] as const;

export interface Kind extends DoorOptions {
  /** As from a web page. */
  page?: true;
}

const kinds: readonly Kind[] = [
  { layer: "tcp" },
  { layer: "unix" },
  { layer: "tls" },
  { layer: "ws" },
  { layer: "wss" },
  ...layers_over_proxies.map((layer) => ({ layer, proxy: "SOCKS 5" }) as const),
  ...layers_over_proxies.map((layer) => ({ layer, proxy: "HTTP" }) as const),
];

const page_kinds: readonly Kind[] = [
  { layer: "ws", page: true },
  { layer: "wss", page: true },
];

const named = (kind: Kind) => {
  const { layer, proxy, page } = kind;
  return [[layer, proxy && `over ${proxy}`, page && "from a page"].filter(Boolean).join(" "), kind] as const;
};

/** For `describe.each`: the name of each kind of way that Node has, and how a door at its end is made. */
export const ways = kinds.map(named);
/** The same with those that a web page has. */
export const all_ways = [...kinds, ...page_kinds].map(named);

const ways_of_pages = new WeakSet<Way>();

/** A door at the end of a way of this kind. */
export async function meet(kind: Kind): Promise<Door> {
  const there = await door(kind);
  if (kind.page) ways_of_pages.add(there.way);
  return there;
}

/** Some of this goes through three processes' worth of sockets, maybe on a machine that has other things to do. */
export const patience = { within: 15_000 };

/** Writes down what a transport tells. */
export class Ear implements TransportListener {
  readonly told: string[] = [];
  readonly parts: Buffer[] = [];
  error: Error | null = null;
  drains = 0;
  on_drained = () => {};

  opened(): void {
    this.told.push("opened");
  }

  data(bytes: Uint8Array): void {
    this.parts.push(Buffer.from(bytes));
  }

  drained(): void {
    this.drains += 1;
    this.on_drained();
  }

  closed(error: Error | null): void {
    this.told.push("closed");
    this.error = error;
  }

  get heard(): Buffer {
    return Buffer.concat(this.parts);
  }

  has(...told: string[]): Promise<unknown> {
    return eventually(() => expect(this.told).toEqual(told), patience);
  }
}

export function open(way: Way): { ear: Ear; transport: Transport } {
  const ear = new Ear();
  return { ear, transport: begin(way, ear) };
}

/** Opens a way, with the WebSocket of a page at hand if it is one of a page. */
export function begin(way: Way, listener: TransportListener): Transport {
  if (!ways_of_pages.has(way)) return open_way(way)(listener);
  using _page = page_websocket();
  return open_way_of_page(way)(listener);
}

export async function opened(at: Door) {
  const { ear, transport } = open(at.way);
  await ear.has("opened");
  return { ear, transport, far: await at.accept() };
}

/** Bytes that show any loss, repetition or change of order. */
export function sample(length: number): Buffer {
  const bytes = Buffer.alloc(length);
  for (let at = 0; at + 4 <= length; at += 4) bytes.writeUInt32LE(at, at);
  return bytes;
}
