// Decides what lives exactly as long as one connection. A new connection gets a new Link; nothing here is ever reset.

import { Decoder } from "../codec/decoder.ts";
import { Output } from "../codec/output.ts";
import type { ConnackPacket, ConnectPacket, Packet, PublishPacket } from "../codec/packets.ts";
import { Chain, type Linked } from "./chain.ts";
import { Keepalive } from "./keepalive.ts";
import { type Limits, limits_of } from "./limits.ts";
import type { Ticket } from "./outbound_message.ts";
import type { CloseCause } from "./outputs.ts";
import type { SessionSettings } from "./settings.ts";
import { InboundAliases, OutboundAliases } from "./topic_alias.ts";

/** A packet that waits to leave, with its place in the order of all wishes. */
export interface Outgoing extends Linked<Outgoing> {
  readonly seq: number;
  readonly packet: Exclude<Packet, PublishPacket>;
}

export function outgoing(seq: number, packet: Outgoing["packet"]): Outgoing {
  return { seq, packet, previous: null, next: null };
}

/** How the broker's bytes are read: what our CONNECT promised. */
export interface Reading {
  readonly version: ConnectPacket["version"];
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
}

export class Link {
  /** What leaves with the next work, encoded. */
  readonly output = new Output();
  /** Whose QoS 0 messages are in the output without having stood in the queue. */
  leaving: Ticket[] = [];
  /** Leaves before all else, in every phase: CONNECT, PINGREQ, and a DISCONNECT that ends a broken link. */
  readonly urgent: Packet[] = [];
  /** Leaves in its place among the messages, once the broker has accepted us. */
  readonly outgoing: Chain<Outgoing>;
  /** The DISCONNECT that the user asked for while something handed over still waits for CONNACK. */
  farewell: Outgoing | null;
  /** Whether DISCONNECT waits for the messages handed over before it, however long the window holds them back. */
  drains = true;
  /** Null while the link is being opened. */
  reading: Reading | null = null;
  /** Our CONNECT, while the broker has not accepted it: nobody shall keep the password any longer. */
  connect: ConnectPacket | null = null;
  /** Whether the broker has sent anything. */
  heard = false;
  /** Null until CONNACK 0. */
  acceptance: Acceptance | null = null;
  /** How the shell shall end the link; null while it lives. */
  ending: { readonly flush: boolean; told: boolean } | null = null;
  /** Why the link ends, known before the shell has closed it. */
  cause: CloseCause | null = null;
  /** The moment at which waiting for CONNACK, or for the end of a disconnect, is over. */
  deadline = Number.POSITIVE_INFINITY;

  /** `unheard`: a link that this one replaces before its broker has listened to anything but CONNECT. */
  constructor(unheard: Link | null) {
    this.outgoing = unheard?.outgoing ?? new Chain();
    this.farewell = unheard?.farewell ?? null;
  }

  /** The acceptance of a link that has one. */
  get accepted(): Acceptance {
    return this.acceptance as Acceptance;
  }
}

/** Those of nearly all links, where no alias is allowed. */
const no_inbound_aliases = new InboundAliases(0);
const no_outbound_aliases = new OutboundAliases(0);

export function reading_of(settings: SessionSettings, connect: ConnectPacket): Reading {
  const promised = connect.properties;
  const { max_packet_size } = settings;
  const topic_alias_maximum = promised?.TopicAliasMaximum ?? 0;
  const { version } = connect;
  return {
    version,
    decoder: new Decoder({
      version,
      max_packet_size: Math.min(max_packet_size, promised?.MaximumPacketSize ?? max_packet_size),
    }),
    aliases: topic_alias_maximum === 0 ? no_inbound_aliases : new InboundAliases(topic_alias_maximum),
    receive_maximum: promised?.ReceiveMaximum ?? 65535,
  };
}

export function acceptance_of(
  connack: ConnackPacket,
  connect: ConnectPacket,
  { max_inflight }: SessionSettings,
  now: number,
): Acceptance {
  const limits = limits_of(connack, max_inflight, connect.keepalive);
  const { topic_alias_maximum } = limits;
  return {
    limits,
    aliases: topic_alias_maximum === 0 ? no_outbound_aliases : new OutboundAliases(topic_alias_maximum),
    keepalive: new Keepalive(limits.keepalive_ms, now),
  };
}
