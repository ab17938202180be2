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
  readonly min?: number;
  readonly max?: number;
}

/** The name of the standard: that of the attribute with spaces between its words. */
export function spaced_name(name: string): string {
  return name.replace(/([a-z])([A-Z][a-z])/g, "$1 $2");
}

/** Every property of MQTT 5, by ascending identifier. */
export const property_table = [
  {
    id: 1,
    name: "PayloadFormatIndicator",
    type: "Byte",
    packets: [3, 99],
    multiple: false,
    min: 0,
    max: 1,
  },
  {
    id: 2,
    name: "MessageExpiryInterval",
    type: "Four Byte Integer",
    packets: [3, 99],
    multiple: false,
    min: 0,
    max: 4294967295,
  },
  {
    id: 3,
    name: "ContentType",
    type: "UTF-8 Encoded String",
    packets: [3, 99],
    multiple: false,
  },
  {
    id: 8,
    name: "ResponseTopic",
    type: "UTF-8 Encoded String",
    packets: [3, 99],
    multiple: false,
  },
  {
    id: 9,
    name: "CorrelationData",
    type: "Binary Data",
    packets: [3, 99],
    multiple: false,
  },
  {
    id: 11,
    name: "SubscriptionIdentifier",
    type: "Variable Byte Integer",
    packets: [3, 8],
    multiple: true,
    min: 1,
    max: 268435455,
  },
  {
    id: 17,
    name: "SessionExpiryInterval",
    type: "Four Byte Integer",
    packets: [1, 2, 14],
    multiple: false,
    min: 0,
    max: 4294967295,
  },
  {
    id: 18,
    name: "AssignedClientIdentifier",
    type: "UTF-8 Encoded String",
    packets: [2],
    multiple: false,
  },
  {
    id: 19,
    name: "ServerKeepAlive",
    type: "Two Byte Integer",
    packets: [2],
    multiple: false,
    min: 0,
    max: 65535,
  },
  {
    id: 21,
    name: "AuthenticationMethod",
    type: "UTF-8 Encoded String",
    packets: [1, 2, 15],
    multiple: false,
  },
  {
    id: 22,
    name: "AuthenticationData",
    type: "Binary Data",
    packets: [1, 2, 15],
    multiple: false,
  },
  {
    id: 23,
    name: "RequestProblemInformation",
    type: "Byte",
    packets: [1],
    multiple: false,
    min: 0,
    max: 1,
  },
  {
    id: 24,
    name: "WillDelayInterval",
    type: "Four Byte Integer",
    packets: [99],
    multiple: false,
    min: 0,
    max: 4294967295,
  },
  {
    id: 25,
    name: "RequestResponseInformation",
    type: "Byte",
    packets: [1],
    multiple: false,
    min: 0,
    max: 1,
  },
  {
    id: 26,
    name: "ResponseInformation",
    type: "UTF-8 Encoded String",
    packets: [2],
    multiple: false,
  },
  {
    id: 28,
    name: "ServerReference",
    type: "UTF-8 Encoded String",
    packets: [2, 14],
    multiple: false,
  },
  {
    id: 31,
    name: "ReasonString",
    type: "UTF-8 Encoded String",
    packets: [2, 4, 5, 6, 7, 9, 11, 14, 15],
    multiple: false,
  },
  {
    id: 33,
    name: "ReceiveMaximum",
    type: "Two Byte Integer",
    packets: [1, 2],
    multiple: false,
    min: 1,
    max: 65535,
  },
  {
    id: 34,
    name: "TopicAliasMaximum",
    type: "Two Byte Integer",
    packets: [1, 2],
    multiple: false,
    min: 0,
    max: 65535,
  },
  {
    id: 35,
    name: "TopicAlias",
    type: "Two Byte Integer",
    packets: [3],
    multiple: false,
    min: 1,
    max: 65535,
  },
  {
    id: 36,
    name: "MaximumQoS",
    type: "Byte",
    packets: [2],
    multiple: false,
    min: 0,
    max: 1,
  },
  {
    id: 37,
    name: "RetainAvailable",
    type: "Byte",
    packets: [2],
    multiple: false,
    min: 0,
    max: 1,
  },
  {
    id: 38,
    name: "UserProperty",
    type: "UTF-8 String Pair",
    packets: [1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 14, 15, 99],
    multiple: true,
  },
  {
    id: 39,
    name: "MaximumPacketSize",
    type: "Four Byte Integer",
    packets: [1, 2],
    multiple: false,
    min: 1,
    max: 4294967295,
  },
  {
    id: 40,
    name: "WildcardSubscriptionAvailable",
    type: "Byte",
    packets: [2],
    multiple: false,
    min: 0,
    max: 1,
  },
  {
    id: 41,
    name: "SubscriptionIdentifierAvailable",
    type: "Byte",
    packets: [2],
    multiple: false,
    min: 0,
    max: 1,
  },
  {
    id: 42,
    name: "SharedSubscriptionAvailable",
    type: "Byte",
    packets: [2],
    multiple: false,
    min: 0,
    max: 1,
  },
] as const satisfies readonly PropertyRow[];
