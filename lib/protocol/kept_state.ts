// Decides how a session goes on that an earlier process has left in a store: what its records mean, what of it still
// holds, and what nobody can make sense of.

import type { MQTTException } from "../model/errors.ts";
import {
  ALL_LEFT,
  IDENTITY_KEY,
  is_subscription,
  Journal,
  MESSAGES_FROM,
  NONE_LEFT,
  received_id,
  type Shelf,
} from "./journal.ts";
import { KeptInbound, KeptOutbound, KeptRequests } from "./kept_parts.ts";
import { OutboundMessage, packed, type Ticket, weight } from "./outbound_message.ts";
import { PacketIds } from "./packet_ids.ts";
import {
  type Identity,
  read_identity,
  read_message,
  read_subscription,
  type StoredMessage,
} from "./records.ts";
import type { SessionState } from "./session_state.ts";
import type { SessionSettings } from "./settings.ts";

/** One record of a store. */
export interface KeptRecord {
  readonly key: number;
  readonly value: Uint8Array;
}

/** A record that nobody can make sense of, and why. */
export interface Riddle {
  readonly key: number;
  readonly why: string;
}

/** What goes on is told through these. */
export interface Continuation {
  readonly settings: Pick<SessionSettings, "client_id" | "version" | "clean">;
  /** What has to be added to a moment to make it milliseconds since 1970. */
  readonly to_wall: number;
  /** Stands for a message that an earlier process has published, by its number in the store. */
  new_ticket(key: number): Ticket;
}

/** The records of a store, sorted out. */
class Contents {
  identity: Identity | null = null;
  readonly messages: { key: number; message: StoredMessage }[] = [];
  /** Keys of messages whose PUBREC has come. */
  readonly released = new Set<number>();
  readonly received: number[] = [];
  readonly subscriptions: { key: number; stored: ReturnType<typeof read_subscription> }[] = [];
  readonly riddles: Riddle[] = [];

  constructor(records: readonly KeptRecord[]) {
    for (const { key, value } of records) {
      try {
        this.#read(key, value);
      } catch (error) {
        this.riddles.push({ key, why: (error as MQTTException).message });
      }
    }
  }

  #read(key: number, value: Uint8Array): void {
    const mid = received_id(key);
    if (mid !== null) this.received.push(mid);
    else if (key === IDENTITY_KEY) this.identity = read_identity(value);
    else if (is_subscription(key)) this.subscriptions.push({ key, stored: read_subscription(value) });
    else if (key < MESSAGES_FROM) this.riddles.push({ key, why: "nothing is kept under such a number" });
    else if (key % 2 === 1) this.released.add(key - 1);
    else this.messages.push({ key, message: read_message(value) });
  }
}

/** What a session knows that outlives the process. */
export class KeptState implements SessionState {
  readonly is_kept = true;
  readonly ids = new PacketIds();
  readonly journal: Journal;
  readonly outbound: KeptOutbound;
  readonly inbound: KeptInbound;
  readonly requests: KeptRequests;

  constructor(shelf: Shelf) {
    this.journal = new Journal(shelf);
    this.outbound = new KeptOutbound(this.ids, this.journal);
    this.inbound = new KeptInbound(this.journal);
    this.requests = new KeptRequests(this.ids, this.journal);
  }

  /**
   * Goes on with what the store holds, once, when it is opened. Gives the records that have to be put aside, and the
   * tickets of the messages that are still to be sent, in their order.
   */
  restore(
    records: readonly KeptRecord[],
    going_on: Continuation,
  ): { readonly riddles: readonly Riddle[]; readonly tickets: readonly Ticket[] } {
    const contents = new Contents(records);
    const { settings } = going_on;
    const { client_id, version } = settings;
    const earlier = contents.identity;
    const { window, left_below } = contents.messages.length === 0 ? NONE_LEFT : (earlier ?? ALL_LEFT);
    const identity = { client_id, version, epoch: earlier?.epoch ?? 0, window, left_below };
    const keys = records.map(({ key }) => key);
    const is_same = earlier?.client_id === client_id;
    if (!is_same) this.#begin_again(contents.released);
    this.journal.begin(identity, keys, contents.released);
    this.#restore_broker_side(contents, is_same, settings.clean === true);
    const messages = this.#restored_messages(contents, going_on, identity);
    this.outbound.restore(
      messages,
      ({ qos, ticket }) => qos === 2 && contents.released.has(ticket?.id as number),
    );
    return { riddles: contents.riddles, tickets: messages.map(({ ticket }) => ticket as Ticket) };
  }

  /** The session of another client id has no message that PUBREL could make count. */
  #begin_again(released: Set<number>): void {
    // Before it is written down who writes now: whoever reads only the half of it does not take them for that one's.
    for (const key of released) this.journal.drop(key + 1);
    released.clear();
  }

  /** What the broker holds of a session, it holds for one client id, and for nobody who asks for a new session. */
  #restore_broker_side({ received, subscriptions }: Contents, is_same: boolean, is_clean: boolean): void {
    if (is_same && !is_clean) {
      this.inbound.restore(received);
      for (const { key, stored } of subscriptions) this.requests.remember(key, { ...stored, held: true });
      return;
    }
    for (const mid of received) this.journal.forgotten(mid);
    for (const { key } of subscriptions) this.journal.given_up(key);
  }

  /**
   * Messages that have left once carry DUP, and neither expire nor give way. Which of those that could leave have, nobody
   * has written down: of QoS 1 those that fit into the window, for all others stood behind them; of QoS 2 any, for its
   * packet id is what the broker tells it by.
   */
  #restored_messages(
    contents: Contents,
    going_on: Continuation,
    { window, left_below }: Identity,
  ): OutboundMessage[] {
    const { to_wall } = going_on;
    const current = newest_of_each_id(contents, (key) => this.journal.drop(key));
    return current.map(({ key, message }, index) => {
      const { mid, properties, expires_at, useless_at } = message;
      const ticket = going_on.new_ticket(key);
      ticket.mid = mid;
      ticket.id = key;
      // Before all that this process is asked for.
      const seq = index - current.length;
      const restored = new OutboundMessage(message, weight(message), seq, mid, ticket, {
        block: packed(properties),
        alias: properties?.TopicAlias ?? 0,
        expires_at: expires_at - to_wall,
        useless_at: useless_at - to_wall,
      });
      restored.sent = key < left_below && (message.qos === 2 || index < window);
      return restored;
    });
  }
}

/**
 * A packet id has been given to another message only after the first one was settled: its record is one that was to be
 * deleted when the process ended. The same holds for the mark of a message that is not there.
 */
function newest_of_each_id(
  { messages, released }: Contents,
  drop: (key: number) => void,
): Contents["messages"] {
  const newest = new Map<number, number>();
  for (const { key, message } of messages) newest.set(message.mid, key);
  const current = messages.filter(({ key, message }) => newest.get(message.mid) === key);
  for (const { key, message } of messages) if (newest.get(message.mid) !== key) drop(key);
  const keys = new Set(current.map(({ key }) => key));
  for (const key of released) if (!keys.has(key)) drop(key + 1);
  return current;
}
