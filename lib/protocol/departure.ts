// Decides what leaves on a link, in which order, and what the limits of its broker stop at the door. Knows nothing of
// phases: a link that has been accepted and is not ending sends.

import { encode } from "../codec/encoder.ts";
import { FULL_BYTES } from "../codec/output.ts";
import type { Packet, SubackPacket, UnsubackPacket } from "../codec/packets.ts";
import type { TopicBytes } from "../codec/topic_bytes.ts";
import type { MQTTException } from "../model/errors.ts";
import { PacketTypes } from "../model/packettypes.ts";
import { type Lack, type Limits, lack_for } from "./limits.ts";
import type { Acceptance, Link, Outgoing } from "./link.ts";
import { expired_error, type Outbound } from "./outbound.ts";
import type { OutboundMessage } from "./outbound_message.ts";
import type { SessionEvent, Work } from "./outputs.ts";
import { is_plain_acknowledgement, left_with, write_queued } from "./passage.ts";
import { publish_packet, refusal } from "./publish_packet.ts";
import type { RequestPacket } from "./requests.ts";

/** A larger packet is handed on as it is, rather than copied to the others. */
const LARGE_BYTES = 16 * 1024;

/** What a departure works on and speaks through. */
export interface DepartureParts {
  readonly outbound: Outbound;
  readonly topics: TopicBytes;
  tell(event: SessionEvent): void;
  trace(mark: ">", packet: Packet): void;
  /** The last `seq` that may leave: what came after it is not safe in the store yet. */
  readonly horizon: number;
  /** Whether anybody wants the packets themselves, for the log. */
  readonly tracing: boolean;
  /** The message has been taken out and will never leave. */
  abandoned(message: OutboundMessage, error: MQTTException): void;
}

/** Who hears the answer to a request that the broker is not asked. */
export interface RequestAnswers {
  on_request_ack(ack: SubackPacket | UnsubackPacket): void;
}

/** What is taken from a link at one time. */
interface Portion {
  readonly link: Link;
  readonly version: 3 | 4 | 5;
  readonly now: number;
  readonly work: Work[];
}

export class Departure {
  readonly #parts: DepartureParts;
  readonly #answers: RequestAnswers;

  constructor(parts: DepartureParts, answers: RequestAnswers) {
    this.#parts = parts;
    this.#answers = answers;
  }

  /** Whether `take` has anything to look at. */
  is_due(link: Link): boolean {
    if (link.urgent.length > 0 || link.output.length > 0) return true;
    if (link.acceptance === null || link.ending !== null) return false;
    if (this.#parts.outbound.next(link.acceptance.limits.window) !== null) return true;
    return link.outgoing.length > 0 && !this.is_held(link);
  }

  /** Whether DISCONNECT is all that is left, and waits for the window to let messages of before it pass. */
  is_held({ outgoing: { first }, drains }: Link): boolean {
    if (!drains || first?.packet.type !== PacketTypes.DISCONNECT) return false;
    return this.#parts.outbound.owes_before(first.seq);
  }

  /** What is due, as far as one portion goes; it counts as sent. A DISCONNECT among it is the last. */
  take(link: Link, now: number): Work[] {
    if (link.reading === null) return [];
    const portion: Portion = { link, version: link.reading.version, now, work: [] };
    for (const packet of link.urgent.splice(0)) this.#emit(packet, encode(packet, portion.version), portion);
    if (link.acceptance !== null) this.#take_in_order(portion, link.acceptance);
    if (link.ending === null || link.ending.flush) this.#flush(portion);
    return portion.work;
  }

  #flush({ link, work, now }: Portion): void {
    if (link.output.length > 0) {
      work.push({ type: "send", bytes: link.output.take() });
      link.acceptance?.keepalive.sent(now);
    }
    const left = left_with(link);
    if (left !== null) this.#parts.tell(left);
  }

