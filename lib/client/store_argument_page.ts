// Decides that the file for a <script> has no stores, where it stands in for store_argument.ts: what a page loads must be
// small, and the other modules for browsers have them.

import { MQTTException } from "../model/errors.ts";
import type { Keeper } from "../network/keeper.ts";

export function check_store(value?: unknown): null {
  if (value === null) return null;
  throw new MQTTException("karere.min.js has no stores: use a bundler, and karere/client", {
    code: "ERR_MQTT_UNSUPPORTED",
  });
}

export function keeper_of(): Keeper | null {
  return null;
}
