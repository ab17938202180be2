// Decides how what outlives the process lies in records: messages, subscriptions, and who wrote them. Each begins with the
// number of this format, and numbers in it stand with their highest byte first, as on the wire.
//
//   message       1, flags, packet id (2), length of the topic (2), topic, [moments (8 + 8)], [properties], payload
//   subscription  1, options (3.8.3.1), length of the filter (2), filter, [properties]
//   identity      1, version of MQTT, epoch (4), window (2), end of what may have left (8), client id
//
// Moments are milliseconds since 1970: the clock of the core begins anew with each process.

import type { SubscribePacket, Subscription } from "../codec/packets.ts";
import { concat_bytes, decode_utf8, encode_utf8, type Snapshot, utf8_length } from "../model/bytes.ts";
import { MalformedPacket } from "../model/errors.ts";
import { PacketTypes } from "../model/packettypes.ts";
import { Properties } from "../model/properties.ts";
import { check_topic_filter, check_topic_name } from "../model/topics.ts";
import type { OutboundMessage, Publication } from "./outbound_message.ts";

const FORMAT = 1;
const NOTHING = new Uint8Array(0);

const QOS = 0b0000_0011;
const RETAIN = 0b0000_0100;
const ENDS = 0b0000_1000;
const HAS_PROPERTIES = 0b0001_0000;

const HEAD_BYTES = 6;
const MOMENTS_BYTES = 16;
const IDENTITY_BYTES = 16;
/** Up to this size a part of something larger is copied faster byte by byte than by a view of it. */
const SHORT = 32;

/** A message, as it lay in the store. */
export interface StoredMessage extends Publication {
  readonly qos: 1 | 2;
  readonly mid: number;
  /** In milliseconds since 1970; Infinity: never. */
  readonly expires_at: number;
  readonly useless_at: number;
}

export interface StoredSubscription {
  readonly subscription: Subscription;
  readonly properties: SubscribePacket["properties"];
}

/** Who has written a store. */
export interface Identity {
  readonly client_id: string;
  readonly version: 3 | 4 | 5;
  /** How often it was opened. */
  readonly epoch: number;
  /** How many messages could be in flight at most, on any link on which one of those that may have left could leave. */
  readonly window: number;
  /** Messages under lower numbers may have left, all others have surely not. */
  readonly left_below: number;
}

export interface WallClock {
  /** What has to be added to a moment to make it milliseconds since 1970. */
  to_wall(): number;
}

/** The record of a message that is about to be kept: one object for all, as it is written down at once. */
export class MessageRecord {
  /** Null: what it was is written down, and need not be remembered. */
  #message: OutboundMessage | null = null;
  #payload: Uint8Array | Snapshot = NOTHING;
  #block: Uint8Array | null = null;
  #ends = false;
  #to_wall = 0;

