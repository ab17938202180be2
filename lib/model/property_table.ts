// Decides which MQTT 5 properties exist, what they hold and which packets may carry them (section 2.2.2.2 and the
// property clauses of chapter 3); data only.

import type { PacketType } from "./packettypes.ts";

/** The seven wire types of property values (1.5), in paho's order: a type's index is its number in paho. */
export const wire_types = [
  "Byte",
  "Two Byte Integer",
  "Four Byte Integer",
  "Variable Byte Integer",
  "Binary Data",
  "UTF-8 Encoded String",
  "UTF-8 String Pair",
] as const;

export type WireType = (typeof wire_types)[number];

/** What the standard says of one property. */
export interface PropertyRow {
  /** The identifier on the wire. */
  readonly id: number;
  /** The attribute of `Properties`: the name of the standard without its spaces, as in paho. */
  readonly name: string;
  readonly type: WireType;
  /** The packets that may carry it; 99 is the will. */
  readonly packets: readonly PacketType[];
  /** Whether a packet may carry it more than once (a SUBSCRIBE still has one SubscriptionIdentifier at most, 3.8.2.1.2). */
  readonly multiple: boolean;
  /** The smallest and the largest legal number, for the integer types. */
  readonly min?: number | undefined;
  readonly max?: number | undefined;
}

/** The name of the standard: that of the attribute with spaces between its words. */
export function spaced_name(name: string): string {
  return name.replace(/([a-z])([A-Z][a-z])/g, "$1 $2");
}

function row<const Name extends string, const Packets extends readonly PacketType[]>(
  id: number,
  name: Name,
  type: WireType,
  packets: Packets,
  min?: number,
  max?: number,
) {
  return {
    id,
    name,
    type,
    packets,
    multiple: name === "UserProperty" || name === "SubscriptionIdentifier",
    min,
    max,
  };
}

/** Every property of MQTT 5, by ascending identifier. */
export const property_table = [
  row(1, "PayloadFormatIndicator", "Byte", [3, 99], 0, 1),
  row(2, "MessageExpiryInterval", "Four Byte Integer", [3, 99], 0, 4294967295),
  row(3, "ContentType", "UTF-8 Encoded String", [3, 99]),
  row(8, "ResponseTopic", "UTF-8 Encoded String", [3, 99]),
  row(9, "CorrelationData", "Binary Data", [3, 99]),
  row(11, "SubscriptionIdentifier", "Variable Byte Integer", [3, 8], 1, 268435455),
  row(17, "SessionExpiryInterval", "Four Byte Integer", [1, 2, 14], 0, 4294967295),
  row(18, "AssignedClientIdentifier", "UTF-8 Encoded String", [2]),
  row(19, "ServerKeepAlive", "Two Byte Integer", [2], 0, 65535),
  row(21, "AuthenticationMethod", "UTF-8 Encoded String", [1, 2, 15]),
  row(22, "AuthenticationData", "Binary Data", [1, 2, 15]),
  row(23, "RequestProblemInformation", "Byte", [1], 0, 1),
  row(24, "WillDelayInterval", "Four Byte Integer", [99], 0, 4294967295),
  row(25, "RequestResponseInformation", "Byte", [1], 0, 1),
  row(26, "ResponseInformation", "UTF-8 Encoded String", [2]),
  row(28, "ServerReference", "UTF-8 Encoded String", [2, 14]),
  row(31, "ReasonString", "UTF-8 Encoded String", [2, 4, 5, 6, 7, 9, 11, 14, 15]),
  row(33, "ReceiveMaximum", "Two Byte Integer", [1, 2], 1, 65535),
  row(34, "TopicAliasMaximum", "Two Byte Integer", [1, 2], 0, 65535),
  row(35, "TopicAlias", "Two Byte Integer", [3], 1, 65535),
  row(36, "MaximumQoS", "Byte", [2], 0, 1),
  row(37, "RetainAvailable", "Byte", [2], 0, 1),
  row(38, "UserProperty", "UTF-8 String Pair", [1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 14, 15, 99]),
  row(39, "MaximumPacketSize", "Four Byte Integer", [1, 2], 1, 4294967295),
  row(40, "WildcardSubscriptionAvailable", "Byte", [2], 0, 1),
  row(41, "SubscriptionIdentifierAvailable", "Byte", [2], 0, 1),
  row(42, "SharedSubscriptionAvailable", "Byte", [2], 0, 1),
];
