// Decides what leaves without standing in any line: messages and acknowledgements that need nothing but to leave, when
// nothing waits before them. They are written at once.

import { publish_flags } from "../codec/fixed_header.ts";
import { FULL_BYTES } from "../codec/output.ts";
import type { TopicBytes } from "../codec/topic_bytes.ts";
import { encode_utf8, Snapshot, utf8_length } from "../model/bytes.ts";
import { MQTTException } from "../model/errors.ts";
import { PacketTypes } from "../model/packettypes.ts";
import type { Properties } from "../model/properties.ts";
import { surely_allows } from "./limits.ts";
import type { Link, Outgoing, Reading } from "./link.ts";
import type { Outbound } from "./outbound.ts";
import type { Contents, OutboundMessage, Rarities, Ticket } from "./outbound_message.ts";
import type { SessionEvent } from "./outputs.ts";
import type { PacketIds } from "./packet_ids.ts";
import { seconds_left } from "./publish_packet.ts";
import type { QueueLimits } from "./queue_limits.ts";

/** A larger payload is not written in haste: in this many bytes. */
const LARGEST_WRITTEN = 4096;
/** A larger one from the queue is handed on as it is, rather than copied to the others. */
const LARGEST_COPIED = 16 * 1024;
/** A larger one has it looked at whether MQTT allows so much. */
const LARGEST_KEPT = 65_536;

const MESSAGE_EXPIRY_INTERVAL = 2;

/** A packet that acknowledges, with nothing to say but which one. */
export type PlainAcknowledgement = 4 | 5 | 6 | 7;

/** A message as its user has it, who may change its bytes and its properties afterwards. */
export interface PlainMessage extends Contents {
  /** Bytes, or text that is well formed. */
  readonly payload: Uint8Array | string;
  /** None on MQTT 3.x, and without TopicAlias. */
  readonly properties: Properties<typeof PacketTypes.PUBLISH> | null;
}

/** Writes an acknowledgement, if it need not wait behind others. */
export function acknowledges(type: PlainAcknowledgement, mid: number, link: Link): boolean {
  if (!is_free(link)) return false;
  link.output.acknowledge(type, mid);
  return true;
}

/** Whether it says no more than which packet it acknowledges. */
export function is_plain_acknowledgement(
  packet: Outgoing["packet"],
): packet is Outgoing["packet"] & { readonly type: PlainAcknowledgement; readonly mid: number } {
  if (packet.type < PacketTypes.PUBACK || packet.type > PacketTypes.PUBCOMP) return false;
  const { reason_code, properties } = packet as { reason_code?: number; properties?: object | null };
  return reason_code === 0 && properties === null;
}

/** What a passage works on. */
export interface PassageParts {
  readonly outbound: Outbound;
  /** The topics that were published to before, and so are legal ones. */
  readonly topics: TopicBytes;
  readonly ids: PacketIds;
  /** Whether a message has to be safe in a store before it leaves: then it stands in the queue until it is. */
  readonly is_kept: boolean;
  next_seq(): number;
}

export class Passage {
  readonly #parts: PassageParts;

  constructor(parts: PassageParts) {
    this.#parts = parts;
  }

  /**
   * Takes in a message, and writes it if it need not wait. False: nothing was done, for limits, errors or the log have to
   * be seen to.
   */
  publish(message: PlainMessage, ticket: Ticket, link: Link, limits: QueueLimits, now: number): boolean {
    const topic = this.#parts.topics.known(message.topic);
    if (topic === undefined) return false;
    return message.qos === 0
      ? this.#let_go(message, topic, ticket, link, limits)
      : this.#keep(message, topic, ticket, link, limits, now);
  }

  #let_go(
    message: PlainMessage,
    topic: Uint8Array,
    ticket: Ticket,
    link: Link,
    { queue_qos0, max_queued_bytes }: QueueLimits,
  ): boolean {
    if (queue_qos0 || this.#parts.outbound.queue.length > 0) return false;
    const waiting = link.output.length + message.payload.length;
    if (max_queued_bytes !== 0 && waiting > max_queued_bytes) return false;
    const { properties } = message;
    if (properties?.MessageExpiryInterval === 0) return false;
    const block = properties === null ? null : properties.lend_packed();
    if (!may_leave(message, topic, block, link)) return false;
    write(message, topic, 0, block, link);
    link.leaving.push(ticket);
    ticket.mid = this.#parts.ids.pass();
    return true;
  }

  #keep(
    message: PlainMessage,
    topic: Uint8Array,
    ticket: Ticket,
    link: Link,
    limits: QueueLimits,
    now: number,
  ): boolean {
    const { payload, qos, retain, properties } = message;
    const { outbound, is_kept } = this.#parts;
    if (payload.length > LARGEST_KEPT || limits.max_queued_age_ms !== 0) return false;
    const lives_s = properties?.MessageExpiryInterval;
    if (lives_s === 0) return false;
    const rarities = properties === null ? undefined : rarities_of(properties, lives_s, now);
    const block = rarities === undefined ? null : rarities.block;
    const is_next = outbound.queue.length === 0 && outbound.in_flight < (link.acceptance?.limits.window ?? 0);
    const leaves = is_next && !is_kept && may_leave(message, topic, block, link);
    const is_text = typeof payload === "string";
    const weight = message.topic.length + (is_text ? utf8_length(payload) : payload.length);
    // Text that waits must not hold what it was cut from; what is in flight is soon acknowledged.
    const kept = is_text ? (leaves ? payload : encode_utf8(payload)) : new Snapshot(payload);
    const contents = { topic: message.topic, payload: kept, qos, retain };
    const taken = outbound.accept_plain(contents, weight, this.#parts.next_seq(), ticket, limits, rarities);
    if (taken === null) return false;
    if (!leaves) return true;
    write(message, topic, taken.mid, block, link);
    outbound.left(taken);
    return true;
  }
}

