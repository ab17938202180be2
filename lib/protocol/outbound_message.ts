// Decides what the core remembers of a message that the user published.

import { encode_utf8, type Snapshot, utf8_length } from "../model/bytes.ts";
import { ValueError } from "../model/errors.ts";
import { PacketTypes } from "../model/packettypes.ts";
import { Properties } from "../model/properties.ts";
import type { Linked } from "./chain.ts";

/** What a user wants published; checked and converted already. */
export interface Publication {
  /** Empty only on MQTT 5, with a topic alias that an earlier publication named. */
  readonly topic: string;
  readonly payload: Uint8Array;
  readonly qos: 0 | 1 | 2;
  readonly retain: boolean;
  /** They are packed when the message is taken in. */
  readonly properties: Properties<typeof PacketTypes.PUBLISH> | null;
}

/** Stands for a message on the side of who published it; given back with all that is told of the message. */
export interface Ticket {
  /** The packet id of the message; for QoS 0 a number for its callback only. */
  mid: number;
  /** The number of the message in the store; null without one. */
  id?: number | null;
}

/**
 * - `waiting`: to be published, for the first time or again.
 * - `published`: PUBLISH is out, PUBACK or PUBREC is awaited.
 * - `released`: PUBREC came; PUBREL is out or will be, PUBCOMP is awaited.
 * - `settled`: the core is done with it.
 */
export type OutboundState = "waiting" | "published" | "released" | "settled";

/** What few messages have. */
export interface Rarities {
  /** The properties, packed; nobody changes them. */
  readonly block: Uint8Array | null;
  /** The topic alias that the user has chosen; 0: none. */
  readonly alias: number;
  /** The moment at which the message is of no use to anybody any more (Message Expiry Interval); Infinity: never. */
  readonly expires_at: number;
  /** The moment from which on it is not worth to be sent for the first time: that one, or an earlier one. */
  readonly useless_at: number;
}

const NEVER = Number.POSITIVE_INFINITY;
const NO_RARITIES: Rarities = { block: null, alias: 0, expires_at: NEVER, useless_at: NEVER };

/** What a message is made of. */
export interface Contents {
  readonly topic: string;
  /** Text that is well formed, or bytes that nobody changes. */
  readonly payload: Uint8Array | Snapshot | string;
  readonly qos: 0 | 1 | 2;
  readonly retain: boolean;
}

export class OutboundMessage implements Publication, Linked<OutboundMessage> {
  previous: OutboundMessage | null = null;
  next: OutboundMessage | null = null;
  readonly topic: string;
  readonly qos: 0 | 1 | 2;
  readonly retain: boolean;
  /** Its place in the order of everything that was ever asked of the session. */
  readonly seq: number;
  /** One message has one packet id for life, also across links; QoS 0 has a number for its callback only. */
  readonly mid: number;
  readonly ticket: Ticket | null;
  /** What it counts for in a limit of bytes. */
  readonly weight: number;
  /** Whether a PUBLISH with it has left, so that the next one carries DUP. */
  sent = false;
  state: OutboundState = "waiting";
  /** The payload, as it was taken in. */
  readonly held: Contents["payload"];
  readonly #rarities: Rarities;

  constructor(
    { topic, payload, qos, retain }: Contents,
    weight: number,
    seq: number,
    mid: number,
    ticket: Ticket | null,
    rarities = NO_RARITIES,
  ) {
    this.topic = topic;
    this.qos = qos;
    this.retain = retain;
    this.seq = seq;
    this.mid = mid;
    this.ticket = ticket;
    this.weight = weight;
    this.held = payload;
    this.#rarities = rarities;
  }

  get payload(): Uint8Array {
    const payload = this.held;
    if (typeof payload === "string") return encode_utf8(payload);
    return payload instanceof Uint8Array ? payload : payload.bytes.subarray(payload.begin, payload.end);
  }

  /** Made anew each time. */
  get properties(): Publication["properties"] {
    const { block } = this;
    return block === null ? null : new Properties(PacketTypes.PUBLISH).unpack(block)[0];
  }

  get block(): Uint8Array | null {
    return this.#rarities.block;
  }

  get alias(): number {
    return this.#rarities.alias;
  }

  get expires_at(): number {
    return this.#rarities.expires_at;
  }

  get useless_at(): number {
    return this.#rarities.useless_at;
  }
}

/** The properties, packed, as the core keeps them. */
export function packed(properties: Publication["properties"]): Uint8Array | null {
  return properties === null ? null : new Uint8Array(properties.lend_packed());
}

/** What a message counts for in a limit of bytes. */
export function weight(message: Pick<Publication, "topic" | "payload">): number {
  return message.payload.length + message.topic.length;
}

/** The largest remaining length (2.1.4). */
const MAX_REMAINING = 268_435_455;

/** Throws `ValueError` for a message that is longer than a PUBLISH can be. */
export function check_size({ topic, payload, qos, properties }: Publication, version: 3 | 4 | 5): void {
  // Nothing but the payload is ever as large: all others need not be measured.
  if (payload.length < MAX_REMAINING / 2) return;
  const block = version === 5 ? (properties?.pack().length ?? 1) : 0;
  const size = 2 + utf8_length(topic) + (qos === 0 ? 0 : 2) + block + payload.length;
  if (size <= MAX_REMAINING) return;
  const text = `the message needs ${size} bytes with its topic and properties, MQTT allows ${MAX_REMAINING}`;
  throw new ValueError(`${text}: send it in parts`, { code: "ERR_MQTT_PAYLOAD" });
}
