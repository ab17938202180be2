// Decides what is written down of a session, under which numbers, and which of it must be safe before anything leaves.
// Knows no store: records go to a shelf, which says no, or keeps them; everything else is collected until it is asked for.
//
//   0                      who wrote it, see records.ts
//   65536 + packet id      a QoS 2 message of the broker that was received, and not released yet; empty
//   2^20 ...               subscriptions that the broker has granted
//   epoch * 2^32 + 2 n     the n-th message of QoS 1 or 2 since the store was opened for the epoch-th time
//   the same + 1           its PUBREC has come; empty
//
// So the numbers of messages rise for ever, in the order in which they were published. That one has left is not written
// down, only that from now on any may, or that those which come now cannot, for there is no link: one note for each link.

import type { OutboundMessage, Ticket } from "./outbound_message.ts";
import {
  type Identity,
  identity_record,
  type StoredSubscription,
  subscription_record,
  type WallClock,
} from "./records.ts";

export const IDENTITY_KEY = 0;
const RECEIVED_FROM = 65_536;
const SUBSCRIPTIONS_FROM = 2 ** 20;
export const MESSAGES_FROM = 2 ** 32;
const EPOCH = 2 ** 32;
/** Numbers have 53 bits. */
const LAST_EPOCH = 2 ** 21 - 1;
const NOTHING: Uint8Array = new Uint8Array(0);

/** What has left of nothing, and of what nobody knows anything. */
export const NONE_LEFT = { window: 0, left_below: 0 };
export const ALL_LEFT = { window: 65_535, left_below: Number.POSITIVE_INFINITY };

/** Where the records of messages go, in the call that publishes them. */
export interface Shelf extends WallClock {
  /**
   * Makes sure that it is open. False: it is being opened, and takes nothing yet.
   *
   * @throws StoreError when it cannot be opened.
   */
  is_open(): boolean;
  /**
   * Keeps a message, at once or together with others of the same turn.
   *
   * @throws StoreError: the message is not kept.
   */
  keep(key: number, message: OutboundMessage): void;
}

/** Changes that wait to be written down, in their order. */
export interface Changes {
  /** The key of a record to put, or, to delete one, minus its key minus one. */
  readonly keys: readonly number[];
  /** What to put, where it is not empty. */
  readonly values: ReadonlyMap<number, Uint8Array>;
  /** Whether something may leave only when they are safe. */
  readonly protect: boolean;
  /** Whether that holds for everything, also for what was safe before. */
  readonly holds: Holding;
}

/**
 * - 0: what was safe before may leave.
 * - 1: nothing at all may leave before, unless the store fails: an outbox that has filled the disk must be able to get
 *   smaller.
 * - 2: nothing at all may leave before.
 */
export type Holding = 0 | 1 | 2;

export class Journal {
  readonly #shelf: Shelf;
  readonly #per_epoch: number;
  #identity: Identity = { client_id: "", version: 4, epoch: 0, ...NONE_LEFT };
  /** Whether the shelf takes messages, as far as is known. */
  #is_open = false;
  /** How many messages may be in flight on the link; 0 without one. */
  #window = 0;
  #next_message = 0;
  #next_subscription = SUBSCRIPTIONS_FROM;
  #keys: number[] = [];
  #values = new Map<number, Uint8Array>();
  #protect = false;
  #holds: Holding = 0;
  /** Messages whose PUBREC has come, by their keys. */
  readonly #released = new Set<number>();
  /** Messages that were published before the shelf was open. */
  #early: OutboundMessage[] = [];

  /** @param per_epoch twice the number of messages that an epoch has numbers for. */
  constructor(shelf: Shelf, per_epoch = EPOCH) {
    this.#shelf = shelf;
    this.#per_epoch = per_epoch;
  }

  /** Whether anything waits to be written down. */
  get is_dirty(): boolean {
    return this.#keys.length > 0 || this.#holds > 0;
  }

  /** Whether something of it must be safe before anything leaves. */
  get protects(): boolean {
    return this.#protect;
  }

  /** Whether that holds for everything, also for what was safe before. */
  get holds(): Holding {
    return this.#holds;
  }

  // ---- our messages --------------------------------------------------------------------------------------------

  /** What is in the store has to be known before a message gets its packet id. Throws StoreError. */
  prepare(): void {
    this.#is_open = this.#shelf.is_open();
  }

