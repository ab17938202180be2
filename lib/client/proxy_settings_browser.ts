// Decides what proxy_set() takes in what is built for browsers, where it stands in for proxy_settings.ts: nothing.

import { ValueError } from "../model/errors.ts";

/** @throws ValueError always. */
export function proxy_of(): never {
  throw new ValueError("a browser uses the proxy of its own settings: leave proxy_set() out", {
    code: "ERR_MQTT_UNSUPPORTED",
  });
}
