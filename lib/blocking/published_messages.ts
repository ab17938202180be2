// Decides how it is remembered what has become of the messages of the script, and how little of that is told: a block at
// a time, when all of it have reached their end.

import { MQTTMessageInfo, type Waiting } from "../client/message_info.ts";
import type { MQTTErrorCode } from "../model/enums.ts";
import { BLOCK_SIZE, type Progress } from "./thread_words.ts";

/** Tells what has become of a block; `ids` are numbers in the store, 0 for none. */
type Tell = (
  block: number,
  mids: Uint16Array,
  ids: Float64Array | null,
  failures: [index: number, Progress][],
) => void;

/** Those of one client, counted from 0 on. */
export class PublishedMessages {
  /** Blocks of messages of which some are under way, by number; a block is dropped when all are settled. */
  readonly #blocks = new Map<number, Block>();
  readonly #tell: Tell;
  /** Those of earlier processes that the script knows, under -1, -2, ... */
  readonly #restored: MQTTMessageInfo[] = [];
  #newest: Block | null = null;
  /** How many there were. */
  count = 0;

  /** `tell` is called when all messages of a block are settled. */
  constructor(tell: Tell) {
    this.#tell = tell;
  }

  add(waiting: Waiting): MQTTMessageInfo {
    const number = this.count;
    this.count += 1;
    const block = this.#block_of(Math.floor(number / BLOCK_SIZE));
    const info = new HostedInfo(waiting, block, this);
    block.infos.push(info);
    return info;
  }

  /** Takes in what earlier processes have published. Gives the number of the first; each of the next is one less. */
  restore(infos: readonly MQTTMessageInfo[]): number {
    const first = -1 - this.#restored.length;
    for (const info of infos) this.#restored.push(info);
    return first;
  }

  /** Null when its block is settled. */
  at(number: number): MQTTMessageInfo | null {
    if (number < 0) return this.#restored[-1 - number] as MQTTMessageInfo;
    const index = number % BLOCK_SIZE;
    return this.#blocks.get((number - index) / BLOCK_SIZE)?.infos[index] ?? null;
  }

  settled(block: Block): void {
    this.#blocks.delete(block.number);
    const failures = block.infos.flatMap((info, index): [number, Progress][] =>
      info.is_failed ? [[index, progress_of(info)]] : [],
    );
    this.#tell(
      block.number,
      Uint16Array.from(block.infos, (info) => info.mid),
      block.infos.some(({ id }) => id !== null) ? Float64Array.from(block.infos, ({ id }) => id ?? 0) : null,
      failures,
    );
  }

  #block_of(number: number): Block {
    if (this.#newest?.number !== number) {
      this.#newest = new Block(number);
      this.#blocks.set(number, this.#newest);
    }
    return this.#newest;
  }
}

export function progress_of(info: MQTTMessageInfo): Progress {
  let is_published = false;
  let failure: unknown = null;
  try {
    is_published = info.is_published();
  } catch (error) {
    failure = error;
  }
  return { mid: info.mid, id: info.id, rc: info.rc, is_published, failure };
}

/** What a message that was never taken in waits for. */
export const no_waiting: Waiting = {
  begin() {},
  end() {},
  given_up: () => null,
  after: () => () => {},
};

/** So many messages that were published one after the other. */
class Block {
  readonly number: number;
  readonly infos: HostedInfo[] = [];
  settled = 0;

  constructor(number: number) {
    this.number = number;
  }
}

/** A message that tells its block when it has reached its end. */
class HostedInfo extends MQTTMessageInfo {
  readonly #block: Block;
  readonly #messages: PublishedMessages;
  #is_settled = false;
  is_failed = false;

  constructor(waiting: Waiting, block: Block, messages: PublishedMessages) {
    super(0, waiting);
    this.#block = block;
    this.#messages = messages;
  }

  override turn_away(rc: MQTTErrorCode): this {
    super.turn_away(rc);
    this.is_failed = true;
    this.#settle();
    return this;
  }

  override succeed(): void {
    super.succeed();
    this.is_failed = false;
    this.#settle();
  }

  override fail(error: Error, rc: MQTTErrorCode = this.rc): void {
    super.fail(error, rc);
    this.is_failed = true;
    this.#settle();
  }

  #settle(): void {
    if (this.#is_settled) return;
    this.#is_settled = true;
    this.#block.settled += 1;
    if (this.#block.settled === BLOCK_SIZE) this.#messages.settled(this.#block);
  }
}
