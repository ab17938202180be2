// Decides what CONNECT says and what a CONNACK means; changes nothing itself.

import type { ConnackPacket, ConnectPacket } from "../codec/packets.ts";
import { MQTTErrorCode } from "../model/enums.ts";
import { MQTTException, ProtocolError } from "../model/errors.ts";
import { PacketTypes } from "../model/packettypes.ts";
import { ReasonCode } from "../model/reasoncodes.ts";
import { convert_connack_rc_to_reason_code } from "../model/strings.ts";
import type { SessionSettings } from "./settings.ts";

/** What earlier handshakes have taught about this broker; outlives links. */
export interface Acquaintance {
  /** 3 after a broker refused 3.1.1. */
  version: 3 | 4 | 5;
  /** The id in use: the configured one, the broker's choice, or a random one. */
  client_id: string;
  /** Whether any CONNECT has succeeded yet. */
  accepted_before: boolean;
}

export function connect_packet(settings: SessionSettings, known: Acquaintance): ConnectPacket {
  return {
    type: PacketTypes.CONNECT,
    version: known.version,
    bridge: settings.bridge,
    clean: settings.clean === "first" ? !known.accepted_before : settings.clean,
    keepalive: settings.keepalive,
    // 3.1 has no empty client id.
    client_id: known.client_id === "" && known.version === 3 ? settings.random_client_id() : known.client_id,
    username: settings.username,
    password: settings.password,
    will: settings.will,
    properties: known.version === 5 ? settings.connect_properties : null,
  };
}

/**
 * What has become of the session on the broker's side. `unknown`: 3.1 has no flag to say so. Exchanges then go on as if
 * it were kept, and filters are asked for again as if it were lost: both do no harm where the guess is wrong.
 */
export type SessionFate = "kept" | "lost" | "unknown";

export type Verdict =
  | { readonly type: "accepted"; readonly session: SessionFate }
  | { readonly type: "refused"; readonly rc: MQTTErrorCode; readonly error: MQTTException }
  | { readonly type: "retry"; readonly with: Partial<Acquaintance>; readonly text: string }
  | { readonly type: "violation"; readonly error: ProtocolError };

/** What `packet` means as the answer to `connect`. */
export function judge_connack(
  packet: ConnackPacket,
  connect: ConnectPacket,
  settings: SessionSettings,
): Verdict {
  if (packet.reason_code !== 0) return judge_refusal(packet.reason_code, connect, settings);
  const { version, clean } = connect;
  if (version === 3) return { type: "accepted", session: clean ? "lost" : "unknown" };
  if (packet.session_present && clean) {
    // [MQTT-3.2.2-1] and, on 5, [MQTT-3.2.2-2]
    const error = new ProtocolError(
      "the broker says that it has a session, although a new one was asked for",
    );
    return { type: "violation", error };
  }
  return { type: "accepted", session: packet.session_present ? "kept" : "lost" };
}

function judge_refusal(
  code: number,
  { version, client_id }: ConnectPacket,
  { retry_refused, random_client_id }: SessionSettings,
): Verdict {
  if (retry_refused && version === 4) {
    if (code === 1) {
      return { type: "retry", with: { version: 3 }, text: "the broker refuses MQTT 3.1.1, trying 3.1" };
    }
    if (code === 2 && client_id === "") {
      const text = "the broker refuses an empty client id, trying a random one";
      return { type: "retry", with: { client_id: random_client_id() }, text };
    }
  }
  // As paho: the codes of 3.x that the standard knows are "refused", all others "protocol error". 0x84 is also what a
  // broker that only speaks 3.x answers to MQTT 5.
  const refused = (version !== 5 && code <= 5) || code === 0x84;
  const reason =
    version === 5 ? new ReasonCode(PacketTypes.CONNACK, "", code) : convert_connack_rc_to_reason_code(code);
  const text = `the broker refused the connection: ${reason}`;
  return {
    type: "refused",
    rc: refused ? MQTTErrorCode.MQTT_ERR_CONN_REFUSED : MQTTErrorCode.MQTT_ERR_PROTOCOL,
    error: new MQTTException(text, { code: "ERR_MQTT_CONNECT_REFUSED" }),
  };
}
