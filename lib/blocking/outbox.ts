// Decides how messages go from the script's thread to the client's without a post for each: through a ring of memory
// that both have. What is written there is with the client's thread at once, even if the script computes on; when the
// ring is full, publish() waits.

import { Buffer } from "node:buffer";
import type { SharedOutbox } from "./thread_words.ts";

const RING_BYTES = 1024 * 1024;
const MASK = RING_BYTES - 1;
/** A message above this goes another way. */
export const LARGEST_ENTRY = RING_BYTES / 8;
/** Topics are told once and have a number then; after so many the numbers begin anew. */
const MAX_TOPICS = 4096;

// The counters. The first two only grow, modulo 2^32.
const WRITTEN = 0;
const READ = 1;
/** 1: the reader sleeps, and has to be woken when something is written. */
const ASLEEP = 2;
/** How many waits for room there are, one inside the other: the writer has to be woken when something is read. */
const WAITING = 3;
/** Bytes of messages that went another way, as far as the reader has taken them. Modulo 2^32. */
const SLOW_TAKEN = 4;
/** How many messages of QoS 1 and 2 may have been written since the beginning. Modulo 2^32. */
const ALLOWED = 5;

/** So far above what was written that it is never reached before it is renewed. */
const NO_LIMIT = 2 ** 30;

// An entry begins with four words: its length in bytes (0: go on at the start of the ring), what it is, and how long its
// topic and its payload are, which follow.
const HEAD_BYTES = 16;
const SLOW = 1;
const NEW_TOPICS = 2;
const QOS_SHIFT = 2;
const QOS_BITS = 3 << QOS_SHIFT;
const RETAIN_SHIFT = 4;
const TOPIC_SHIFT = 8;

/** How many bytes of messages that go another way may be on it. */
const SLOW_BYTES = 16 * 1024 * 1024;

export function new_outbox(): SharedOutbox {
  const counters = new Int32Array(new SharedArrayBuffer(24));
  counters[ALLOWED] = NO_LIMIT;
  return { counters, memory: new SharedArrayBuffer(RING_BYTES) };
}

/** The script's end. */
export class OutboxWriter {
  readonly #counters: Int32Array;
  readonly #words: Int32Array;
  readonly #bytes: Buffer;
  readonly #topics = new Map<string, number>();
  #slow_bytes = 0;
  /** How many messages of QoS 1 and 2 were written. Modulo 2^32. */
  #acknowledged = 0;

  constructor({ counters, memory }: SharedOutbox) {
    this.#counters = counters;
    this.#words = new Int32Array(memory);
    this.#bytes = Buffer.from(memory);
  }

  /** Whether messages to this topic have gone through here before. */
  knows(topic: string): boolean {
    return this.#topics.has(topic);
  }

