// Decides how a spec of the core writes packets and publications down: what it does not say has the usual value.

import type {
  ConnackPacket,
  ConnectPacket,
  DisconnectPacket,
  PingreqPacket,
  PingrespPacket,
  PubackPacket,
  PubcompPacket,
  PublishPacket,
  PubrecPacket,
  PubrelPacket,
  SubackPacket,
  SubscribePacket,
  Subscription,
  UnsubackPacket,
  UnsubscribePacket,
} from "../../lib/codec/packets.ts";
import { type PacketType, PacketTypes } from "../../lib/model/packettypes.ts";
import { Properties, type PropertyValues } from "../../lib/model/properties.ts";
import type { Publication } from "../../lib/protocol/outbound_message.ts";
import type { SessionSettings } from "../../lib/protocol/settings.ts";

export const pingreq: PingreqPacket = { type: PacketTypes.PINGREQ };
export const pingresp: PingrespPacket = { type: PacketTypes.PINGRESP };

export function connect(rest: Partial<ConnectPacket> = {}): ConnectPacket {
  return {
    type: PacketTypes.CONNECT,
    version: 4,
    bridge: false,
    clean: true,
    keepalive: 60,
    client_id: "me",
    username: null,
    password: null,
    will: null,
    properties: null,
    ...rest,
  };
}

export function connack(
  rest: Partial<Pick<ConnackPacket, "session_present" | "reason_code">> = {},
  properties: PropertyValues<2> | null = null,
): ConnackPacket {
  const values = { session_present: false, reason_code: 0, ...rest };
  return { type: PacketTypes.CONNACK, ...values, properties: props(PacketTypes.CONNACK, properties) };
}

export function publish(
  topic: string,
  payload = "",
  rest: Partial<Pick<PublishPacket, "dup" | "qos" | "retain" | "mid">> = {},
  properties: PropertyValues<3> | null = null,
): PublishPacket {
  return {
    type: PacketTypes.PUBLISH,
    dup: false,
    qos: 0,
    retain: false,
    topic,
    mid: 0,
    payload: Buffer.from(payload),
    ...rest,
    properties: props(PacketTypes.PUBLISH, properties),
  };
}

export function puback(mid: number, reason_code = 0): PubackPacket {
  return { type: PacketTypes.PUBACK, mid, reason_code, properties: null };
}

export function pubrec(mid: number, reason_code = 0): PubrecPacket {
  return { type: PacketTypes.PUBREC, mid, reason_code, properties: null };
}

export function pubrel(mid: number, reason_code = 0): PubrelPacket {
  return { type: PacketTypes.PUBREL, mid, reason_code, properties: null };
}

export function pubcomp(mid: number, reason_code = 0): PubcompPacket {
  return { type: PacketTypes.PUBCOMP, mid, reason_code, properties: null };
}

export function subscribe(
  mid: number,
  filters: readonly (string | Partial<Subscription>)[],
  properties: PropertyValues<8> | null = null,
): SubscribePacket {
  const subscriptions = filters.map((filter) => subscription(filter));
  return { type: PacketTypes.SUBSCRIBE, mid, subscriptions, properties: props(8, properties) };
}

export function suback(mid: number, ...reason_codes: number[]): SubackPacket {
  return { type: PacketTypes.SUBACK, mid, reason_codes, properties: null };
}

export function unsubscribe(mid: number, filters: string[]): UnsubscribePacket {
  return { type: PacketTypes.UNSUBSCRIBE, mid, filters, properties: null };
}

export function unsuback(mid: number, ...reason_codes: number[]): UnsubackPacket {
  return { type: PacketTypes.UNSUBACK, mid, reason_codes, properties: null };
}

export function disconnect(reason_code = 0, properties: PropertyValues<14> | null = null): DisconnectPacket {
  return { type: PacketTypes.DISCONNECT, reason_code, properties: props(14, properties) };
}

/** One filter of a SUBSCRIBE, with QoS 0 and no option. */
export function subscription(given: string | Partial<Subscription>): Subscription {
  const rest = typeof given === "string" ? { filter: given } : given;
  return { filter: "t", qos: 0, no_local: false, retain_as_published: false, retain_handling: 0, ...rest };
}

/** What a user publishes; to topic "t" with QoS 1 where nothing else is said. */
export function publication(
  payload: string | Uint8Array = "",
  rest: Partial<Omit<Publication, "payload" | "properties">> = {},
  properties: PropertyValues<3> | null = null,
): Publication {
  return {
    topic: "t",
    payload: typeof payload === "string" ? Buffer.from(payload) : payload,
    qos: 1,
    retain: false,
    ...rest,
    properties: props(PacketTypes.PUBLISH, properties),
  };
}

/** Settings of a plain client of MQTT 3.1.1 that keeps its session, with a keepalive of a minute. */
export function settings(rest: Partial<SessionSettings> = {}): SessionSettings {
  return {
    version: 4,
    client_id: "me",
    random_client_id: () => "spare",
    clean: "first",
    keepalive: 60,
    username: null,
    password: null,
    will: null,
    bridge: false,
    connect_properties: null,
    retry_refused: true,
    resubscribe: true,
    max_inflight: 20,
    max_queued_messages: 0,
    max_queued_age_ms: 0,
    max_queued_bytes: 0,
    queue_policy: "reject",
    queue_qos0: false,
    max_packet_size: 1_000_000,
    ...rest,
  };
}

/** Properties of a packet, or null. */
export function props<T extends PacketType>(type: T, values: PropertyValues<T> | null): Properties<T> | null {
  return values === null ? null : new Properties(type, values);
}
