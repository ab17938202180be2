// What is published on MQTT 5 over a wire that breaks every few packets all arrives.

import { MQTTProtocolVersion } from "../../lib/client/index.ts";
import { describe_chaos } from "./disturbed_run.ts";

describe_chaos("MQTT 5", MQTTProtocolVersion.MQTTv5);
