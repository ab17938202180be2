// Decides how messages of the broker go to the script's thread: as many as have come in one piece, with their payloads
// one behind the other and each topic once.

import { copy_bytes } from "../model/bytes.ts";
import { MQTTMessage } from "../model/message.ts";
import { PacketTypes } from "../model/packettypes.ts";
import { Properties } from "../model/properties.ts";
import { type Crossing, pack, tight_bytes, unpack } from "./parcel.ts";
import type { Arrivals } from "./thread_words.ts";

/** A payload above this crosses in memory of its own, and is not copied again. */
const LARGE_BYTES = 16 * 1024;
/** So many bytes are enough for one piece. */
const FULL_BYTES = 256 * 1024;

// Three numbers for each message: its topic, the length of its payload (0 if that has memory of its own), and the packet
// id with the flags above it.
const NUMBERS = 3;
const QOS_SHIFT = 16;
const RETAIN = 1 << 18;
const DUP = 1 << 19;

/** Collects messages in the client's thread. */
export class ArrivalsPacker {
  readonly #crossing: Crossing;
  #topics = new Map<string, number>();
  #numbers: number[] = [];
  #payloads: Uint8Array[] = [];
  #bytes = 0;
  #large: [number, Uint8Array][] = [];
  #properties: [number, unknown][] = [];
  #has_properties = false;
  #timestamp = 0;

  constructor(crossing: Crossing) {
    this.#crossing = crossing;
  }

  get is_empty(): boolean {
    return this.#numbers.length === 0;
  }

  /** Whether this message has to go into another piece. */
  has_no_room_for({ timestamp }: MQTTMessage): boolean {
    return !this.is_empty && (this.#bytes > FULL_BYTES || timestamp !== this.#timestamp);
  }

  add(message: MQTTMessage): void {
    const { topic, payload, properties } = message;
    const index = this.#numbers.length / NUMBERS;
    let number = this.#topics.get(topic);
    if (number === undefined) {
      number = this.#topics.size;
      this.#topics.set(topic, number);
    }
    let { length } = payload;
    if (length > LARGE_BYTES) {
      this.#large.push([index, tight_bytes(payload)]);
      length = 0;
    } else {
      this.#payloads.push(payload);
    }
    this.#bytes += payload.length + topic.length;
    const flags = (message.qos << QOS_SHIFT) | (message.retain ? RETAIN : 0) | (message.dup ? DUP : 0);
    this.#numbers.push(number, length, message.mid | flags);
    this.#timestamp = message.timestamp;
    this.#has_properties = properties !== null;
    if (properties?.isEmpty() === false) this.#properties.push([index, pack(properties, this.#crossing)]);
  }

  take(): Arrivals {
    let length = 0;
    for (const payload of this.#payloads) length += payload.length;
    const payloads = new Uint8Array(length);
    let at = 0;
    for (const payload of this.#payloads) {
      payloads.set(payload, at);
      at += payload.length;
    }
    const arrivals = {
      topics: [...this.#topics.keys()],
      numbers: Uint32Array.from(this.#numbers),
      payloads,
      large: this.#large,
      properties: this.#properties,
      has_properties: this.#has_properties,
      timestamp: this.#timestamp,
    };
    this.#topics = new Map();
    this.#numbers = [];
    this.#payloads = [];
    this.#large = [];
    this.#properties = [];
    this.#bytes = 0;
    return arrivals;
  }
}

/** Goes through them in the script's thread. */
export class ArrivalsReader {
  readonly #arrivals: Arrivals;
  readonly #crossing: Crossing;
  #index = 0;
  #at = 0;
  #large = 0;
  #properties = 0;

  constructor(arrivals: Arrivals, crossing: Crossing) {
    this.#arrivals = arrivals;
    this.#crossing = crossing;
  }

  get is_over(): boolean {
    return this.#index * NUMBERS >= this.#arrivals.numbers.length;
  }

  /** The next one; null after the last. */
  next(): MQTTMessage | null {
    const { numbers, topics, timestamp, has_properties } = this.#arrivals;
    if (this.is_over) return null;
    const place = this.#index * NUMBERS;
    const flags = numbers[place + 2] as number;
    const message = new MQTTMessage(flags & 0xffff, topics[numbers[place] as number] as string);
    message.payload = this.#payload(numbers[place + 1] as number) as MQTTMessage["payload"];
    message.qos = ((flags >> QOS_SHIFT) & 3) as 0 | 1 | 2;
    message.retain = (flags & RETAIN) !== 0;
    message.dup = (flags & DUP) !== 0;
    message.timestamp = timestamp;
    if (has_properties) message.properties = this.#properties_of() as MQTTMessage["properties"];
    this.#index += 1;
    return message;
  }

  #payload(length: number): Uint8Array {
    const [index, bytes] = this.#arrivals.large[this.#large] ?? [-1, null];
    if (bytes !== null && index === this.#index) {
      this.#large += 1;
      return unpack(bytes, this.#crossing) as Uint8Array;
    }
    const begin = this.#at;
    this.#at += length;
    // A copy, so that a payload that is kept does not keep all the others.
    return copy_bytes(this.#arrivals.payloads.subarray(begin, this.#at));
  }

  #properties_of(): unknown {
    const [index, properties] = this.#arrivals.properties[this.#properties] ?? [-1, null];
    if (index !== this.#index) return new Properties(PacketTypes.PUBLISH);
    this.#properties += 1;
    return unpack(properties, this.#crossing);
  }
}
