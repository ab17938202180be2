// Decides that a page cannot ask DNS, where it stands in for service.ts.

import { ValueError } from "../model/errors.ts";
import type { Source } from "./servers.ts";

export function aim_at_service(): never {
  throw no_dns();
}

export function service(): Source {
  throw no_dns();
}

function no_dns(): ValueError {
  return new ValueError("a browser cannot ask DNS for servers: use connect() with the URL of the broker", {
    code: "ERR_MQTT_UNSUPPORTED",
  });
}
