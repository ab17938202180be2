// Decides what leaves without standing in any line: QoS 0 messages and acknowledgements that need nothing but to leave,
// when nothing waits before them. They are written at once; messages are told by their tickets when they are gone.

import type { PubackPacket, PubcompPacket, PubrecPacket, PubrelPacket } from "../codec/packets.ts";
import type { TopicBytes } from "../codec/topic_bytes.ts";
import { PacketTypes } from "../model/packettypes.ts";
import { surely_allows } from "./limits.ts";
import type { Link, Outgoing } from "./link.ts";
import type { Ticket } from "./outbound_message.ts";

/** How much of the link's output such a message may find before it. */
const ROOM_BYTES = 256 * 1024;
/** A larger one is not worth the haste. */
const LARGEST_PAYLOAD = 4096;

type Acknowledgement = PubackPacket | PubrecPacket | PubrelPacket | PubcompPacket;

/** A QoS 0 message without properties. */
export interface PlainMessage {
  readonly topic: string;
  /** Bytes, or text that is well formed. */
  readonly payload: Uint8Array | string;
  readonly retain: boolean;
}

/** Writes an acknowledgement, if it says nothing but its packet id and need not wait behind others. */
export function acknowledges(packet: Outgoing["packet"], link: Link): boolean {
  if (link.acceptance === null || link.ending !== null || link.outgoing.length > 0) return false;
  if (link.output.length > ROOM_BYTES || !is_plain_acknowledgement(packet)) return false;
  link.output.acknowledge(packet.type, packet.mid);
  return true;
}

/** Whether it says no more than which packet it acknowledges. */
export function is_plain_acknowledgement(packet: Outgoing["packet"]): packet is Acknowledgement {
  return (
    packet.type >= PacketTypes.PUBACK &&
    packet.type <= PacketTypes.PUBCOMP &&
    (packet as Acknowledgement).reason_code === 0 &&
    (packet as Acknowledgement).properties === null
  );
}

/**
 * Writes a message, if it need not wait. If not, it has to stand in the queue, where limits, errors and the log are seen
 * to.
 *
 * @param topics the topics that were published to before, and so are legal ones.
 */
export function passes(message: PlainMessage, ticket: Ticket, link: Link, topics: TopicBytes): boolean {
  const { acceptance, reading, output } = link;
  if (acceptance === null || reading === null || link.ending !== null || link.outgoing.length > 0)
    return false;
  const { payload, retain } = message;
  if (output.length > ROOM_BYTES || payload.length > LARGEST_PAYLOAD) return false;
  const topic = topics.known(message.topic);
  if (topic === undefined) return false;
  if (!surely_allows(acceptance.limits, 0, retain, topic.length + 3 * payload.length)) return false;
  output.publish(retain ? 1 : 0, topic, payload, 0, reading.connect.version);
  link.leaving.push(ticket);
  return true;
}
