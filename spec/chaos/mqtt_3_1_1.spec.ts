// MQTT 3.1.1 over wires that break.

import { it } from "@jest/globals";
import { describe_mosquitto } from "../support/mosquitto.ts";
import { spec_name, suite_name, theirs, time_limit, try_out } from "./disturbed_run.ts";

describe_mosquitto(suite_name("mosquitto"), () => {
  it(`${spec_name}, on MQTT 3.1.1`, () => try_out(4, theirs), time_limit);
});
