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
  /** The name of the standard. */
  readonly spaced: string;
  readonly type: WireType;
  /** The packets that may carry it; 99 is the will. */
  readonly packets: readonly PacketType[];
  /** Whether a packet may carry it more than once (a SUBSCRIBE still has one SubscriptionIdentifier at most, 3.8.2.1.2). */
  readonly multiple: boolean;
  /** The smallest and the largest legal number, for the integer types. */
  readonly min?: number;
  readonly max?: number;
}

/** Every property of MQTT 5, by ascending identifier. */
export const property_table = [
  {
    id: 1,
    name: "PayloadFormatIndicator",
    spaced: "Payload Format Indicator",
    type: "Byte",
    packets: [3, 99],
    multiple: false,
    min: 0,
    max: 1,
  },
  {
    id: 2,
    name: "MessageExpiryInterval",
    spaced: "Message Expiry Interval",
    type: "Four Byte Integer",
    packets: [3, 99],
    multiple: false,
    min: 0,
    max: 4294967295,
  },
  {
    id: 3,
    name: "ContentType",
    spaced: "Content Type",
    type: "UTF-8 Encoded String",
    packets: [3, 99],
    multiple: false,
  },
  {
    id: 8,
    name: "ResponseTopic",
    spaced: "Response Topic",
    type: "UTF-8 Encoded String",
    packets: [3, 99],
    multiple: false,
  },
  {
    id: 9,
    name: "CorrelationData",
    spaced: "Correlation Data",
    type: "Binary Data",
    packets: [3, 99],
    multiple: false,
  },
  {
    id: 11,
    name: "SubscriptionIdentifier",
    spaced: "Subscription Identifier",
    type: "Variable Byte Integer",
    packets: [3, 8],
    multiple: true,
    min: 1,
    max: 268435455,
  },
  {
    id: 17,
    name: "SessionExpiryInterval",
    spaced: "Session Expiry Interval",
    type: "Four Byte Integer",
    packets: [1, 2, 14],
    multiple: false,
    min: 0,
    max: 4294967295,
  },
  {
    id: 18,
    name: "AssignedClientIdentifier",
    spaced: "Assigned Client Identifier",
    type: "UTF-8 Encoded String",
    packets: [2],
    multiple: false,
  },
  {
    id: 19,
    name: "ServerKeepAlive",
    spaced: "Server Keep Alive",
    type: "Two Byte Integer",
    packets: [2],
    multiple: false,
    min: 0,
    max: 65535,
  },
  {
    id: 21,
    name: "AuthenticationMethod",
    spaced: "Authentication Method",
    type: "UTF-8 Encoded String",
    packets: [1, 2, 15],
    multiple: false,
  },
  {
    id: 22,
    name: "AuthenticationData",
    spaced: "Authentication Data",
    type: "Binary Data",
    packets: [1, 2, 15],
    multiple: false,
  },
  {
    id: 23,
    name: "RequestProblemInformation",
    spaced: "Request Problem Information",
    type: "Byte",
    packets: [1],
    multiple: false,
    min: 0,
    max: 1,
  },
  {
    id: 24,
    name: "WillDelayInterval",
    spaced: "Will Delay Interval",
    type: "Four Byte Integer",
    packets: [99],
    multiple: false,
    min: 0,
    max: 4294967295,
  },
  {
    id: 25,
    name: "RequestResponseInformation",
    spaced: "Request Response Information",
    type: "Byte",
    packets: [1],
    multiple: false,
    min: 0,
    max: 1,
  },
  {
    id: 26,
    name: "ResponseInformation",
    spaced: "Response Information",
    type: "UTF-8 Encoded String",
    packets: [2],
    multiple: false,
  },
  {
    id: 28,
    name: "ServerReference",
    spaced: "Server Reference",
    type: "UTF-8 Encoded String",
    packets: [2, 14],
    multiple: false,
  },
  {
    id: 31,
    name: "ReasonString",
    spaced: "Reason String",
    type: "UTF-8 Encoded String",
    packets: [2, 4, 5, 6, 7, 9, 11, 14, 15],
    multiple: false,
  },
  {
    id: 33,
    name: "ReceiveMaximum",
    spaced: "Receive Maximum",
    type: "Two Byte Integer",
    packets: [1, 2],
    multiple: false,
    min: 1,
    max: 65535,
  },
  {
    id: 34,
    name: "TopicAliasMaximum",
    spaced: "Topic Alias Maximum",
    type: "Two Byte Integer",
    packets: [1, 2],
    multiple: false,
    min: 0,
    max: 65535,
  },
  {
    id: 35,
    name: "TopicAlias",
    spaced: "Topic Alias",
    type: "Two Byte Integer",
    packets: [3],
    multiple: false,
    min: 1,
    max: 65535,
  },
  {
    id: 36,
    name: "MaximumQoS",
    spaced: "Maximum QoS",
    type: "Byte",
    packets: [2],
    multiple: false,
    min: 0,
    max: 1,
  },
  {
    id: 37,
    name: "RetainAvailable",
    spaced: "Retain Available",
    type: "Byte",
    packets: [2],
    multiple: false,
    min: 0,
    max: 1,
  },
  {
    id: 38,
    name: "UserProperty",
    spaced: "User Property",
    type: "UTF-8 String Pair",
    packets: [1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 14, 15, 99],
    multiple: true,
  },
  {
    id: 39,
    name: "MaximumPacketSize",
    spaced: "Maximum Packet Size",
    type: "Four Byte Integer",
    packets: [1, 2],
    multiple: false,
    min: 1,
    max: 4294967295,
  },
  {
    id: 40,
    name: "WildcardSubscriptionAvailable",
    spaced: "Wildcard Subscription Available",
    type: "Byte",
    packets: [2],
    multiple: false,
    min: 0,
    max: 1,
  },
  {
    id: 41,
    name: "SubscriptionIdentifierAvailable",
    spaced: "Subscription Identifier Available",
    type: "Byte",
    packets: [2],
    multiple: false,
    min: 0,
    max: 1,
  },
  {
    id: 42,
    name: "SharedSubscriptionAvailable",
    spaced: "Shared Subscription Available",
    type: "Byte",
    packets: [2],
    multiple: false,
    min: 0,
    max: 1,
  },
] as const satisfies readonly PropertyRow[];
