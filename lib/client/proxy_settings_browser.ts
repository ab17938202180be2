// Decides what proxy_set() takes in what is built for browsers, where it stands in for proxy_settings.ts: nothing.

import { ValueError } from "../model/errors.ts";
import type { ProxyArguments } from "./proxy_settings.ts";

export type { ProxyArguments } from "./proxy_settings.ts";

export const proxy_parameters = [
  "proxy_type",
  "proxy_addr",
  "proxy_port",
  "proxy_rdns",
  "proxy_username",
  "proxy_password",
] as const satisfies readonly (keyof ProxyArguments)[];

/** @throws ValueError always. */
export function proxy_of(): never {
  throw new ValueError("a browser uses the proxy of its own settings: leave proxy_set() out", {
    code: "ERR_MQTT_UNSUPPORTED",
  });
}
