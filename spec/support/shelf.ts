// Decides what stands in for a store in specs of the core: records in a map, which outlive the session of a spec.

import { StoreError } from "../../lib/model/errors.ts";
import type { Shelf } from "../../lib/protocol/journal.ts";
import { type KeptRecord, KeptState, type Riddle } from "../../lib/protocol/kept_state.ts";
import type { OutboundMessage, Ticket } from "../../lib/protocol/outbound_message.ts";
import type { PublishAnswer } from "../../lib/protocol/outputs.ts";
import { MessageRecord } from "../../lib/protocol/records.ts";
import type { SessionSettings } from "../../lib/protocol/settings.ts";
import { publication, settings } from "./core_packets.ts";
import { Wire } from "./session_wire.ts";

/** 1970 plus this is when the clocks of all specs began. */
export const WALL = 1_700_000_000_000;

export class FakeShelf implements Shelf {
  readonly records = new Map<number, Uint8Array>();
  opens = true;
  failure: StoreError | null = null;
  readonly kept: OutboundMessage[] = [];

  to_wall(): number {
    return WALL;
  }

  is_open(): boolean {
    return this.opens;
  }

  keep(key: number, message: OutboundMessage): void {
    if (this.failure !== null) throw this.failure;
    this.records.set(key, new MessageRecord().of(message, this).bytes());
    this.kept.push(message);
  }

  get sorted(): KeptRecord[] {
    return [...this.records].sort(([a], [b]) => a - b).map(([key, value]) => ({ key, value }));
  }

  /** The numbers of all records but the one that says who wrote them. */
  get keys(): number[] {
    return this.sorted.map(({ key }) => key).filter((key) => key !== 0);
  }
}

/** A process with a session whose state is kept: as {@link Wire}, and everything published has a ticket. */
export class KeptWire extends Wire {
  readonly shelf: FakeShelf;
  readonly state: KeptState;
  riddles: readonly Riddle[] = [];
  restored: readonly Ticket[] = [];

  constructor(shelf: FakeShelf, rest: Partial<SessionSettings> = {}) {
    const state = new KeptState(shelf);
    super({ clean: false, ...rest }, state);
    this.shelf = shelf;
    this.state = state;
    if (shelf.opens) this.open_shelf();
  }

  open_shelf(): void {
    this.shelf.opens = true;
    const { riddles, tickets } = this.state.restore(this.shelf.sorted, {
      settings: settings(this.settings),
      to_wall: WALL,
      new_ticket: () => ({ mid: 0 }),
    });
    this.riddles = riddles;
    this.restored = tickets;
    this.write();
  }

  /** All changes so far are safe. Gives whether something had to wait for that. */
  write(): boolean {
    const { keys, values, protect, holds } = this.state.journal.take();
    for (const key of keys) {
      if (key < 0) this.shelf.records.delete(-key - 1);
      else this.shelf.records.set(key, values.get(key) ?? new Uint8Array(0));
    }
    return protect || holds > 0;
  }

  /** Publishes with a ticket, which it gives. */
  hand_over(payload: string, qos: 0 | 1 | 2, rest: Parameters<typeof publication>[1] = {}): Ticket {
    const ticket: Ticket = { mid: 0 };
    this.answer = this.session.publish(publication(payload, { qos, ...rest }), this.now, ticket);
    return ticket;
  }

  answer: PublishAnswer | null = null;

  /** The process ends here, and another one begins. */
  restarted(rest: Partial<SessionSettings> = {}): KeptWire {
    return new KeptWire(this.shelf, { ...this.settings, ...rest });
  }
}

export function full(): StoreError {
  return new StoreError("no room", { code: "ERR_MQTT_STORE_FULL" });
}
