// Decides how a scripted broker meets a helper: found, welcomed, and left in good order.

import { packet_bytes } from "../support/packet_bytes.ts";
import type { ScriptedBroker, ScriptedLink } from "../support/scripted_broker.ts";

/** Where a helper finds the broker. */
export function at(broker: ScriptedBroker) {
  return { hostname: "127.0.0.1", port: broker.port };
}

/** The next connection, welcomed. */
export async function welcomed(broker: ScriptedBroker, version = packet_bytes(4)): Promise<ScriptedLink> {
  const link = await broker.accept();
  await link.expect_packet("CONNECT");
  link.send(version.connack());
  return link;
}

/** The helper says goodbye. */
export async function farewell(link: ScriptedLink): Promise<void> {
  await link.expect("e000");
  link.close();
}
