// Decides what lives exactly as long as one connection. A new connection gets a new Link; nothing here is ever reset.

import { Decoder } from "../codec/decoder.ts";
import type { DisconnectPacket, Packet, PublishPacket } from "../codec/packets.ts";
import type { Keepalive } from "./keepalive.ts";
import type { Limits } from "./limits.ts";
import type { CloseCause } from "./outputs.ts";
import type { SessionSettings } from "./settings.ts";
import { InboundAliases, type OutboundAliases } from "./topic_alias.ts";

/** A packet that waits to leave, with its place in the order of all wishes. */
export interface Outgoing {
  readonly seq: number;
  readonly packet: Exclude<Packet, PublishPacket>;
}

/** How the broker's bytes are read: what our CONNECT promised. */
export interface Reading {
  readonly decoder: Decoder;
  readonly aliases: InboundAliases;
  /** Our own Receive Maximum [MQTT-3.3.4-7]. */
  readonly receive_maximum: number;
}

/** What is known of the broker once it has accepted us. */
export interface Acceptance {
  readonly limits: Limits;
  readonly aliases: OutboundAliases;
  readonly keepalive: Keepalive;
  readonly session_present: boolean;
}

export class Link {
  /** Leaves before all else, in every phase: CONNECT, and a DISCONNECT that ends a broken link. */
  readonly urgent: Packet[] = [];
  /** Leaves in its place among the messages, once the broker has accepted us. */
  readonly outgoing: Outgoing[] = [];
  /** Null while the link is being opened. */
  reading: Reading | null = null;
  /** Null until CONNACK 0. */
  acceptance: Acceptance | null = null;
  /** The DISCONNECT that the user asked for while something handed over still waits for CONNACK. */
  farewell: DisconnectPacket | null = null;
  /** How the shell shall end the link; null while it lives. */
  ending: { readonly flush: boolean; told: boolean } | null = null;
  /** Why the link ends, known before the shell has closed it. */
  cause: CloseCause | null = null;
  /** The moment at which waiting for CONNACK, or for the end of a disconnect, is over. */
  deadline = Number.POSITIVE_INFINITY;
}

export function reading_of(settings: SessionSettings, version: 3 | 4 | 5): Reading {
  const promised = version === 5 ? settings.connect_properties : null;
  const { max_packet_size } = settings;
  return {
    decoder: new Decoder({
      version,
      max_packet_size: Math.min(max_packet_size, promised?.MaximumPacketSize ?? max_packet_size),
    }),
    aliases: new InboundAliases(promised?.TopicAliasMaximum ?? 0),
    receive_maximum: promised?.ReceiveMaximum ?? 65535,
  };
}
