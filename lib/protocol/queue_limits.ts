// Decides what gives way when a message is published and the limits of the queue are reached. Takes nothing out itself.

import type { OutboundMessage } from "./outbound_message.ts";
import type { Queue } from "./queue.ts";
import type { SessionSettings } from "./settings.ts";

export type QueueLimits = Pick<
  SessionSettings,
  "max_queued_messages" | "max_queued_bytes" | "max_queued_age_ms" | "queue_policy" | "queue_qos0"
>;

/** What counts of a message that is to be taken in. */
export type Candidate = Pick<OutboundMessage, "topic" | "qos" | "weight">;

/** How full it is at present. */
export interface Load {
  readonly queue: Queue;
  /** Bytes of all that is not settled. */
  readonly bytes: number;
  /** QoS 1 and 2 messages that are not settled. */
  readonly acknowledged: number;
  readonly free_ids: number;
}

const NOTHING: readonly OutboundMessage[] = [];

/**
 * The messages to drop so that the candidate finds room, oldest first. Null when even that would not help: then
 * nothing is dropped and the candidate is refused.
 *
 * @param waits whether it would wait in the queue: only then does the latest of a topic take the place of an older one.
 */
export function make_way(
  candidate: Candidate,
  load: Load,
  limits: QueueLimits,
  waits: boolean,
): readonly OutboundMessage[] | null {
  if (has_room(candidate.weight, load, limits)) return NOTHING;
  const { queue } = load;
  const latest = limits.queue_policy === "latest_per_topic" && waits;
  const older = latest ? queue.unsent_with_topic(candidate.topic) : null;
  const excess = new Excess(candidate, load, limits);
  if (older === null && !excess.is_left) return NOTHING;

  const victims: OutboundMessage[] = [];
  if (older !== null) {
    excess.without(older);
    victims.push(older);
  }
  if (limits.queue_policy !== "reject" && excess.is_left) {
    for (const message of queue.unsent()) {
      if (message === older || !excess.shrinks_without(message)) continue;
      excess.without(message);
      victims.push(message);
      if (!excess.is_left) break;
    }
  }
  return excess.is_left ? null : victims;
}

/** The case of nearly all messages, told quickly: no limit is near for one of this weight. */
export function has_room(weight: number, load: Load, limits: QueueLimits): boolean {
  const { max_queued_bytes, max_queued_messages, queue_policy } = limits;
  if (max_queued_messages !== 0 || queue_policy === "latest_per_topic" || load.free_ids === 0) return false;
  return max_queued_bytes === 0 || load.bytes + weight <= max_queued_bytes;
}

/** By how much each limit would be exceeded; 0 or less: not at all. */
class Excess {
  readonly #limits: QueueLimits;
  #bytes: number;
  #messages: number;
  #ids: number;

  constructor(candidate: Candidate, load: Load, limits: QueueLimits) {
    const { max_queued_bytes, max_queued_messages, queue_qos0 } = limits;
    const waiting = load.acknowledged + (queue_qos0 ? load.queue.qos0_length : 0);
    this.#limits = limits;
    this.#bytes = max_queued_bytes === 0 ? 0 : load.bytes + candidate.weight - max_queued_bytes;
    this.#messages =
      max_queued_messages === 0 || !this.#is_counted(candidate) ? 0 : waiting + 1 - max_queued_messages;
    this.#ids = candidate.qos === 0 ? 0 : 1 - load.free_ids;
  }

  get is_left(): boolean {
    return this.#bytes > 0 || this.#messages > 0 || this.#ids > 0;
  }

  shrinks_without(message: Candidate): boolean {
    return (
      this.#bytes > 0 ||
      (this.#messages > 0 && this.#is_counted(message)) ||
      (this.#ids > 0 && message.qos !== 0)
    );
  }

  without(message: Candidate): void {
    this.#bytes -= message.weight;
    if (this.#is_counted(message)) this.#messages -= 1;
    if (message.qos !== 0) this.#ids -= 1;
  }

  // As paho: the number limits QoS 1 and 2 only, unless QoS 0 is kept for later as well.
  #is_counted({ qos }: Candidate): boolean {
    return qos !== 0 || this.#limits.queue_qos0;
  }
}
