// Decides how it is remembered what has become of the messages of the script, and how little of that is told: a block at
// a time, when all of it have reached their end.

import { MQTTMessageInfo, type Waiting } from "../client/message_info.ts";
import type { MQTTErrorCode } from "../model/enums.ts";
import { BLOCK_SIZE, type Progress } from "./thread_words.ts";

/** Those of one client, counted from 0 on. */
export class PublishedMessages {
  /** Blocks of messages of which some are under way, by number; a block is dropped when all are settled. */
  readonly #blocks = new Map<number, Block>();
  readonly #tell: (block: number, mids: Uint16Array, failures: [index: number, Progress][]) => void;
  #newest: Block | null = null;
  /** How many there were. */
  count = 0;

  /** `tell` is called when all messages of a block are settled. */
  constructor(tell: (block: number, mids: Uint16Array, failures: [index: number, Progress][]) => void) {
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

  /** Null when its block is settled. */
  at(number: number): MQTTMessageInfo | null {
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
  return { mid: info.mid, rc: info.rc, is_published, failure };
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
