// Decides what `publish()` gives back in the blocking flavour: what is known of one message's fate. It is asked for when
// somebody wants to know; most programs never do.

import type { MQTTMessageInfo as EventLoopInfo } from "../client/message_info.ts";
import { check_seconds } from "../client/options.ts";
import { MQTTErrorCode } from "../model/enums.ts";
import { StoreError } from "../model/errors.ts";
import { positional } from "../model/keywords.ts";
import type { PublishProgress } from "../model/message.ts";
import { call, type Entry, here } from "./thread.ts";
import { BLOCK_SIZE, type Progress } from "./thread_words.ts";

/** What has become of so many messages that were published one after the other. */
export interface Block {
  /** Null as long as not all of them have reached their end. */
  mids: Uint16Array | null;
  /** Their numbers in the store, 0 for none; null when none of them has one. */
  ids: Float64Array | null;
  failures: ReadonlyMap<number, Progress>;
}

/**
 * The result of `publish()`.
 *
 * ```ts
 * const info = client.publish("sensors/1", "21.5", { qos: 1 });
 * info.wait_for_publish(5);
 * const [rc, mid] = client.publish("sensors/2", "40");
 * ```
 */
export class MQTTMessageInfo implements PublishProgress {
  readonly #client: number;
  readonly #number: number;
  readonly #block: Block;
  #id: number | null;

  /** @internal */
  constructor(client: number, number: number, block: Block, id: number | null = null) {
    this.#client = client;
    this.#number = number;
    this.#block = block;
    this.#id = id;
  }

  /** The message's number, for `on_publish`. */
  get mid(): number {
    return this.#progress().mid;
  }

  /**
   * With a store: the message's number there, which it keeps until it is settled, also across restarts; later ones are
   * larger. Else null.
   */
  get id(): number | null {
    this.#id ??= this.#progress().id;
    return this.#id;
  }

  /**
   * MQTT_ERR_SUCCESS: sent, or queued to be sent. MQTT_ERR_NO_CONN: there is no connection; QoS 1 and 2 are kept and
   * sent by the next one (then it becomes SUCCESS), QoS 0 is dropped. MQTT_ERR_QUEUE_SIZE: refused, the queue is full.
   */
  get rc(): MQTTErrorCode {
    return this.#progress().rc as MQTTErrorCode;
  }

  /** `rc`. */
  get 0(): MQTTErrorCode {
    return this.rc;
  }

  /** `mid`. */
  get 1(): number {
    return this.mid;
  }

  *[Symbol.iterator](): IterableIterator<number> {
    const { rc, mid } = this.#progress();
    yield rc;
    yield mid;
  }

  /**
   * Whether the message has reached its end: QoS 0 has left, QoS 1 and 2 are acknowledged by the broker.
   *
   * @throws ValueError when it was refused because the queue is full; MQTTException when it was refused by the broker,
   *   dropped, or lost.
   */
  is_published(): boolean {
    const { is_published, failure } = this.#progress();
    if (failure !== null) throw here(failure, MQTTMessageInfo.prototype.is_published);
    return is_published;
  }

  /**
   * Waits until the message is published. Without a `timeout` as long as it takes.
   *
   * @param timeout in seconds.
   * @returns `is_published()`: false when the time was over first (paho returns nothing).
   * @throws as {@link is_published}; also when the client gives up, or has given up before: `disconnect()`, or the
   *   connection is lost and nothing opens it again. The message itself stays queued then, for a later connection.
   */
  wait_for_publish(timeout: Parameters<EventLoopInfo["wait_for_publish"]>[0] = null): boolean {
    const [given] = positional("wait_for_publish", ["timeout"], [timeout]);
    const seconds = given == null ? null : check_seconds("timeout", given, Number.NEGATIVE_INFINITY);
    if (this.#block.mids !== null) return this.is_published();
    const until = seconds === null ? Number.POSITIVE_INFINITY : performance.now() + seconds * 1000;
    const order = { say: "await", client: this.#client, number: this.#number, timeout: seconds } as const;
    const is_published = call(
      (id) => ({ ...order, id }),
      "blocking",
      until,
      MQTTMessageInfo.prototype.wait_for_publish,
      "publish",
    );
    return is_published === null ? this.is_published() : (is_published as boolean);
  }

  /** `(0, 1)`, as Python prints the pair. */
  toString(): string {
    return `(${[...this].join(", ")})`;
  }

  /** What `JSON.stringify()` takes. */
  toJSON(): { mid: number; rc: MQTTErrorCode } {
    const { mid, rc } = this.#progress();
    return { mid, rc: rc as MQTTErrorCode };
  }

  /** What `console.log()` shows. @internal */
  [Symbol.for("nodejs.util.inspect.custom")](): string {
    const { mid, rc } = this.#progress();
    return `MQTTMessageInfo { mid: ${mid}, rc: ${rc} }`;
  }

  /**
   * Waits until a store that answers at once has kept the message.
   *
   * @param entry what the script has called.
   * @throws StoreError when it is not kept.
   * @internal
   */
  _wait_for_store(entry: Entry): void {
    const { id, failure } = this.#progress("kept");
    this.#id = id;
    if (failure instanceof StoreError) throw here(failure, entry);
  }

  #progress(say: "progress" | "kept" = "progress"): Progress {
    const index = this.#number % BLOCK_SIZE;
    const order = { say, client: this.#client, number: this.#number };
    // Null when it is settled: the news of that has come before this answer.
    const asked = this.#block.mids === null ? call((id) => ({ ...order, id }), "quick") : null;
    if (asked !== null) return asked as Progress;
    const failed = this.#block.failures.get(index);
    if (failed !== undefined) return failed;
    const mid = this.#block.mids?.[index] ?? 0;
    const id = this.#block.ids?.[index] || null;
    return { mid, id, rc: MQTTErrorCode.MQTT_ERR_SUCCESS, is_published: true, failure: null };
  }
}