  /** From now on that of this message, until it is written. */
  of(message: OutboundMessage, clock: WallClock): this {
    const { held } = message;
    this.#message = message;
    this.#payload = typeof held === "string" ? encode_utf8(held) : held;
    this.#block = message.block;
    this.#ends = message.useless_at !== Number.POSITIVE_INFINITY;
    if (this.#ends) this.#to_wall = clock.to_wall();
    return this;
  }

  /** It takes no more bytes than these. */
  get most(): number {
    const { topic } = this.#message as OutboundMessage;
    const block = this.#block?.length ?? 0;
    return HEAD_BYTES + 3 * topic.length + MOMENTS_BYTES + block + length_of(this.#payload);
  }

  /** Writes it into `bytes`, from `begin` on; gives how many bytes it is. */
  write(bytes: Uint8Array, begin: number): number {
    const { topic, mid, qos, retain, expires_at, useless_at } = this.#message as OutboundMessage;
    const block = this.#block;
    const length = write_text(bytes, topic, begin + HEAD_BYTES);
    bytes[begin] = FORMAT;
    bytes[begin + 1] =
      qos | (retain ? RETAIN : 0) | (this.#ends ? ENDS : 0) | (block === null ? 0 : HAS_PROPERTIES);
    bytes[begin + 2] = mid >>> 8;
    bytes[begin + 3] = mid;
    bytes[begin + 4] = length >>> 8;
    bytes[begin + 5] = length;
    let at = begin + HEAD_BYTES + length;
    if (this.#ends) {
      const view = view_of(bytes);
      view.setFloat64(at, expires_at + this.#to_wall);
      view.setFloat64(at + 8, useless_at + this.#to_wall);
      at += MOMENTS_BYTES;
    }
    if (block !== null) {
      bytes.set(block, at);
      at += block.length;
    }
    at += write_payload(bytes, this.#payload, at);
    this.#message = null;
    this.#payload = NOTHING;
    this.#block = null;
    return at - begin;
  }

  /** The same, alone. */
  bytes(): Uint8Array {
    const bytes = new Uint8Array(this.most);
    return bytes.subarray(0, this.write(bytes, 0));
  }
}

function length_of(payload: Uint8Array | Snapshot): number {
  return payload instanceof Uint8Array ? payload.length : payload.end - payload.begin;
}

/** Gives how many bytes it took. */
function write_payload(bytes: Uint8Array, payload: Uint8Array | Snapshot, at: number): number {
  if (payload instanceof Uint8Array) {
    bytes.set(payload, at);
    return payload.length;
  }
  const { bytes: source, begin, end } = payload;
  const length = end - begin;
  if (length > SHORT) bytes.set(source.subarray(begin, end), at);
  else for (let index = 0; index < length; index++) bytes[at + index] = source[begin + index] as number;
  return length;
}

/** @throws MQTTException, or the platform's TypeError, for what is no message. */
export function read_message(bytes: Uint8Array): StoredMessage {
  const view = checked(bytes, HEAD_BYTES);
  const flags = view.getUint8(1);
  const mid = view.getUint16(2);
  const qos = flags & QOS;
  if ((qos !== 1 && qos !== 2) || mid === 0) throw new MalformedPacket("it is no message of QoS 1 or 2");
  let at = HEAD_BYTES + view.getUint16(4);
  const topic = decode_utf8(part(bytes, HEAD_BYTES, at));
  check_topic_name(topic);
  let expires_at = Number.POSITIVE_INFINITY;
  let useless_at = Number.POSITIVE_INFINITY;
  if ((flags & ENDS) !== 0) {
    part(bytes, at, at + MOMENTS_BYTES);
    expires_at = view.getFloat64(at);
    useless_at = view.getFloat64(at + 8);
    at += MOMENTS_BYTES;
  }
  let properties: StoredMessage["properties"] = null;
  if ((flags & HAS_PROPERTIES) !== 0) {
    const [read, used] = new Properties(PacketTypes.PUBLISH).unpack(bytes.subarray(at));
    properties = read;
    at += used;
  }
  const payload = bytes.subarray(at);
  return { topic, payload, qos, retain: (flags & RETAIN) !== 0, properties, mid, expires_at, useless_at };
}

export function subscription_record({ subscription, properties }: StoredSubscription): Uint8Array {
  const { filter, qos, no_local, retain_as_published, retain_handling } = subscription;
  const options = qos | (no_local ? 0x04 : 0) | (retain_as_published ? 0x08 : 0) | (retain_handling << 4);
  const length = utf8_length(filter);
  const head = Uint8Array.of(FORMAT, options, length >>> 8, length & 0xff);
  return concat_bytes([head, encode_utf8(filter), properties?.pack() ?? new Uint8Array(0)]);
}

/** @throws MQTTException, or the platform's TypeError, for what is no subscription. */
export function read_subscription(bytes: Uint8Array): StoredSubscription {
  const view = checked(bytes, 4);
  const options = view.getUint8(1);
  const end = 4 + view.getUint16(2);
  const filter = decode_utf8(part(bytes, 4, end));
  check_topic_filter(filter);
  const qos = options & 0x03;
  const retain_handling = options >>> 4;
  if (qos > 2 || retain_handling > 2) throw new MalformedPacket("it has options that there are not");
  const has_properties = end < bytes.length;
  return {
    subscription: {
      filter,
      qos: qos as 0 | 1 | 2,
      no_local: (options & 0x04) !== 0,
      retain_as_published: (options & 0x08) !== 0,
      retain_handling: retain_handling as 0 | 1 | 2,
    },
    properties: has_properties ? new Properties(PacketTypes.SUBSCRIBE).unpack(bytes.subarray(end))[0] : null,
  };
}

export function identity_record({ client_id, version, epoch, window, left_below }: Identity): Uint8Array {
  const head = new Uint8Array(IDENTITY_BYTES);
  const view = view_of(head);
  view.setUint8(0, FORMAT);
  view.setUint8(1, version);
  view.setUint32(2, epoch);
  view.setUint16(6, window);
  view.setFloat64(8, left_below);
  return concat_bytes([head, encode_utf8(client_id)]);
}

/** @throws MQTTException, or the platform's TypeError, for what is none. */
export function read_identity(bytes: Uint8Array): Identity {
  const view = checked(bytes, IDENTITY_BYTES);
  const version = view.getUint8(1);
  if (version !== 3 && version !== 4 && version !== 5) {
    throw new MalformedPacket(`there is no version ${version} of MQTT`);
  }
  return {
    client_id: decode_utf8(bytes.subarray(IDENTITY_BYTES)),
    version,
    epoch: view.getUint32(2),
    window: view.getUint16(6),
    left_below: view.getFloat64(8),
  };
}

/** A view of a record that has at least so many bytes, and is of this format. */
function checked(bytes: Uint8Array, least: number): DataView {
  if (bytes.length < least) throw new MalformedPacket("it is too short");
  if (bytes[0] !== FORMAT) throw new MalformedPacket(`it is of format ${bytes[0]}, which is not known here`);
  return view_of(bytes);
}

/** Writes text as UTF-8, of which nearly all topics are ASCII; gives how many bytes it took. */
function write_text(bytes: Uint8Array, text: string, at: number): number {
  for (let index = 0; index < text.length; index++) {
    const code = text.charCodeAt(index);
    if (code > 0x7f) {
      const encoded = encode_utf8(text);
      bytes.set(encoded, at);
      return encoded.length;
    }
    bytes[at + index] = code;
  }
  return text.length;
}

function part(bytes: Uint8Array, begin: number, end: number): Uint8Array {
  if (end > bytes.length) throw new MalformedPacket("it ends too early");
  return bytes.subarray(begin, end);
}

function view_of({ buffer, byteOffset, byteLength }: Uint8Array): DataView {
  return new DataView(buffer, byteOffset, byteLength);
}
