// Decides what this broker allows on this link: the properties of its CONNACK, or the defaults of the standard.
// Below here no rule asks for the version, only for a limit.

import type { ConnackPacket, SubscribePacket } from "../codec/packets.ts";
import { sharing } from "../model/sharing.ts";

const MAX_PACKET_SIZE = 268_435_460; // fixed header of 5 bytes and a remaining length of 268,435,455

export interface Limits {
  /** How many QoS 1 and 2 messages may be in flight to the broker: our limit or its own, the smaller [MQTT-4.9.0-3]. */
  readonly window: number;
  readonly maximum_qos: 0 | 1 | 2;
  readonly retain_available: boolean;
  readonly maximum_packet_size: number;
  readonly topic_alias_maximum: number;
  readonly wildcards_available: boolean;
  readonly identifiers_available: boolean;
  readonly shared_available: boolean;
  readonly keepalive_ms: number;
}

/** `max_inflight` is our own limit, 0 for none; `keepalive` is what CONNECT said, in seconds. */
export function limits_of(connack: ConnackPacket, max_inflight: number, keepalive: number): Limits {
  const granted = connack.properties;
  return shared({
    window: Math.min(max_inflight === 0 ? 65535 : max_inflight, granted?.ReceiveMaximum ?? 65535),
    maximum_qos: granted?.MaximumQoS === 0 ? 0 : granted?.MaximumQoS === 1 ? 1 : 2,
    retain_available: granted?.RetainAvailable !== 0,
    maximum_packet_size: granted?.MaximumPacketSize ?? MAX_PACKET_SIZE,
    topic_alias_maximum: granted?.TopicAliasMaximum ?? 0,
    wildcards_available: granted?.WildcardSubscriptionAvailable !== 0,
    identifiers_available: granted?.SubscriptionIdentifierAvailable !== 0,
    shared_available: granted?.SharedSubscriptionAvailable !== 0,
    // [MQTT-3.1.2-21]
    keepalive_ms: (granted?.ServerKeepAlive ?? keepalive) * 1000,
  });
}

const shared = sharing<Limits>();

/** More than is around topic and payload of any PUBLISH without properties. */
const AROUND_BYTES = 16;

/** Whether a PUBLISH without properties is surely allowed, of whose topic and payload is known how long they are at most. */
export function surely_allows(limits: Limits, qos: 0 | 1 | 2, retain: boolean, most_bytes: number): boolean {
  if (qos > limits.maximum_qos || (retain && !limits.retain_available)) return false;
  return most_bytes + AROUND_BYTES <= limits.maximum_packet_size;
}

/** What the broker has said it cannot do: the reason code of MQTT 5 for it, and a sentence. */
export interface Lack {
  readonly reason_code: number;
  readonly text: string;
}

/** What this broker lacks to be asked for these filters; null when it can be. */
export function lack_for(
  { subscriptions, properties }: Pick<SubscribePacket, "subscriptions" | "properties">,
  limits: Limits,
): Lack | null {
  if (!limits.identifiers_available && properties?.SubscriptionIdentifier !== undefined) {
    return { reason_code: 0xa1, text: "the broker does not know Subscription Identifiers" };
  }
  for (const { filter } of subscriptions) {
    if (!limits.shared_available && filter.startsWith("$share/")) {
      return { reason_code: 0x9e, text: `the broker has no shared subscriptions: ${filter}` };
    }
    if (!limits.wildcards_available && /[+#]/.test(filter)) {
      return { reason_code: 0xa2, text: `the broker allows no wildcards in filters: ${filter}` };
    }
  }
  return null;
}
