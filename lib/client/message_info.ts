// Decides what `publish()` gives back: what is known of one message's fate, now and later.

import { MQTTErrorCode } from "../model/enums.ts";
import { type MQTTException, RuntimeError, ValueError } from "../model/errors.ts";
import { positional } from "../model/keywords.ts";
import type { PublishProgress } from "../model/message.ts";
import { error_string } from "../model/strings.ts";
import { waiting } from "../network/interrupts.ts";
import type { Ticket } from "../protocol/outbound_message.ts";
import { check_seconds } from "./options.ts";

/** What waiting for a message needs of the client. */
export interface Waiting {
  /** Somebody waits for this message: the process must not end meanwhile. */
  begin(info: MQTTMessageInfo): void;
  end(info: MQTTMessageInfo): void;
  /** Why nobody works for messages at present; null while somebody does, or may yet be asked to. */
  given_up(): Error | null;
  /** Calls `fn` once after `ms` milliseconds; returns the way to call it off. */
  after(ms: number, fn: () => void): () => void;
}

interface Waiter {
  resolve(published: boolean): void;
  reject(error: Error): void;
}

/**
 * The result of `publish()`.
 *
 * ```ts
 * const info = client.publish("sensors/1", "21.5", { qos: 1 });
 * await info.wait_for_publish(5);
 * const [rc, mid] = client.publish("sensors/2", "40");
 * ```
 */
export class MQTTMessageInfo implements PublishProgress, Ticket {
  /** The message's number, for `on_publish`. */
  mid: number;
  #id: number | null = null;
  /**
   * MQTT_ERR_SUCCESS: sent, or queued to be sent. MQTT_ERR_NO_CONN: there is no connection; QoS 1 and 2 are kept and
   * sent by the next one (then it becomes SUCCESS), QoS 0 is dropped. MQTT_ERR_QUEUE_SIZE: refused, the queue is full.
   */
  rc: MQTTErrorCode = MQTTErrorCode.MQTT_ERR_SUCCESS;
  readonly #waiting: Waiting;
  #published = false;
  #failure: Error | null = null;
  #waiters: Set<Waiter> | null = null;

  /** @internal */
  constructor(mid: number, waiting: Waiting) {
    this.mid = mid;
    this.#waiting = waiting;
  }

  /**
   * With a store: the message's number there, which it keeps until it is settled, also across restarts; later ones are
   * larger. Else null.
   */
  get id(): number | null {
    return this.#id;
  }
  /** @internal */
  set id(id: number | null) {
    this.#id = id;
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
    yield this.rc;
    yield this.mid;
  }

  /**
   * Whether the message has reached its end: QoS 0 has left, QoS 1 and 2 are acknowledged by the broker.
   *
   * @throws ValueError when it was refused because the queue is full; MQTTException when it was refused by the broker,
   *   dropped, or lost.
   */
  is_published(): boolean {
    if (this.#published) return true;
    if (this.#failure !== null) throw this.#failure;
    return false;
  }

  /**
   * Waits until the message is published. Without a `timeout` as long as it takes.
   *
   * @param timeout in seconds.
   * @returns `is_published()`: false when the time was over first (paho returns nothing).
   * @throws (rejects) as {@link is_published}; also when the client gives up, or has given up before: `disconnect()`, or
   *   the connection is lost and nothing opens it again. The message itself stays queued then, for a later connection.
   */
  wait_for_publish(
    timeout: number | null | { timeout?: number | null | undefined } = null,
  ): Promise<boolean> {
    const [given] = positional("wait_for_publish", ["timeout"], [timeout]);
    const seconds = given == null ? null : check_seconds("timeout", given, Number.NEGATIVE_INFINITY);
    if (this.#published) return Promise.resolve(true);
    const failure = this.#failure ?? this.#waiting.given_up();
    if (failure !== null) return Promise.reject(failure);
    if (seconds !== null && seconds <= 0) return Promise.resolve(false);
    return waiting((resolve, reject) => {
      const end = (settle: () => void) => {
        cancel?.();
        this.#waiters?.delete(waiter);
        this.#waiting.end(this);
        settle();
      };
      const waiter: Waiter = {
        resolve: (published) => end(() => resolve(published)),
        reject: (error) => end(() => reject(error)),
      };
      const cancel =
        seconds === null ? null : this.#waiting.after(seconds * 1000, () => waiter.resolve(false));
      this.#waiters ??= new Set();
      this.#waiters.add(waiter);
      this.#waiting.begin(this);
      return waiter.reject;
    });
  }

  /** `(0, 1)`, as Python prints the pair. */
  toString(): string {
    return `(${this.rc}, ${this.mid})`;
  }

  /** @internal The message was not taken in. */
  turn_away(rc: MQTTErrorCode): this {
    this.rc = rc;
    this.#failure = refusal_error(rc);
    return this;
  }

  /** @internal The message has reached its end. */
  succeed(): void {
    this.#published = true;
    this.rc = MQTTErrorCode.MQTT_ERR_SUCCESS;
    if (this.#waiters !== null) for (const waiter of this.#take_waiters()) waiter.resolve(true);
  }

  /** @internal The message will never reach it. */
  fail(error: Error, rc: MQTTErrorCode = this.rc): void {
    this.#failure = error;
    this.rc = rc;
    this.give_up(error);
  }

  /** @internal Nobody works for it at present: who waits now is told, it may still succeed later. */
  give_up(error: Error): void {
    for (const waiter of this.#take_waiters()) waiter.reject(error);
  }

  #take_waiters(): Waiter[] {
    const waiters = this.#waiters === null ? [] : [...this.#waiters];
    this.#waiters = null;
    return waiters;
  }
}

/** The failure that a message has from the beginning, by the code with which it was turned away. */
export function refusal_error(rc: MQTTErrorCode): MQTTException {
  if (rc === MQTTErrorCode.MQTT_ERR_QUEUE_SIZE) {
    return new ValueError(
      "the message was not accepted: the queue is full (see max_queued_messages and max_queued_bytes)",
      {
        code: "ERR_MQTT_QUEUE_FULL",
      },
    );
  }
  return new RuntimeError(`the message was not sent: ${error_string(rc)}`, {
    code: "ERR_MQTT_NOT_CONNECTED",
  });
}
