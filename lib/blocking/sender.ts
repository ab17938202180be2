// Decides how the messages of one client of the script leave for the other thread, when that has to be waited for, and
// what becomes known of them.

import { Buffer } from "node:buffer";
import { crossing, type Settled } from "./crossing.ts";
import { type Block, MQTTMessageInfo } from "./message_info.ts";
import { LARGEST_ENTRY, new_outbox, OutboxWriter } from "./outbox.ts";
import { pack, tight_bytes, unpack } from "./parcel.ts";
import * as thread from "./thread.ts";
import { BLOCK_SIZE, type Progress, type Restored } from "./thread_words.ts";

export class Sender {
  readonly #client: number;
  /** Whether there is a store: publish() of QoS 1 and 2 waits then until that has the message, if it answers at once. */
  has_store: boolean;
  /** Null until it is needed: it has memory of its own. */
  #outbox: OutboxWriter | null = null;
  #published = 0;
  #block = new_block();
  readonly #blocks = new Map<number, Block>();

  /** What was restored last. */
  #restored: { first: number; infos: readonly MQTTMessageInfo[] } = { first: 0, infos: [] };

  constructor(client: number, has_store: boolean) {
    this.#client = client;
    this.has_store = has_store;
  }

  /** Whether a message to this topic was sent before. */
  knows(topic: string): boolean {
    return this.#outbox?.knows(topic) === true;
  }

  /**
   * Hands a message over. `payload` is well-formed text, or bytes. `entry` is what the script has called.
   *
   * @throws StoreError when there is a store, and it does not keep the message.
   */
  publish(
    topic: string,
    payload: string | Uint8Array,
    qos: 0 | 1 | 2,
    retain: boolean,
    properties: object | null,
    entry: thread.Entry,
  ): MQTTMessageInfo {
    this.#outbox ??= this.#open();
    const outbox = this.#outbox;
    const size = 3 * topic.length + (typeof payload === "string" ? 3 : 1) * payload.length;
    if (properties === null && topic !== "" && size <= LARGEST_ENTRY) {
      if (!outbox.put(topic, payload, qos, retain)) {
        this.#wait_for_room(outbox, () => outbox.put(topic, payload, qos, retain));
      }
    } else {
      const bytes = typeof payload === "string" ? Buffer.from(payload) : payload;
      const room = bytes.length + topic.length;
      if (!outbox.has_room_for_slow(room, qos))
        this.#wait_for_room(outbox, () => outbox.has_room_for_slow(room, qos));
      const packed = pack(properties, crossing);
      const message = { topic, payload: tight_bytes(bytes), qos, retain, properties: packed };
      thread.say({ say: "slow", client: this.#client, message });
      outbox.put_slow(room, qos);
    }
    const info = this.#next_info();
    if (this.has_store && qos > 0) {
      info._wait_for_store(entry);
      // A script that does nothing but publish waits for no room, and would never get a callback.
      if (this.#published % BLOCK_SIZE === 0) thread.take_turn();
    } else if (outbox.wants_waking()) thread.say({ say: "wake", client: this.#client });
    return info;
  }

  #open(): OutboxWriter {
    const outbox = new_outbox();
    thread.say({ say: "outbox", client: this.#client, outbox });
    return new OutboxWriter(outbox);
  }

  /** Gives the memory back until it is needed again, and says that the client rests. */
  rest(): void {
    this.#outbox = null;
    thread.say({ say: "outbox", client: this.#client, outbox: null });
  }

  #wait_for_room(outbox: OutboxWriter, has_room: () => boolean): void {
    outbox.wait_for_room(true);
    try {
      if (outbox.wants_waking()) thread.say({ say: "wake", client: this.#client });
      thread.wait_for(has_room, Number.POSITIVE_INFINITY);
    } finally {
      outbox.wait_for_room(false);
    }
  }

  #next_info(): MQTTMessageInfo {
    const number = this.#published;
    this.#published += 1;
    if (number % BLOCK_SIZE === 0) {
      this.#block = new_block();
      this.#blocks.set(number / BLOCK_SIZE, this.#block);
    }
    return new MQTTMessageInfo(this.#client, number, this.#block);
  }

  /** What earlier processes have published, of which is told. */
  restored({ first, ids }: Restored): readonly MQTTMessageInfo[] {
    if (first !== this.#restored.first || ids.length !== this.#restored.infos.length) {
      const block = new_block();
      const infos = ids.map((id, index) => new MQTTMessageInfo(this.#client, first - index, block, id));
      this.#restored = { first, infos };
    }
    return this.#restored.infos;
  }

  settled({ block, mids, ids, failures }: Settled): void {
    const settled = this.#blocks.get(block);
    if (settled === undefined) return;
    this.#blocks.delete(block);
    settled.mids = mids;
    settled.ids = ids;
    settled.failures = new Map(unpack(failures, crossing) as [number, Progress][]);
  }
}

function new_block(): Block {
  return { mids: null, ids: null, failures: new Map() };
}
