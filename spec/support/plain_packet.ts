// Decides how a packet that was read is compared: a PUBLISH of the short way has its payload as a getter, which
// matchers do not look at.

import type { Packet } from "../../lib/codec/packets.ts";

/** The packet with all it says as properties of its own. */
export function plain<P extends Packet>(packet: P): P {
  return "payload" in packet ? { ...packet, payload: packet.payload } : packet;
}