  /** Writes a message; false when there is no room for it. `payload` is well-formed text, or bytes. */
  put(topic: string, payload: string | Uint8Array, qos: number, retain: boolean): boolean {
    if (!this.#allows(qos)) return false;
    const known = this.#topics.get(topic);
    if (known === undefined && this.#topics.size === MAX_TOPICS) {
      const at = this.#place(HEAD_BYTES);
      if (at === -1) return false;
      this.#finish(at, NEW_TOPICS, 0, 0);
      this.#topics.clear();
    }
    const topic_room = known === undefined ? 3 * topic.length : 0;
    const payload_room = typeof payload === "string" ? 3 * payload.length : payload.length;
    const at = this.#place(HEAD_BYTES + topic_room + payload_room);
    if (at === -1) return false;
    const number = known ?? this.#topics.size;
    let topic_bytes = 0;
    if (known === undefined) {
      topic_bytes = this.#bytes.write(topic, at + HEAD_BYTES);
      this.#topics.set(topic, number);
    }
    const begin = at + HEAD_BYTES + topic_bytes;
    let payload_bytes = payload.length;
    if (typeof payload === "string") payload_bytes = this.#bytes.write(payload, begin);
    else this.#bytes.set(payload, begin);
    const what = (qos << QOS_SHIFT) | ((retain ? 1 : 0) << RETAIN_SHIFT) | (number << TOPIC_SHIFT);
    this.#finish(at, what, topic_bytes, payload_bytes);
    return true;
  }

  /** Whether a message of so many bytes may go another way. */
  has_room_for_slow(bytes: number, qos: number): boolean {
    if (!this.#allows(qos)) return false;
    const taken = Atomics.load(this.#counters, SLOW_TAKEN);
    const under_way = (this.#slow_bytes - taken) >>> 0;
    return (under_way === 0 || under_way + bytes <= SLOW_BYTES) && this.#place(HEAD_BYTES) !== -1;
  }

  /** Keeps the place of a message that goes another way, and for which there is room. */
  put_slow(bytes: number, qos: number): void {
    this.#slow_bytes = (this.#slow_bytes + bytes) | 0;
    this.#finish(this.#place(HEAD_BYTES), SLOW | (qos << QOS_SHIFT), 0, bytes);
  }

  /** Whether the reader sleeps; it is taken for awake afterwards. */
  wants_waking(): boolean {
    return Atomics.load(this.#counters, ASLEEP) === 1 && Atomics.exchange(this.#counters, ASLEEP, 0) === 1;
  }

  /** Says that one more waits for room, or one less. */
  wait_for_room(is_waiting: boolean): void {
    Atomics.add(this.#counters, WAITING, is_waiting ? 1 : -1);
  }

  #allows(qos: number): boolean {
    return qos === 0 || ((Atomics.load(this.#counters, ALLOWED) - this.#acknowledged) | 0) > 0;
  }

  /** Where so many bytes in a row are free; -1: nowhere yet. */
  #place(bytes: number): number {
    const written = Atomics.load(this.#counters, WRITTEN);
    const free = RING_BYTES - ((written - Atomics.load(this.#counters, READ)) >>> 0);
    const at = written & MASK;
    const to_end = RING_BYTES - at;
    const needed = (bytes + 3) & ~3;
    if (needed <= to_end) return needed <= free ? at : -1;
    if (to_end + needed > free) return -1;
    this.#words[at >> 2] = 0;
    Atomics.store(this.#counters, WRITTEN, (written + to_end) | 0);
    return 0;
  }

  #finish(at: number, what: number, topic_bytes: number, payload_bytes: number): void {
    if ((what & QOS_BITS) !== 0) this.#acknowledged = (this.#acknowledged + 1) | 0;
    const inside = (what & SLOW) !== 0 ? 0 : topic_bytes + payload_bytes;
    const length = (HEAD_BYTES + inside + 3) & ~3;
    const word = at >> 2;
    this.#words[word] = length;
    this.#words[word + 1] = what;
    this.#words[word + 2] = topic_bytes;
    this.#words[word + 3] = payload_bytes;
    Atomics.store(this.#counters, WRITTEN, (Atomics.load(this.#counters, WRITTEN) + length) | 0);
  }
}

export interface OutboxVisitor {
  /** `payload` is only valid until this returns. */
  message(topic: string, payload: Uint8Array, qos: 0 | 1 | 2, retain: boolean): void;
  /** The next of those that went another way; false when it is not there yet. */
  slow(): boolean;
}

/** The client's end. */
export class OutboxReader {
  readonly #counters: Int32Array;
  readonly #words: Int32Array;
  readonly #bytes: Buffer;
  #topics: string[] = [];
  /** How many messages of QoS 1 and 2 were taken. Modulo 2^32. */
  #acknowledged = 0;

  constructor({ counters, memory }: SharedOutbox) {
    this.#counters = counters;
    this.#words = new Int32Array(memory);
    this.#bytes = Buffer.from(memory);
  }

  get is_empty(): boolean {
    return Atomics.load(this.#counters, WRITTEN) === Atomics.load(this.#counters, READ);
  }

  /** Whether the writer waits for room. */
  get is_awaited(): boolean {
    return Atomics.load(this.#counters, WAITING) > 0;
  }

  /** So many messages of QoS 1 and 2 may come beyond those that were taken; null: as many as the writer likes. */
  allow(count: number | null): void {
    Atomics.store(this.#counters, ALLOWED, (this.#acknowledged + (count ?? NO_LIMIT)) | 0);
  }

  /** Takes what is there, but no more than about so many bytes. */
  take(visitor: OutboxVisitor, max_bytes: number): void {
    let left = max_bytes;
    while (left > 0 && !this.is_empty) {
      const read = Atomics.load(this.#counters, READ);
      const at = read & MASK;
      const word = at >> 2;
      const length = this.#words[word] as number;
      if (length === 0) {
        Atomics.store(this.#counters, READ, (read + RING_BYTES - at) | 0);
        continue;
      }
      if (!this.#visit(visitor, at, word)) break;
      if (((this.#words[word + 1] as number) & QOS_BITS) !== 0)
        this.#acknowledged = (this.#acknowledged + 1) | 0;
      Atomics.store(this.#counters, READ, (read + length) | 0);
      left -= length;
    }
  }

  /** Goes to sleep, unless something has come or the writer waits: then it returns false. */
  sleep(): boolean {
    Atomics.store(this.#counters, ASLEEP, 1);
    if (this.is_empty && !this.is_awaited) return true;
    Atomics.store(this.#counters, ASLEEP, 0);
    return false;
  }

  #visit(visitor: OutboxVisitor, at: number, word: number): boolean {
    const what = this.#words[word + 1] as number;
    const topic_bytes = this.#words[word + 2] as number;
    const payload_bytes = this.#words[word + 3] as number;
    if ((what & SLOW) !== 0) {
      if (!visitor.slow()) return false;
      Atomics.add(this.#counters, SLOW_TAKEN, payload_bytes);
      return true;
    }
    if ((what & NEW_TOPICS) !== 0) {
      this.#topics = [];
      return true;
    }
    const number = what >>> TOPIC_SHIFT;
    const begin = at + HEAD_BYTES;
    if (topic_bytes > 0) this.#topics[number] = this.#bytes.toString("utf8", begin, begin + topic_bytes);
    const from = begin + topic_bytes;
    const qos = ((what >> QOS_SHIFT) & 3) as 0 | 1 | 2;
    const payload = this.#bytes.subarray(from, from + payload_bytes);
    visitor.message(this.#topics[number] as string, payload, qos, ((what >> RETAIN_SHIFT) & 1) === 1);
    return true;
  }
}
