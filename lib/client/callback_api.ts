// Decides what arguments each callback gets: paho's two callback API versions, side by side. Pure: packets in,
// arguments out.

import type { ConnackPacket, SubackPacket, UnsubackPacket } from "../codec/packets.ts";
import type { ConnackCode, MQTTErrorCode } from "../model/enums.ts";
import { ConnectFlags, DisconnectFlags, type MQTTMessage } from "../model/message.ts";
import { type PacketType, PacketTypes } from "../model/packettypes.ts";
import { Properties } from "../model/properties.ts";
import { ReasonCode } from "../model/reasoncodes.ts";
import {
  convert_connack_rc_to_reason_code,
  convert_disconnect_error_code_to_reason_code,
} from "../model/strings.ts";
import type { CloseCause, SessionEvent } from "../protocol/outputs.ts";
import type { Client } from "./client.ts";

/** Whatever the application keeps with the client; see `user_data_set`. */
// biome-ignore lint/suspicious/noExplicitAny: it is the application's own, as in paho; a type here would be a guess.
export type UserData = any;

/** The first argument of `Client`: 1 (VERSION1) or 2 (VERSION2). */
export type ApiVersion = 1 | 2;

type Types = typeof PacketTypes;

/**
 * What VERSION1 gives as a result: a number on 3.x, a `ReasonCode` on MQTT 5. Which of them it is the type cannot know,
 * so it fits where a script takes it for the one or the other.
 */
export type NumberOrReason<N extends number = number> = N & ReasonCode;

/** The shape of one API version; a client whose version the type does not name takes callbacks of any shape. */
// biome-ignore lint/suspicious/noExplicitAny: any is what V is then, and what is asked for.
type Shaped<V, Arguments> = 0 extends 1 & V ? any[] : Arguments;

/** Each callback's arguments, by callback name without `on_`; the names of the events too. */
export interface CallbackArguments<V extends ApiVersion> {
  connect: Shaped<
    V,
    V extends 2
      ? [
          client: Client<V>,
          userdata: UserData,
          flags: ConnectFlags,
          reason_code: ReasonCode,
          properties: Properties<Types["CONNACK"]>,
        ]
      : [
          client: Client<V>,
          userdata: UserData,
          flags: { "session present": 0 | 1 },
          /** A number on 3.x, a `ReasonCode` on MQTT 5. */
          rc: NumberOrReason<ConnackCode>,
          /** Only on MQTT 5. */
          properties?: Properties<Types["CONNACK"]> | null,
        ]
  >;
  connect_fail: [
    client: Client<V>,
    userdata: UserData,
    /** What went wrong. Beyond paho. */
    error: Error,
  ];
  pre_connect: [client: Client<V>, userdata: UserData];
  disconnect: Shaped<
    V,
    V extends 2
      ? [
          client: Client<V>,
          userdata: UserData,
          flags: DisconnectFlags,
          reason_code: ReasonCode,
          properties: Properties<Types["DISCONNECT"]>,
        ]
      : [
          client: Client<V>,
          userdata: UserData,
          /** A number; on MQTT 5 the `ReasonCode` where the broker sent DISCONNECT. */
          rc: NumberOrReason<MQTTErrorCode>,
          /** Only on MQTT 5. */
          properties?: Properties<Types["DISCONNECT"]> | null,
        ]
  >;
  message: [client: Client<V>, userdata: UserData, message: MQTTMessage];
  publish: Shaped<
    V,
    V extends 2
      ? [
          client: Client<V>,
          userdata: UserData,
          mid: number,
          reason_code: ReasonCode,
          properties: Properties<Types["PUBACK"]>,
        ]
      : [client: Client<V>, userdata: UserData, mid: number]
  >;
  subscribe: Shaped<
    V,
    V extends 2
      ? [
          client: Client<V>,
          userdata: UserData,
          mid: number,
          reason_codes: ReasonCode[],
          properties: Properties<Types["SUBACK"]>,
        ]
      : [
          client: Client<V>,
          userdata: UserData,
          mid: number,
          /** Numbers on 3.x, `ReasonCode` objects on MQTT 5. */
          granted_qos: NumberOrReason<number>[],
          /** Only on MQTT 5. */
          properties?: Properties<Types["SUBACK"]>,
        ]
  >;
  unsubscribe: Shaped<
    V,
    V extends 2
      ? [
          client: Client<V>,
          userdata: UserData,
          mid: number,
          reason_codes: ReasonCode[],
          properties: Properties<Types["UNSUBACK"]>,
        ]
      : [
          client: Client<V>,
          userdata: UserData,
          mid: number,
          /** Only on MQTT 5. */
          properties?: Properties<Types["UNSUBACK"]>,
          /** Only on MQTT 5: one for one topic, a list for several. */
          reason_codes?: ReasonCode | ReasonCode[],
        ]
  >;
  log: [client: Client<V>, userdata: UserData, level: number, text: string];
  socket_open: [client: Client<V>, userdata: UserData, socket: unknown];
  socket_close: [client: Client<V>, userdata: UserData, socket: unknown];
  socket_register_write: [client: Client<V>, userdata: UserData, socket: unknown];
  socket_unregister_write: [client: Client<V>, userdata: UserData, socket: unknown];
}

