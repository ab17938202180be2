// Decides the English sentence of each error code and return code, and which reason code stands for them.

import { MQTTErrorCode } from "./enums.ts";
import { PacketTypes } from "./packettypes.ts";
import { ReasonCode } from "./reasoncodes.ts";

const UNKNOWN_ERROR = "Something failed for a reason that is not known.";

const error_sentences: Readonly<Record<number, string>> = {
  0: "No error.",
  1: "There was not enough memory.",
  2: "The broker and the client disagreed about the protocol.",
  3: "An argument was not valid.",
  4: "The client is not connected.",
  5: "The broker refused the connection.",
  6: "The message was not found.",
  7: "The connection was lost.",
  8: "TLS failed.",
  9: "The payload is too large.",
  10: "This is not supported.",
  11: "Authorisation failed.",
  12: "The access rules of the broker do not allow this.",
  13: UNKNOWN_ERROR,
  14: "A system call failed.",
  15: "The queue of outgoing messages is full.",
  16: "Nothing came from the broker within the keepalive time.",
};

const connack_sentences: Readonly<Record<number, string>> = {
  0: "The connection was accepted.",
  1: "The connection was refused: the broker does not support this version of MQTT.",
  2: "The connection was refused: the broker does not accept the client id.",
  3: "The connection was refused: the broker is not available.",
  4: "The connection was refused: the user name or the password is wrong.",
  5: "The connection was refused: the client is not authorised.",
};

/**
 * One English sentence for an `MQTTErrorCode`; any other number has the sentence of `MQTT_ERR_UNKNOWN`. For a
 * {@link ReasonCode}, which `on_disconnect` of VERSION1 gets on MQTT 5, its name.
 */
export function error_string(mqtt_errno: number | ReasonCode): string {
  if (mqtt_errno instanceof ReasonCode) return mqtt_errno.getName();
  return error_sentences[mqtt_errno] ?? UNKNOWN_ERROR;
}

/** One English sentence for the return code of a CONNACK; for a {@link ReasonCode} its name. */
export function connack_string(connack_code: number | ReasonCode): string {
  if (connack_code instanceof ReasonCode) return connack_code.getName();
  return connack_sentences[connack_code] ?? "The connection was refused for a reason that is not known.";
}

const UNSPECIFIED_ERROR = 128;
const connack_reasons: Readonly<Record<number, number>> = { 0: 0, 1: 132, 2: 133, 3: 136, 4: 134, 5: 135 };

/** The reason code of MQTT 5 that says what a return code of MQTT 3 says; 128 for an unknown one. */
export function convert_connack_rc_to_reason_code(connack_code: number): ReasonCode {
  return new ReasonCode(PacketTypes.CONNACK, "", connack_reasons[connack_code] ?? UNSPECIFIED_ERROR);
}

const disconnect_reasons: Readonly<Record<number, number>> = {
  [MQTTErrorCode.MQTT_ERR_SUCCESS]: 0,
  [MQTTErrorCode.MQTT_ERR_KEEPALIVE]: 141,
};

/** The reason code with which `on_disconnect` reports the end of a connection that the broker did not explain. */
export function convert_disconnect_error_code_to_reason_code(rc: number): ReasonCode {
  return new ReasonCode(PacketTypes.DISCONNECT, "", disconnect_reasons[rc] ?? UNSPECIFIED_ERROR);
}