/**
 * Writes a message from the queue, in its turn, if nothing has to be made up for it. Gives how many bytes it is: 0 when
 * nothing was written.
 */
export function write_queued(message: OutboundMessage, link: Link, topics: TopicBytes, now: number): number {
  const { acceptance, reading, output } = link;
  const { topic, payload, qos, retain, mid } = message;
  if (acceptance === null || reading === null || payload.length > LARGEST_COPIED) return 0;
  if (message.alias !== 0) return 0;
  const block = block_at(now, message);
  const { version } = reading;
  if (!surely_allows(acceptance.limits, qos, retain, 3 * topic.length + size_of(block) + payload.length))
    return 0;
  const before = output.length;
  const flags = publish_flags(message.sent && qos > 0, qos, retain); // [MQTT-3.3.1-1], [MQTT-3.3.1-2]
  output.publish(flags, topics.of(topic), payload, qos === 0 ? 0 : mid, version, block);
  return output.length - before;
}

/** Whether a message, with its topic in UTF-8, may be written at once if no other waits before it. */
function may_leave(
  { payload, qos, retain }: PlainMessage,
  topic: Uint8Array,
  block: Uint8Array | null,
  link: Link,
): boolean {
  if (link.acceptance === null || !is_free(link) || payload.length > LARGEST_WRITTEN) return false;
  return surely_allows(
    link.acceptance.limits,
    qos,
    retain,
    topic.length + size_of(block) + 3 * payload.length,
  );
}

/** @param mid 0 for QoS 0. */
function write(
  { payload, qos, retain }: PlainMessage,
  topic: Uint8Array,
  mid: number,
  block: Uint8Array | null,
  link: Link,
): void {
  const { version } = link.reading as Reading;
  link.output.publish(publish_flags(false, qos, retain), topic, payload, mid, version, block);
}

/** The properties, with what is left of a Message Expiry Interval [MQTT-3.3.2-6]. */
function block_at(now: number, { block, expires_at }: OutboundMessage): Uint8Array | null {
  if (block === null || expires_at === Number.POSITIVE_INFINITY) return block;
  const changed = new Uint8Array(block);
  // Properties are packed by identifier: before it stand their length and the Payload Format Indicator at most.
  let at = 0;
  while ((changed[at] as number) > 0x7f) at += 1;
  at += changed[at + 1] === MESSAGE_EXPIRY_INTERVAL ? 2 : 4;
  new DataView(changed.buffer).setUint32(at, seconds_left(expires_at, now));
  return changed;
}

function size_of(block: Uint8Array | null): number {
  return block === null ? 0 : block.length;
}

function rarities_of(
  properties: NonNullable<PlainMessage["properties"]>,
  lives_s: number | undefined,
  now: number,
): Rarities {
  const expires_at = lives_s === undefined ? Number.POSITIVE_INFINITY : now + lives_s * 1000;
  const { bytes, begin, end } = new Snapshot(properties.lend_packed());
  return { block: bytes.subarray(begin, end), alias: 0, expires_at, useless_at: expires_at };
}

/** The event that all has left which was written at once; null when there was nothing. */
export function left_with(link: Link): Extract<SessionEvent, { type: "left" }> | null {
  const tickets = take_leaving(link);
  return tickets === null ? null : { type: "left", tickets };
}

/** The event that what was written at once is lost with its link; null when there was nothing. */
export function lost_with(link: Link): Extract<SessionEvent, { type: "lost" }> | null {
  const tickets = take_leaving(link);
  if (tickets === null) return null;
  const text = "QoS 0 messages were not sent: the connection was lost";
  return { type: "lost", tickets, error: new MQTTException(text, { code: "ERR_MQTT_CONNECTION_LOST" }) };
}

function take_leaving(link: Link): Ticket[] | null {
  if (link.leaving.length === 0) return null;
  const tickets = link.leaving;
  link.leaving = [];
  return tickets;
}

/** Whether nothing but messages waits to leave on it, and it is not congested. */
function is_free({ acceptance, ending, outgoing, output }: Link): boolean {
  return acceptance !== null && ending === null && outgoing.length === 0 && output.length < FULL_BYTES;
}