/** What a callback gets after `client` and `userdata`. */
type Rest = unknown[];

/** Which shape a callback gets: the API version that the user chose, the protocol version in use. */
export interface Shape {
  readonly api: ApiVersion;
  readonly version: 3 | 4 | 5;
}

export type PublishedPacket = Extract<SessionEvent, { type: "published" }>["packet"];

export function connect_arguments(
  { api, version }: Shape,
  packet: ConnackPacket,
  session_present: boolean,
): Rest {
  const { reason_code, properties } = packet;
  if (api === 2) {
    return [
      new ConnectFlags(session_present),
      version === 5
        ? new ReasonCode(PacketTypes.CONNACK, "", reason_code)
        : convert_connack_rc_to_reason_code(reason_code as ConnackCode),
      present(properties, PacketTypes.CONNACK),
    ];
  }
  const flags = { "session present": session_present ? 1 : 0 };
  if (version !== 5) return [flags, reason_code];
  return [
    flags,
    new ReasonCode(PacketTypes.CONNACK, "", reason_code),
    present(properties, PacketTypes.CONNACK),
  ];
}

export function disconnect_arguments({ api, version }: Shape, { rc, packet, error }: CloseCause): Rest {
  const sent = packet === null ? null : new ReasonCode(PacketTypes.DISCONNECT, "", packet.reason_code);
  if (api === 2) {
    return [
      new DisconnectFlags(packet !== null, error),
      sent ?? convert_disconnect_error_code_to_reason_code(rc),
      present(packet?.properties ?? null, PacketTypes.DISCONNECT),
    ];
  }
  return version === 5
    ? [sent ?? rc, packet === null ? null : present(packet.properties, PacketTypes.DISCONNECT)]
    : [rc];
}

export function subscribe_arguments({ api, version }: Shape, packet: SubackPacket): Rest {
  const { mid, reason_codes, properties } = packet;
  if (api === 1 && version !== 5) return [mid, reason_codes];
  const codes = reason_codes.map((code) => new ReasonCode(PacketTypes.SUBACK, "", code));
  return [mid, codes, present(properties, PacketTypes.SUBACK)];
}

export function unsubscribe_arguments({ api, version }: Shape, packet: UnsubackPacket): Rest {
  const { mid, reason_codes, properties } = packet;
  const codes = reason_codes.map((code) => new ReasonCode(PacketTypes.UNSUBACK, "", code));
  const all = present(properties, PacketTypes.UNSUBACK);
  if (api === 2) return [mid, codes, all];
  if (version !== 5) return [mid];
  // paho's order, and paho's shape: properties first, then a code or a list of codes.
  return [mid, all, codes.length === 1 ? codes[0] : codes];
}

/** All arguments, those that every callback gets included: it is called for each message. */
export function publish_arguments(
  api: ApiVersion,
  client: unknown,
  userdata: UserData,
  mid: number,
  packet: PublishedPacket,
): unknown[] {
  if (api === 1) return [client, userdata, mid];
  const type = packet?.type ?? PacketTypes.PUBACK;
  const reason_code = new ReasonCode(type, "", packet?.reason_code ?? 0);
  return [client, userdata, mid, reason_code, packet?.properties ?? no_properties[type]];
}

/** What nearly every acknowledgement carries. They can be read only, so that all callbacks can share them. */
const no_properties = {
  [PacketTypes.PUBACK]: Object.freeze(new Properties(PacketTypes.PUBACK)),
  [PacketTypes.PUBREC]: Object.freeze(new Properties(PacketTypes.PUBREC)),
  [PacketTypes.PUBCOMP]: Object.freeze(new Properties(PacketTypes.PUBCOMP)),
};

/** VERSION2 callbacks always get a Properties object. */
function present<T extends PacketType>(properties: Properties<T> | null, type: T): Properties<T> {
  return properties ?? new Properties(type);
}

/**
 * What is wrong with a callback of so many parameters, if their places say something else than it expects. VERSION1 gives
 * no callback 5 arguments on 3.x; VERSION2 gives `on_disconnect` its flags first, while the others only grow at the end,
 * and in JavaScript a shorter function is no mistake.
 */
export function shape_warning({ api, version }: Shape, name: string, parameter_count: number): string | null {
  const is_of_other =
    api === 2 ? name === "disconnect" && parameter_count === 3 : version !== 5 && parameter_count === 5;
  if (!is_of_other) return null;
  const remedy =
    api === 2
      ? "1; with VERSION2 it gets (client, userdata, flags, reason_code, properties)"
      : "2; create the client with new Client(CallbackAPIVersion.VERSION2)";
  return `on_${name} has ${parameter_count} parameters, the shape of VERSION${remedy}`;
}
