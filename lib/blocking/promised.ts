// Decides what is said of a function that has returned a promise where only a value helps.

import { MQTTException } from "../model/errors.ts";

export function promise_error(): MQTTException {
  return new MQTTException(
    "it has returned a promise, and nothing asynchronous goes on while a blocking call waits: return the value itself",
    { code: "ERR_MQTT_UNSUPPORTED" },
  );
}
