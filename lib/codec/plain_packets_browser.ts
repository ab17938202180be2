// Decides that pages have no short way for plain packets, where it stands in for plain_packets.ts: few messages come to
// a page, and what it loads must be small.

import type { PublishPacket } from "./packets.ts";

/** The topic alias of a PUBLISH; undefined when it has none. */
export function alias_of(packet: PublishPacket): number | undefined {
  return packet.properties?.TopicAlias;
}

/** How many bytes its payload has. */
export function payload_length(packet: PublishPacket): number {
  return packet.payload.length;
}

export class PlainPackets {
  /** Null: the strict walk shall read it. */
  read(): null {
    return null;
  }

  forget_chunk(): void {}
}
