// Decides when what a session has to remember is written to a store: the messages in the call that publishes them, or
// together at the end of a turn; everything else then, too; and nothing leaves before what it relies on is safe.

import { MQTTException, StoreError } from "../model/errors.ts";
import type { Changes, Shelf } from "../protocol/journal.ts";
import { KeptState } from "../protocol/kept_state.ts";
import type { OutboundMessage, Ticket } from "../protocol/outbound_message.ts";
import type { SessionEvent } from "../protocol/outputs.ts";
import { MessageRecord } from "../protocol/records.ts";
import type { Session } from "../protocol/session.ts";
import type { SessionSettings } from "../protocol/settings.ts";
import type { Soon, Store, StoredRecord, StoreProblem } from "../store/store.ts";
import type { Clock } from "./clock.ts";

/** How long after a failure the store is tried again, if nothing else gives the occasion. */
const RETRY_MS = 1000;
const NOTHING = new Uint8Array(0);

export interface KeeperOwner {
  settings(): SessionSettings;
  /** Stands for a message that an earlier process has published. */
  new_ticket(): Ticket;
  /** Messages have reached their end without being sent. */
  settle(event: Extract<SessionEvent, { type: "lost" }>): void;
  /** Something the user should know. */
  warn(text: string): void;
}

/** Whoever performs the work of the session. */
export interface KeeperPump {
  /** There is something to do. */
  touch(): void;
}

/** What is being written. */
interface Writing {
  readonly changes: Changes;
  /** Messages of which nobody has said yet that they are kept. */
  readonly messages: readonly OutboundMessage[];
  /** Whether something may leave only when it is safe. */
  readonly protects: boolean;
  /** The last `seq` that it makes safe. */
  readonly up_to: number;
}

/** What the keepers have in common that one client has one after the other for the same store. */
interface Succession {
  /** Resolves when the one before has let go of the store; null as soon as it has. Never rejects. */
  closing: Promise<void> | null;
  /** Of what the one before has left in the store, by their numbers there. */
  tickets: ReadonlyMap<number, Ticket>;
}

export class Keeper implements Shelf {
  readonly state = new KeptState(this);
  /** Of the messages that an earlier process has published, in their order. */
  restored: readonly Ticket[] = [];
  readonly #store: Store;
  readonly #succession: Succession;
  readonly #owner: KeeperOwner;
  readonly #clock: Clock;
  #session: Session | null = null;
  #pump: KeeperPump | null = null;
  #is_open = false;
  /** Resolves when it is open; null while nobody opens it. */
  #opening: Promise<void> | null = null;
  #is_closing = false;
  /** Whether its calls answer by promises. */
  #answers_later = false;
  /** The last `seq` up to which all is safe. */
  #safe = 0;
  /** Messages that are not written yet. */
  #put: OutboundMessage[] = [];
  /** The keys of the same, where their records are not staged yet. */
  #put_keys: number[] = [];
  /** What the store refuses of the messages that had waited for it: nobody is there to be told by an exception. */
  #refused: Map<OutboundMessage, StoreError> | null = null;
  readonly #record = new MessageRecord();
  /** Whether a message was written that is not safe from a power cut yet. */
  #is_unsynced = false;
  /** What a store that answers by promises has under way. */
  #writing: Writing | null = null;
  /** Resolves when that has come to its end, well or not. */
  #written: Promise<void> = Promise.resolve();
  /** Whether the last attempt to write has failed. */
  #is_failing = false;
  #cancel_retry: (() => void) | null = null;

  /** @param before whom the client had for this until now; null: nobody. */
  constructor(store: Store, owner: KeeperOwner, clock: Clock, before: Keeper | null = null) {
    this.#store = store;
    this.#succession =
      before !== null && before.#store === store ? before.#succession : { closing: null, tickets: new Map() };
    this.#owner = owner;
    this.#clock = clock;
  }

  /** Whether it has anything to do with its store yet. */
  get is_used(): boolean {
    return this.#is_open || this.#opening !== null;
  }

  /** For whom it keeps. */
  attach(session: Session, pump: KeeperPump): void {
    this.#session = session;
    this.#pump = pump;
  }

