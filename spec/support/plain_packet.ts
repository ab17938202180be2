// Decides how a packet that was read is compared: a PUBLISH of the short way has its payload and its properties as
// getters, which matchers do not look at.

import type { Packet } from "../../lib/codec/packets.ts";

/** The packet with all it says as properties of its own. */
export function plain<P extends Packet>(packet: P): P {
  if (!("payload" in packet)) return packet;
  return { ...packet, payload: packet.payload, properties: packet.properties };
}
