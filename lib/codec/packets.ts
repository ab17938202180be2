// Decides the one shape that a control packet has inside the house; knows nothing of bytes.
// Reason codes are plain numbers here: the facade turns them into `ReasonCode` objects.

import type { PacketType, PacketTypes } from "../model/packettypes.ts";
import type { Properties } from "../model/properties.ts";

type Types = typeof PacketTypes;

/** Properties of an MQTT 5 packet; `null` on 3.x and where a packet has none. */
export type PropertiesOf<T extends PacketType> = Properties<T> | null;

export interface WillMessage {
  topic: string;
  payload: Uint8Array;
  qos: 0 | 1 | 2;
  retain: boolean;
  properties: PropertiesOf<Types["WILLMESSAGE"]>;
}

export interface ConnectPacket {
  type: Types["CONNECT"];
  /** 3, 4 or 5: the protocol level (3.1.2.2). */
  version: 3 | 4 | 5;
  /** The top bit of the protocol level, by which a bridge announces itself. */
  bridge: boolean;
  clean: boolean;
  /** In seconds, as on the wire. */
  keepalive: number;
  client_id: string;
  username: string | null;
  password: Uint8Array | null;
  will: WillMessage | null;
  properties: PropertiesOf<Types["CONNECT"]>;
}

export interface ConnackPacket {
  type: Types["CONNACK"];
  session_present: boolean;
  /** The return code on 3.x (0 to 5), the reason code on 5. */
  reason_code: number;
  properties: PropertiesOf<Types["CONNACK"]>;
}

export interface PublishPacket {
  type: Types["PUBLISH"];
  dup: boolean;
  qos: 0 | 1 | 2;
  retain: boolean;
  topic: string;
  /** 0 when qos is 0. */
  mid: number;
  /** Of a packet that came it belongs to whoever gets it. */
  readonly payload: Uint8Array;
  readonly properties: PropertiesOf<Types["PUBLISH"]>;
}

interface Acknowledgement<T extends PacketType> {
  type: T;
  mid: number;
  /** 0 on 3.x, where these packets carry none. */
  reason_code: number;
  properties: PropertiesOf<T>;
}

export type PubackPacket = Acknowledgement<Types["PUBACK"]>;
export type PubrecPacket = Acknowledgement<Types["PUBREC"]>;
export type PubrelPacket = Acknowledgement<Types["PUBREL"]>;
export type PubcompPacket = Acknowledgement<Types["PUBCOMP"]>;

/** A topic filter with the subscription options byte of 3.8.3.1; on 3.x only `qos` is used. */
export interface Subscription {
  filter: string;
  qos: 0 | 1 | 2;
  no_local: boolean;
  retain_as_published: boolean;
  retain_handling: 0 | 1 | 2;
}

export interface SubscribePacket {
  type: Types["SUBSCRIBE"];
  mid: number;
  subscriptions: Subscription[];
  properties: PropertiesOf<Types["SUBSCRIBE"]>;
}

export interface SubackPacket {
  type: Types["SUBACK"];
  mid: number;
  reason_codes: number[];
  properties: PropertiesOf<Types["SUBACK"]>;
}

export interface UnsubscribePacket {
  type: Types["UNSUBSCRIBE"];
  mid: number;
  filters: string[];
  properties: PropertiesOf<Types["UNSUBSCRIBE"]>;
}

export interface UnsubackPacket {
  type: Types["UNSUBACK"];
  mid: number;
  /** Empty on 3.x, where the packet carries none. */
  reason_codes: number[];
  properties: PropertiesOf<Types["UNSUBACK"]>;
}

export interface PingreqPacket {
  type: Types["PINGREQ"];
}

export interface PingrespPacket {
  type: Types["PINGRESP"];
}

export interface DisconnectPacket {
  type: Types["DISCONNECT"];
  /** 0 on 3.x, where the packet carries none. */
  reason_code: number;
  properties: PropertiesOf<Types["DISCONNECT"]>;
}

export interface AuthPacket {
  type: Types["AUTH"];
  reason_code: number;
  properties: PropertiesOf<Types["AUTH"]>;
}

/** Any MQTT control packet, told apart by `type`. */
export type Packet =
  | ConnectPacket
  | ConnackPacket
  | PublishPacket
  | PubackPacket
  | PubrecPacket
  | PubrelPacket
  | PubcompPacket
  | SubscribePacket
  | SubackPacket
  | UnsubscribePacket
  | UnsubackPacket
  | PingreqPacket
  | PingrespPacket
  | DisconnectPacket
  | AuthPacket;