  /** Messages and other packets leave in the order in which they were asked for, as far as the window allows. */
  #take_in_order(portion: Portion, acceptance: Acceptance): void {
    const { link } = portion;
    let bytes = 0;
    // A slow link finds the rest still in the queue.
    while (bytes < FULL_BYTES && link.ending === null) {
      const message = this.#parts.outbound.next(acceptance.limits.window);
      const entry = link.outgoing.first;
      const is_message = message !== null && (entry === null || message.seq < entry.seq);
      const seq = is_message ? message.seq : (entry?.seq ?? 0);
      if (seq > this.#parts.horizon) return;
      if (is_message) {
        bytes += this.#publish(message, portion, acceptance);
      } else if (entry !== null && !this.is_held(link)) {
        link.outgoing.remove(entry);
        bytes += this.#send(entry.packet, portion, acceptance);
      } else {
        return;
      }
    }
  }

  /** Returns how many bytes have left. */
  #publish(message: OutboundMessage, portion: Portion, { aliases, limits }: Acceptance): number {
    const { version, now } = portion;
    if (!message.sent && message.useless_at <= now) return this.#abandon(message, expired_error(message));
    const written = this.#parts.tracing ? 0 : write_queued(message, portion.link, this.#parts.topics, now);
    if (written > 0) {
      this.#has_left(message);
      return written;
    }
    const packet = publish_packet(message, aliases, version, now);
    const bytes = encode(packet, version);
    const refused = refusal(message, bytes.length, limits);
    if (refused !== null) return this.#abandon(message, refused);
    if (packet.properties?.TopicAlias !== undefined) aliases.announced(message.alias, message.topic);
    this.#emit(packet, bytes, portion);
    this.#has_left(message);
    return bytes.length;
  }

  #has_left(message: OutboundMessage): void {
    this.#parts.outbound.left(message);
    if (message.qos === 0) this.#parts.tell({ type: "published", message, packet: null });
  }

  #abandon(message: OutboundMessage, error: MQTTException): 0 {
    this.#parts.outbound.abandon(message);
    this.#parts.abandoned(message, error);
    return 0;
  }

  /** Returns how many bytes have left. */
  #send(packet: Outgoing["packet"], portion: Portion, { limits }: Acceptance): number {
    if (is_plain_acknowledgement(packet) && !this.#parts.tracing) {
      portion.link.output.acknowledge(packet.type, packet.mid);
      return 4;
    }
    const bytes = encode(packet, portion.version);
    if (packet.type === PacketTypes.SUBSCRIBE || packet.type === PacketTypes.UNSUBSCRIBE) {
      const lack = lack_of(packet, bytes.length, limits);
      if (lack !== null) {
        this.#parts.tell({ type: "notice", text: lack.text });
        this.#answers.on_request_ack(refusing_ack(packet, lack.reason_code));
        return 0;
      }
    }
    this.#emit(packet, bytes, portion);
    if (packet.type === PacketTypes.DISCONNECT) portion.link.ending = { flush: true, told: false };
    return bytes.length;
  }

  #emit(packet: Packet, bytes: Uint8Array, portion: Portion): void {
    if (bytes.length > LARGE_BYTES) {
      this.#flush(portion);
      portion.work.push({ type: "send", bytes });
      portion.link.acceptance?.keepalive.sent(portion.now);
    } else {
      portion.link.output.append(bytes);
    }
    this.#parts.trace(">", packet);
  }
}

/** What was asked before CONNACK, or of another broker, may be more than this one has. */
function lack_of(packet: RequestPacket, size: number, limits: Limits): Lack | null {
  if (size > limits.maximum_packet_size) {
    const name = PacketTypes.Names[packet.type].toUpperCase();
    // [MQTT-3.2.2-15]. 0x83: neither of the acks has a word for "too large".
    const text = `${name} ${packet.mid} needs ${size} bytes, the broker takes at most ${limits.maximum_packet_size}`;
    return { reason_code: 0x83, text };
  }
  return packet.type === PacketTypes.SUBSCRIBE ? lack_for(packet, limits) : null;
}

function refusing_ack(packet: RequestPacket, reason_code: number): SubackPacket | UnsubackPacket {
  const { mid } = packet;
  if (packet.type === PacketTypes.SUBSCRIBE) {
    const reason_codes = packet.subscriptions.map(() => reason_code);
    return { type: PacketTypes.SUBACK, mid, reason_codes, properties: null };
  }
  const reason_codes = packet.filters.map(() => reason_code);
  return { type: PacketTypes.UNSUBACK, mid, reason_codes, properties: null };
}
