// Decides over which ways the contract of lib/transport/transport.ts is held, and how a transport is listened to.

import { expect } from "@jest/globals";
import type { Transport, TransportListener } from "../../lib/transport/transport.ts";
import { open_way, type Way } from "../../lib/transport/ways.ts";
import type { Door, DoorOptions } from "../support/doors.ts";
import { eventually } from "../support/eventually.ts";

const layers_over_proxies = ["tcp", "tls", "ws", "wss"] as const;

const kinds: readonly DoorOptions[] = [
  { layer: "tcp" },
  { layer: "unix" },
  { layer: "tls" },
  { layer: "ws" },
  { layer: "wss" },
  ...layers_over_proxies.map((layer) => ({ layer, proxy: "SOCKS 5" }) as const),
  ...layers_over_proxies.map((layer) => ({ layer, proxy: "HTTP" }) as const),
];

/** For `describe.each`: the name of each kind of way, and how a door at its end is made. */
export const ways = kinds.map((kind) => {
  const { layer, proxy } = kind;
  return [proxy === undefined ? layer : `${layer} over ${proxy}`, kind] as const;
});

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
  return { ear, transport: open_way(way)(ear) };
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
