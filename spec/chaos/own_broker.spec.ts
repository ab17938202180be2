// Both versions at a time over wires that break, to our own broker.

import { describe, it } from "@jest/globals";
import { ours, spec_name, suite_name, time_limit, try_out } from "./disturbed_run.ts";

describe(suite_name("karere/broker"), () => {
  it(
    `${spec_name}, on MQTT 3.1.1 and on 5`,
    async () => {
      await Promise.all([try_out(4, ours), try_out(5, ours)]);
    },
    time_limit,
  );
});
