// What is published on MQTT 3.1.1 over a wire that breaks every few packets all arrives.

import { MQTTProtocolVersion } from "../../lib/client/index.ts";
import { describe_chaos } from "./disturbed_run.ts";

describe_chaos("MQTT 3.1.1", MQTTProtocolVersion.MQTTv311);