  /** Opens the store, if it is not open. Throws or rejects with StoreError. */
  open(): Soon<void> {
    if (this.#is_open) return undefined;
    if (this.#opening !== null) return this.#opening;
    const open = () => this.#store.open((problem) => this.#report(problem));
    const found = this.#succession.closing?.then(open) ?? open();
    this.#answers_later = is_promise(found);
    if (!is_promise(found)) {
      this.#begin(found);
      return undefined;
    }
    this.#opening = found
      .then((records) => this.#begin(records))
      .finally(() => {
        this.#opening = null;
        this.#pump?.touch();
      });
    return this.#opening;
  }

  /**
   * Writes what there is, and lets go of the store. `replace` is called before that takes any time: what is published from
   * then on is for the keeper that is next in line.
   */
  close(replace: () => void = () => {}): Promise<void> {
    const succession = this.#succession;
    const closing = this.#let_go();
    if (this.#is_closing) {
      const over = closing
        .catch(() => {})
        .then(() => {
          if (succession.closing === over) succession.closing = null;
        });
      succession.closing = over;
    }
    replace();
    return closing;
  }

  /** With a store that answers at once all is done when this returns. */
  async #let_go(): Promise<void> {
    this.#is_closing = true;
    try {
      if (this.#succession.closing !== null) await this.#succession.closing;
      if (this.#opening !== null) await this.#opening.catch(() => {});
      if (!this.#is_open) {
        const error = new StoreError(
          "the message was not kept: the client was closed before its store was open",
        );
        this.#turn_away(this.state.journal.take_early(), error);
        return;
      }
      if (this.#writing !== null) await this.#written;
      this.#rest_no_more();
      this.flush();
      if (this.#writing !== null) await this.#written;
      this.#rest_no_more();
      this.#hand_on();
      this.#is_open = false;
      const closed = this.#store.close();
      if (is_promise(closed)) await closed;
    } finally {
      this.#is_closing = false;
    }
  }

  /** What is in the store is left to the next in line; nobody has the rest. */
  #hand_on(): void {
    const tickets = new Map<number, Ticket>();
    const lost: Ticket[] = [];
    for (const { ticket } of this.state.outbound.take_all()) {
      if (ticket?.id == null) lost.push(ticket as Ticket);
      else tickets.set(ticket.id, ticket);
    }
    this.#succession.tickets = tickets;
    this.#lose(lost, "QoS 0 messages were not sent: the client was closed");
  }

  #lose(tickets: readonly Ticket[], text: string): void {
    if (tickets.length === 0) return;
    const error = new MQTTException(text, { code: "ERR_MQTT_CLOSED" });
    this.#owner.settle({ type: "lost", tickets, error });
  }

  // ---- for the journal -----------------------------------------------------------------------------------------

  to_wall(): number {
    return Date.now() - this.#clock.now();
  }

  is_open(): boolean {
    if (this.#is_open) return true;
    const is_first = this.#opening === null;
    const opening = this.open();
    // Who connects hears of a failure by that; who only publishes, by the end of the message.
    if (is_first)
      opening?.catch((error: StoreError) => this.#turn_away(this.state.journal.take_early(), error));
    return this.#is_open;
  }

  keep(key: number, message: OutboundMessage): void {
    if (this.#answers_later) {
      try {
        this.#lay_down(key, message);
        this.#put.push(message);
      } catch (error) {
        if (this.#refused === null) throw error;
        this.#refused.set(message, error as StoreError);
      }
      return;
    }
    if (this.#store.gathers === true && !this.#is_failing) {
      this.#put.push(message);
      this.#put_keys.push(key);
      return;
    }
    try {
      this.#lay_down(key, message);
      void this.#store.write();
    } catch (error) {
      this.#is_failing = true;
      throw error;
    }
    this.#is_failing = false;
    this.#is_unsynced = true;
  }

  // ---- for the pump --------------------------------------------------------------------------------------------

  /** Writes what waits, and says what may leave. */
  flush(): void {
    const session = this.#session as Session;
    if (!this.#is_open) return;
    const { journal } = this.state;
    const has_more = this.#is_unsynced || this.#put.length > 0 || journal.is_dirty;
    if (has_more && this.#writing === null && !this.#rests) this.#write(session.seq);
    const protects = this.#is_unsynced || this.#put.length > 0 || journal.protects;
    if (!protects && this.#writing?.protects !== true) this.#safe = session.seq;
    const holds = Math.max(journal.holds, this.#writing?.changes.holds ?? 0);
    session.horizon = holds > (this.#is_failing ? 1 : 0) ? Number.NEGATIVE_INFINITY : this.#safe;
  }

  /** After a failure the store is left in peace for a while, unless there is a message to keep. */
  get #rests(): boolean {
    return this.#is_failing && this.#cancel_retry !== null && this.#put.length === 0;
  }

  #rest_no_more(): void {
    this.#cancel_retry?.();
    this.#cancel_retry = null;
  }

  #write(up_to: number): void {
    const changes = this.state.journal.take();
    const protects = this.#is_unsynced || this.#put.length > 0 || changes.protect || changes.holds > 0;
    const writing = { changes, messages: this.#put, protects, up_to };
    const keys = this.#put_keys;
    this.#put = [];
    this.#put_keys = [];
    try {
      // All in one go: one by one, between other things, takes a fifth longer.
      for (let index = 0; index < keys.length; index += 1) {
        this.#lay_down(keys[index] as number, writing.messages[index] as OutboundMessage);
      }
      this.#stage(changes);
      const done = protects ? this.#store.sync() : this.#store.write();
      if (is_promise(done)) this.#wait_for(done, writing);
      else this.#has_written();
    } catch (error) {
      this.#has_failed(writing, error as StoreError);
    }
  }

  /** Stages the record of a message. */
  #lay_down(key: number, message: OutboundMessage): void {
    const record = this.#record.of(message, this);
    if (this.#store.put_in_place === undefined) this.#store.put(key, record.bytes());
    else this.#store.put_in_place(key, record);
  }

  #stage({ keys, values }: Changes): void {
    for (const key of keys) {
      if (key < 0) this.#store.delete(-key - 1);
      else this.#store.put(key, values.get(key) ?? NOTHING);
    }
  }

  #wait_for(done: Promise<void>, writing: Writing): void {
    this.#writing = writing;
    const end = (settle: () => void) => {
      this.#writing = null;
      settle();
      this.#pump?.touch();
    };
    this.#written = done.then(
      () =>
        end(() => {
          this.#safe = Math.max(this.#safe, writing.up_to);
          this.#has_written();
        }),
      (error: StoreError) => end(() => this.#has_failed(writing, error)),
    );
  }

  #has_written(): void {
    this.#is_unsynced = false;
    this.#is_failing = false;
  }

  /** Nothing of it counts. Messages end with it, and everything else is tried again. */
  #has_failed({ changes, messages }: Writing, error: StoreError): void {
    const { journal } = this.state;
    journal.put_back(changes);
    journal.not_kept(messages);
    this.#turn_away(messages, error);
    if (!this.#is_failing) this.#owner.warn(error.message);
    this.#is_failing = true;
    this.#cancel_retry ??= this.#clock.after(RETRY_MS, () => {
      this.#cancel_retry = null;
      this.#pump?.touch();
    });
  }

  // ---- small print ---------------------------------------------------------------------------------------------

  #begin(records: readonly StoredRecord[]): void {
    this.#is_open = true;
    const settings = this.#owner.settings();
    const known = new Map(this.#succession.tickets);
    const new_ticket = (key: number) => {
      const ticket = known.get(key) ?? this.#owner.new_ticket();
      known.delete(key);
      return ticket;
    };
    const refused = new Map<OutboundMessage, StoreError>();
    this.#refused = refused;
    const { riddles, tickets } = this.state.restore(records, {
      settings,
      to_wall: this.to_wall(),
      new_ticket,
    });
    this.#refused = null;
    for (const [message, error] of refused) {
      this.state.journal.not_kept([message]);
      this.#turn_away([message], error);
    }
    this.restored = tickets;
    this.#succession.tickets = new Map();
    const text = "messages are not sent by this client: another client has taken them out of the store";
    this.#lose([...known.values()], text);
    for (const { key, why } of riddles) void this.#put_aside(key, why);
    // Before messages may fill the disk.
    this.flush();
  }

  async #put_aside(key: number, why: string): Promise<void> {
    try {
      await this.#store.quarantine(key, why);
    } catch (error) {
      this.#owner.warn((error as StoreError).message);
    }
  }

  #turn_away(messages: readonly OutboundMessage[], error: StoreError): void {
    for (const message of messages) this.#session?.withdraw(message, error);
    if (messages.length > 0) this.#pump?.touch();
  }

  #report({ text }: StoreProblem): void {
    this.#owner.warn(text);
  }
}

function is_promise<T>(value: Soon<T>): value is Promise<T> {
  return typeof (value as Promise<T> | null | undefined)?.then === "function";
}
