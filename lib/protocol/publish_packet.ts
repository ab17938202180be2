// Decides how a message looks on one particular link: DUP, topic alias, remaining expiry, and whether the broker's
// limits let it pass at all.

import type { PublishPacket } from "../codec/packets.ts";
import { MQTTException } from "../model/errors.ts";
import { PacketTypes } from "../model/packettypes.ts";
import { Properties } from "../model/properties.ts";
import type { Limits } from "./limits.ts";
import type { OutboundMessage } from "./outbound_message.ts";
import type { OutboundAliases } from "./topic_alias.ts";

export function publish_packet(
  message: OutboundMessage,
  aliases: OutboundAliases,
  version: 3 | 4 | 5,
  now: number,
): PublishPacket {
  const { qos, retain, topic, payload } = message;
  const properties = version === 5 ? message.properties : null;
  const packet: PublishPacket = {
    type: PacketTypes.PUBLISH,
    dup: message.sent && qos > 0, // [MQTT-3.3.1-1], [MQTT-3.3.1-2]
    qos,
    retain,
    topic,
    mid: qos === 0 ? 0 : message.mid, // [MQTT-2.2.1-2]
    payload,
    properties,
  };
  if (properties === null || (message.alias === 0 && message.expires_at === Number.POSITIVE_INFINITY))
    return packet;
  return { ...packet, ...adapted(properties, message, aliases, now) };
}

/** The reason why the broker's limits forbid the message, as the error for who waits for it; null: they allow it. */
export function refusal(message: OutboundMessage, size: number, limits: Limits): MQTTException | null {
  const name = `message ${message.mid} to "${message.topic}"`;
  if (size > limits.maximum_packet_size) {
    // [MQTT-3.2.2-15]
    return refused(`${name} needs ${size} bytes, the broker takes at most ${limits.maximum_packet_size}`);
  }
  // [MQTT-3.2.2-11]
  if (message.qos > limits.maximum_qos)
    return refused(`${name} has QoS ${message.qos}, the broker takes at most QoS ${limits.maximum_qos}`);
  // [MQTT-3.2.2-14]
  if (message.retain && !limits.retain_available)
    return refused(`${name} is retained, the broker keeps no retained messages`);
  return null;
}

function refused(text: string): MQTTException {
  return new MQTTException(text, { code: "ERR_MQTT_REFUSED" });
}

/**
 * A Message Expiry Interval: how long somebody may still want the message, in seconds. Once it has left it is sent again
 * also when it has expired, and there are brokers to which 0 means for ever.
 */
export function seconds_left(expires_at: number, now: number): number {
  return Math.max(1, Math.ceil((expires_at - now) / 1000));
}

/** What of the properties and the topic this link has otherwise than the user. */
function adapted(
  given: NonNullable<PublishPacket["properties"]>,
  message: OutboundMessage,
  aliases: OutboundAliases,
  now: number,
): Pick<PublishPacket, "topic" | "properties"> {
  const properties = new Properties(PacketTypes.PUBLISH, given);
  let { topic } = message;
  if (message.expires_at !== Number.POSITIVE_INFINITY) {
    properties.MessageExpiryInterval = seconds_left(message.expires_at, now);
  }
  if (message.alias !== 0) {
    // A broker that allows fewer aliases gets the topic in full: the message matters more than its brevity.
    if (!aliases.allows(message.alias)) delete properties.TopicAlias;
    else if (aliases.knows(message.alias, message.topic)) topic = "";
  }
  return { topic, properties };
}
