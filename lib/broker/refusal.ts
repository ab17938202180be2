// Decides what `karere/broker` is in a browser: an error that says what to do instead. The name is there, so that it is this
// error that is seen, and none of a bundler's about a missing name.

import { MQTTException } from "../model/errors.ts";

export const Broker = undefined as never;

throw new MQTTException(
  "karere/broker cannot run in a browser, which cannot listen on a port: run the broker in Node, and connect the page to it",
  { code: "ERR_MQTT_UNSUPPORTED" },
);
