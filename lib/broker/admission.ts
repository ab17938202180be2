// Decides who may come in: what of a CONNECT makes a refusal, whatever the program says, and how CONNACK says it in each
// version (3.1.4, 3.2).

import type { ConnackPacket, ConnectPacket } from "../codec/packets.ts";
import { PacketTypes } from "../model/packettypes.ts";
import { Properties } from "../model/properties.ts";
import type { CoreSettings } from "./settings.ts";

/** No packet can be larger (2.1.4). */
export const LARGEST_PACKET = 268_435_460;
const LARGEST_RECEIVE_MAXIMUM = 65_535;
const FOR_EVER = 0xffff_ffff;

/** 0, or the reason code with which a CONNECT is refused before anybody is asked. */
export function fault_of({ version, client_id, clean, properties }: ConnectPacket): number {
  // [MQTT-3.1.3-8] of 3.1.1; 3.1 knows no client without an id (3.1).
  if (client_id === "" && (version === 3 || (version === 4 && !clean))) return 0x85;
  // There is no extended authentication here (4.12).
  if (properties?.AuthenticationMethod !== undefined) return 0x8c;
  return 0;
}

/** How long the session outlives the connection: on 3.x for ever, unless it is a clean one (3.1.2.4 of 3.1.1). */
export function expiry_ms_of({ version, clean, properties }: ConnectPacket): number {
  if (version < 5) return clean ? 0 : Number.POSITIVE_INFINITY;
  return expiry_ms(properties?.SessionExpiryInterval ?? 0);
}

/** Milliseconds for a Session Expiry Interval of MQTT 5. */
export function expiry_ms(interval: number): number {
  return interval === FOR_EVER ? Number.POSITIVE_INFINITY : interval * 1000;
}

/** @param client_id the one that it has, given or chosen. */
export function acceptance(
  packet: ConnectPacket,
  client_id: string,
  session_present: boolean,
  settings: CoreSettings,
): ConnackPacket {
  const { max_packet_size, receive_maximum, topic_alias_maximum } = settings;
  const properties = new Properties(PacketTypes.CONNACK);
  if (packet.client_id === "") properties.AssignedClientIdentifier = client_id; // [MQTT-3.2.2-16]
  if (topic_alias_maximum > 0) properties.TopicAliasMaximum = topic_alias_maximum;
  if (max_packet_size < LARGEST_PACKET) properties.MaximumPacketSize = max_packet_size;
  if (receive_maximum < LARGEST_RECEIVE_MAXIMUM) properties.ReceiveMaximum = receive_maximum;
  return {
    type: PacketTypes.CONNACK,
    // 3.1 has no such flag.
    session_present: session_present && packet.version > 3,
    reason_code: 0,
    properties: properties.isEmpty() ? null : properties,
  };
}

/** The return codes of 3.x for what MQTT 5 calls so; all others are "server unavailable". */
const return_codes: Readonly<Record<number, number>> = {
  132: 1, // unsupported protocol version
  133: 2, // client identifier not valid
  134: 4, // bad user name or password
  135: 5, // not authorized
  138: 5, // banned
  140: 5, // bad authentication method
};

export function refusal(reason_code: number, version: 3 | 4 | 5): ConnackPacket {
  const code = version === 5 ? reason_code : (return_codes[reason_code] ?? 3);
  return { type: PacketTypes.CONNACK, session_present: false, reason_code: code, properties: null };
}
