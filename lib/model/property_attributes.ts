// Decides which attributes the type `Properties<P>` has for a packet type: names follow the property table, value
// types are written out here so that an editor shows what each means.

import type { Bytes } from "./bytes.ts";
import type { PacketType } from "./packettypes.ts";
import type { property_table } from "./property_table.ts";

type Row = (typeof property_table)[number];

/** The names of the properties that a packet type may carry; for several types those of all. */
export type PropertyName<P extends PacketType = PacketType> = Row extends infer R extends Row
  ? R extends Row
    ? P & R["packets"][number] extends never
      ? never
      : R["name"]
    : never
  : never;

/** The properties that hold one value. An absent one reads as undefined. */
export interface SinglePropertyValues {
  /** 1: the payload is UTF-8 text; 0: unspecified bytes. Default 0. */
  PayloadFormatIndicator?: number | undefined;
  /** Lifetime of the message in seconds; absent: it does not expire. */
  MessageExpiryInterval?: number | undefined;
  /** What the payload is, for example a MIME type. */
  ContentType?: string | undefined;
  /** The topic for an answer; no wildcards. */
  ResponseTopic?: string | undefined;
  /** Bytes by which the asker recognises the answer. */
  CorrelationData?: Uint8Array | undefined;
  /** How long the broker keeps the session after the connection ends, in seconds; 4294967295: for ever. Default 0. */
  SessionExpiryInterval?: number | undefined;
  /** The client id that the broker chose. */
  AssignedClientIdentifier?: string | undefined;
  /** The keepalive time that the broker demands, in seconds. */
  ServerKeepAlive?: number | undefined;
  /** The name of the extended authentication. */
  AuthenticationMethod?: string | undefined;
  /** Bytes of the extended authentication. */
  AuthenticationData?: Uint8Array | undefined;
  /** 0: the broker sends reason strings and user properties only where it must. Default 1. */
  RequestProblemInformation?: number | undefined;
  /** How long the broker waits before it publishes the will, in seconds. Default 0. */
  WillDelayInterval?: number | undefined;
  /** 1: asks the broker for ResponseInformation. Default 0. */
  RequestResponseInformation?: number | undefined;
  /** The start of topics that the client may use for answers. */
  ResponseInformation?: string | undefined;
  /** Another server to use. */
  ServerReference?: string | undefined;
  /** The reason in words, for people to read. */
  ReasonString?: string | undefined;
  /** How many QoS 1 and 2 messages may be unacknowledged at a time, 1 to 65535. Default 65535. */
  ReceiveMaximum?: number | undefined;
  /** The highest topic alias that the sender of this packet accepts. Default 0: none. */
  TopicAliasMaximum?: number | undefined;
  /** A number that stands for the topic, 1 to 65535. */
  TopicAlias?: number | undefined;
  /** The highest QoS of the broker, 0 or 1. Absent: 2. */
  MaximumQoS?: number | undefined;
  /** 0: the broker keeps no retained messages. Default 1. */
  RetainAvailable?: number | undefined;
  /** The largest packet that its sender accepts, in bytes, 1 to 4294967295. Absent: no limit. */
  MaximumPacketSize?: number | undefined;
  /** 0: the broker accepts no wildcards in topic filters. Default 1. */
  WildcardSubscriptionAvailable?: number | undefined;
  /** 0: the broker accepts no subscription identifiers. Default 1. */
  SubscriptionIdentifierAvailable?: number | undefined;
  /** 0: the broker accepts no shared subscriptions. Default 1. */
  SharedSubscriptionAvailable?: number | undefined;
}

interface UserPropertyAttribute {
  /**
   * Names and values of the application's own. Reading gives all pairs; each assignment of a pair or of a list of
   * pairs adds to them; undefined removes all.
   */
  get UserProperty(): [string, string][] | undefined;
  set UserProperty(value: readonly [string, string] | readonly (readonly [string, string])[] | undefined);
}

interface SubscriptionIdentifierAttribute {
  /**
   * Numbers from 1 to 268435455 that tell which subscriptions a message came by. Reading gives a list; each
   * assignment of a number or a list adds to it (a SUBSCRIBE carries one at most); undefined removes all.
   */
  get SubscriptionIdentifier(): number[] | undefined;
  set SubscriptionIdentifier(value: number | readonly number[] | undefined);
}

type WithSubscriptionIdentifier = Extract<Row, { name: "SubscriptionIdentifier" }>["packets"][number];
type WithUserProperty = Extract<Row, { name: "UserProperty" }>["packets"][number];

type UserPropertyOf<P extends PacketType> = P & WithUserProperty extends never
  ? unknown
  : UserPropertyAttribute;

// For a mixture of packet types the attribute must be optional, or the packets without it would not fit.
type SubscriptionIdentifierOf<P extends PacketType> = [P] extends [WithSubscriptionIdentifier]
  ? SubscriptionIdentifierAttribute
  : P & WithSubscriptionIdentifier extends never
    ? unknown
    : { SubscriptionIdentifier?: number[] | undefined };

/** The attributes of `Properties` for a packet type. */
export type PropertyAttributes<P extends PacketType> = Pick<
  SinglePropertyValues,
  PropertyName<P> & keyof SinglePropertyValues
> &
  UserPropertyOf<P> &
  SubscriptionIdentifierOf<P>;

interface AllPropertyValues extends SinglePropertyValues {
  /** One pair, or a list of pairs. */
  UserProperty?: readonly [string, string] | readonly (readonly [string, string])[] | undefined;
  /** One number from 1 to 268435455, or a list. */
  SubscriptionIdentifier?: number | readonly number[] | undefined;
}

/** What the constructor of `Properties` takes as its second argument. */
export type PropertyValues<P extends PacketType = PacketType> = Pick<AllPropertyValues, PropertyName<P>>;

/** What `json()` gives: the present properties by name, in the order of the standard. */
export type PropertiesJson = Partial<
  Record<PropertyName, number | string | Bytes | number[] | [string, string][]>
>;
