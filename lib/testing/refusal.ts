// Decides what `karere/testing` is in a browser: an error that says what to do instead. The names are there, so that it is
// this error that is seen, and none of a bundler's about a missing name.

import { MQTTException } from "../model/errors.ts";

const nothing = undefined as never;
export const disturber = nothing;
export const at_packet = nothing;
export const at_random = nothing;
export const using_broker = nothing;
export const using_clock = nothing;

throw new MQTTException(
  "karere/testing cannot run in a browser, which cannot listen on a port: run the disturber and the broker in Node, and connect the page to them",
  { code: "ERR_MQTT_UNSUPPORTED" },
);
