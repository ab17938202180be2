// Decides what `karere/blocking` and its modules are in a browser: an error that says what to import instead. The names
// are there, so that it is this error that is seen, and none of a bundler's about a missing name.

import { MQTTException } from "../model/errors.ts";

export * from "../client/index.ts";

const nothing = undefined as never;
export const __version__ = nothing;
export const EOFError = nothing;
export const input = nothing;
export const client = nothing;
export const publish = nothing;
export const subscribe = nothing;
export const time = nothing;
export const single = nothing;
export const multiple = nothing;
export const simple = nothing;
export const callback = nothing;
export const sleep = nothing;
export const monotonic = nothing;

throw new MQTTException(
  'karere/blocking cannot run in a browser, where no script may wait: import from "karere" instead, and await what waits',
  { code: "ERR_MQTT_UNSUPPORTED" },
);