  /** Throws StoreError: it is not kept. */
  accepted(message: OutboundMessage): void {
    if (!this.#is_open) {
      this.#early.push(message);
      return;
    }
    const key = this.#take_key();
    this.#shelf.keep(key, message);
    (message.ticket as Ticket).id = key;
    if (this.#window > 0) this.#note_leaving();
    else if (key < this.#identity.left_below) this.#identify({ ...this.#identity, left_below: key });
  }

  /** PUBREC came: after a restart it goes on with PUBREL. */
  released({ ticket }: OutboundMessage): void {
    const key = id_of(ticket);
    this.#released.add(key);
    this.#put(key + 1);
    this.#protect = true;
  }

  /**
   * A link is accepted. What leaves on it first was asked long ago, and relies on notes that may not be safe yet: that it
   * may have left; PUBREL on the one that PUBREC came, or, when the broker has lost its session and QoS 2 begins again,
   * PUBLISH on its end.
   *
   * @param has_messages whether there are any to leave. Without, a store that fails stops nothing but what it has to keep.
   */
  resumed(session_present: boolean, window: number, has_messages: boolean): void {
    this.#window = window;
    if (has_messages && this.#note_leaving()) this.#holds = 1;
    if (this.#released.size === 0) return;
    this.#protect = true;
    this.#holds = 2;
    if (session_present) return;
    for (const key of this.#released) this.#delete(key + 1);
    this.#released.clear();
  }

  /** The link is gone: what is published now cannot have left. */
  parted(): void {
    this.#window = 0;
  }

  settled({ ticket }: OutboundMessage): void {
    const key = ticket?.id ?? null;
    // It was never kept.
    if (key === null) return;
    this.#delete(key);
    if (this.#released.delete(key)) this.#delete(key + 1);
  }

  /** The shelf has not kept them after all: nothing has to be deleted of them. */
  not_kept(messages: readonly OutboundMessage[]): void {
    const deletions = new Set(messages.map(({ ticket }) => -id_of(ticket) - 1));
    this.#keys = this.#keys.filter((key) => !deletions.has(key));
    for (const { ticket } of messages) (ticket as Ticket).id = null;
  }

  /** Messages that came too early, and still wait. */
  take_early(): OutboundMessage[] {
    return this.#early.splice(0).filter(({ state }) => state === "waiting");
  }

  // ---- the broker's messages -----------------------------------------------------------------------------------

  /** A QoS 2 message was handled: its id is safe before PUBREC leaves. */
  received(mid: number): void {
    this.#put(RECEIVED_FROM + mid);
    this.#protect = true;
  }

  /** It was released, which is safe before PUBCOMP leaves: the id may be that of another message then. */
  forgotten(mid: number): void {
    this.#delete(RECEIVED_FROM + mid);
    this.#protect = true;
  }

  // ---- subscriptions -------------------------------------------------------------------------------------------

  /** The number by which a subscription is kept from now on. */
  granted(granted: StoredSubscription, key = this.#next_subscription): number {
    this.#next_subscription = Math.max(this.#next_subscription, key + 1);
    this.#put(key, subscription_record(granted));
    return key;
  }

  given_up(key: number): void {
    this.#delete(key);
  }

  // ---- for who writes it down ----------------------------------------------------------------------------------

  /** The store was opened: what it holds is known from now on. */
  begin(identity: Identity, keys: readonly number[], released: Iterable<number>): void {
    this.#is_open = true;
    for (const key of released) this.#released.add(key);
    this.#next_subscription = Math.max(SUBSCRIPTIONS_FROM, 1 + last_below(MESSAGES_FROM, keys));
    const last_epoch = Math.floor((keys.at(-1) ?? 0) / EPOCH);
    this.#begin_epoch({ ...identity, epoch: Math.max(identity.epoch, last_epoch) });
  }

  take(): Changes {
    const changes = {
      keys: this.#keys,
      values: this.#values,
      protect: this.#protect,
      holds: this.#holds,
    };
    this.#keys = [];
    this.#values = new Map();
    this.#protect = false;
    this.#holds = 0;
    return changes;
  }

  /** None of what was taken has been written down: it waits again, before all that has come since. */
  put_back({ keys, values, protect, holds }: Changes): void {
    this.#keys = [...keys, ...this.#keys];
    this.#values = new Map([...values, ...this.#values]);
    this.#protect ||= protect;
    if (holds > this.#holds) this.#holds = holds;
  }

  /** A record that must not be there any more. */
  drop(key: number): void {
    this.#delete(key);
  }

  #take_key(): number {
    const key = this.#identity.epoch * EPOCH + this.#next_message;
    this.#next_message += 2;
    if (this.#next_message === this.#per_epoch) this.#begin_epoch(this.#identity);
    return key;
  }

  #begin_epoch(last: Identity): void {
    this.#next_message = 0;
    this.#identify({ ...last, epoch: (last.epoch % LAST_EPOCH) + 1 });
  }

  /** From now on any message may leave. False: that is written down already. */
  #note_leaving(): boolean {
    const { window, left_below } = this.#identity;
    if (window >= this.#window && left_below === ALL_LEFT.left_below) return false;
    this.#identify({
      ...this.#identity,
      window: Math.max(window, this.#window),
      left_below: ALL_LEFT.left_below,
    });
    return true;
  }

  #identify(identity: Identity): void {
    this.#identity = identity;
    this.#put(IDENTITY_KEY, identity_record(identity));
  }

  #put(key: number, value = NOTHING): void {
    if (value.length > 0) this.#values.set(key, value);
    this.#keys.push(key);
  }

  #delete(key: number): void {
    this.#keys.push(-key - 1);
  }
}

/** The packet id in the key of a message that was received. */
export function received_id(key: number): number | null {
  return key > RECEIVED_FROM && key < 2 * RECEIVED_FROM ? key - RECEIVED_FROM : null;
}

export function is_subscription(key: number): boolean {
  return key >= SUBSCRIPTIONS_FROM && key < MESSAGES_FROM;
}

function id_of(ticket: Ticket | null): number {
  return ticket?.id as number;
}

/** The last of rising numbers that is below `limit`; 0 when there is none. */
function last_below(limit: number, numbers: readonly number[]): number {
  return numbers.findLast((number) => number < limit) ?? 0;
}
