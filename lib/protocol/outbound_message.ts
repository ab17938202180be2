// Decides what the core remembers of a message that the user published.

import { utf8_length } from "../model/bytes.ts";
import { ValueError } from "../model/errors.ts";
import type { PacketTypes } from "../model/packettypes.ts";
import type { Properties } from "../model/properties.ts";
import type { Linked } from "./chain.ts";

/** What a user wants published; checked and converted already. */
export interface Publication {
  /** Empty only on MQTT 5, with a topic alias that an earlier publication named. */
  readonly topic: string;
  readonly payload: Uint8Array;
  readonly qos: 0 | 1 | 2;
  readonly retain: boolean;
  /** The core keeps it and never changes it. */
  readonly properties: Properties<typeof PacketTypes.PUBLISH> | null;
}

/** Stands for a message on the side of who published it; given back with all that is told of the message. */
export interface Ticket {
  /** The packet id of the message; for QoS 0 a number for its callback only. */
  mid: number;
}

/**
 * - `waiting`: to be published, for the first time or again.
 * - `published`: PUBLISH is out, PUBACK or PUBREC is awaited.
 * - `released`: PUBREC came; PUBREL is out or will be, PUBCOMP is awaited.
 * - `settled`: the core is done with it.
 */
export type OutboundState = "waiting" | "published" | "released" | "settled";

export interface OutboundMessage extends Publication, Linked<OutboundMessage> {
  /** Its place in the order of everything that was ever asked of the session. */
  readonly seq: number;
  /** One message has one packet id for life, also across links; QoS 0 has a number for its callback only. */
  readonly mid: number;
  /** 0: none. */
  readonly alias: number;
  /** The moment at which it is of no use any more (Message Expiry Interval); Infinity: never. */
  readonly expires_at: number;
  /** Whether a PUBLISH with it has left, so that the next one carries DUP. */
  sent: boolean;
  state: OutboundState;
  readonly ticket: Ticket | null;
}

/** What a message counts for in a limit of bytes. */
export function weight(message: Publication): number {
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
