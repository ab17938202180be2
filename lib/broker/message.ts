// Decides what the broker keeps of a message, and what of it those receive who get it.

import type { PropertiesOf, PublishPacket, WillMessage } from "../codec/packets.ts";
import { Snapshot } from "../model/bytes.ts";
import { PacketTypes } from "../model/packettypes.ts";
import { Properties } from "../model/properties.ts";

type MessageProperties = PropertiesOf<typeof PacketTypes.PUBLISH>;

/** A message on its way through the broker. Nobody changes it: all who get it share it. */
export interface Message {
  readonly topic: string;
  readonly payload: Uint8Array;
  readonly qos: 0 | 1 | 2;
  readonly retain: boolean;
  /** What travels with the message from end to end. */
  readonly properties: MessageProperties;
  /** The moment from which on nobody gets it any more (3.3.2.3.3); Infinity: it does not expire. */
  readonly expires_at: number;
  /** About so many bytes it takes while it waits. */
  readonly size: number;
  /** The client id of who published it; null: the broker's own program. */
  readonly publisher: string | null;
}

/** One message for one client. */
export interface Delivery {
  readonly message: Message;
  readonly qos: 0 | 1 | 2;
  readonly retain: boolean;
  /** Of the subscriptions by which it goes there. */
  readonly identifiers: readonly number[];
  /** Whether it is one of the retained messages, which are kept anyway. */
  readonly is_kept: boolean;
}

/** @param topic the one that is meant, where the packet has an alias. */
export function message_of(
  packet: Omit<PublishPacket, "type" | "dup" | "mid">,
  topic: string,
  publisher: string | null,
  now: number,
): Message {
  const { payload, qos, retain } = packet;
  const properties = packet.properties;
  const size = topic.length + payload.length;
  if (properties === null) {
    return { topic, payload, qos, retain, properties, expires_at: Number.POSITIVE_INFINITY, size, publisher };
  }
  // These two are of the connection that it came by.
  properties.TopicAlias = undefined;
  properties.SubscriptionIdentifier = undefined;
  const expires_at = expiry(properties.MessageExpiryInterval, now);
  return {
    topic,
    payload,
    qos,
    retain,
    properties: properties.isEmpty() ? null : properties,
    expires_at,
    size: size + properties.lend_packed().length,
    publisher,
  };
}

/** What is published for a client that is gone. Its lifetime begins now. */
export function message_of_will(will: WillMessage, publisher: string, now: number): Message {
  const { topic, payload, qos, retain } = will;
  let properties: MessageProperties = null;
  if (will.properties !== null) {
    const { WillDelayInterval: _, ...values } = will.properties;
    properties = new Properties(PacketTypes.PUBLISH, values);
  }
  return message_of({ topic, payload, qos, retain, properties }, topic, publisher, now);
}

/**
 * The same message for to be kept long: its payload may be a view of much more, and beside the payloads of a client in this
 * process, which its program may hand over to a worker with all that lies there.
 */
export function lasting(message: Message): Message {
  const { bytes, begin, end } = new Snapshot(message.payload);
  return { ...message, payload: bytes.subarray(begin, end) };
}

/** What goes with a message to one receiver: its lifetime without the time that it waited [MQTT-3.3.2-6]. */
export function properties_of({ message, identifiers }: Delivery, now: number): MessageProperties {
  const expires = message.expires_at < Number.POSITIVE_INFINITY;
  if (!expires && identifiers.length === 0) return message.properties;
  const properties = message.properties?.copy() ?? new Properties(PacketTypes.PUBLISH);
  if (expires) properties.MessageExpiryInterval = Math.max(0, Math.ceil((message.expires_at - now) / 1000));
  if (identifiers.length > 0) properties.SubscriptionIdentifier = identifiers;
  return properties;
}

function expiry(interval: number | undefined, now: number): number {
  return interval === undefined ? Number.POSITIVE_INFINITY : now + interval * 1000;
}
