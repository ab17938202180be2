// Decides what the end of a link is called: the code that a loop gives, and the error of those who wait for a message.

import { MQTTErrorCode } from "../model/enums.ts";
import { MQTTException, RuntimeError } from "../model/errors.ts";
import type { CloseCause } from "../protocol/outputs.ts";

const { MQTT_ERR_SUCCESS, MQTT_ERR_CONN_LOST, MQTT_ERR_KEEPALIVE } = MQTTErrorCode;

/** What a loop says of the end of a link: paho knows no code of its own for silence there. */
export function loop_code({ rc }: CloseCause): MQTTErrorCode {
  return rc === MQTT_ERR_KEEPALIVE || rc === MQTT_ERR_SUCCESS ? MQTT_ERR_CONN_LOST : rc;
}

export function closed_error(): RuntimeError {
  return new RuntimeError(
    "the client was disconnected before the message was acknowledged; it is sent by a later connect()",
    {
      code: "ERR_MQTT_CLOSED",
    },
  );
}

/** What those are told who wait for a message when the link is gone and nobody opens another. */
export function lost_error(cause: Error | null): MQTTException {
  if (cause instanceof MQTTException && cause.code === "ERR_MQTT_CONNECT_REFUSED") return cause;
  return new RuntimeError(
    "the connection was lost before the message was acknowledged; it is sent by a later reconnect()",
    {
      code: "ERR_MQTT_CONNECTION_LOST",
      cause,
    },
  );
}
