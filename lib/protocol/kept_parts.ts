// Decides what of the parts of a session is told to its journal: these are the parts, and each change that must outlive
// the process is written down on the way.

import type { PublishPacket } from "../codec/packets.ts";
import { LazyMap } from "../model/lazy.ts";
import { type Arrival, type Delivery, Inbound } from "./inbound.ts";
import type { Journal } from "./journal.ts";
import { Outbound } from "./outbound.ts";
import { OutboundMessage, type Publication, type Ticket } from "./outbound_message.ts";
import type { PacketIds } from "./packet_ids.ts";
import { type Granted, type RequestPacket, Requests } from "./requests.ts";

/** What `accept` takes besides the publication. */
type AcceptRest = Parameters<Outbound["accept"]> extends [unknown, ...infer Rest] ? Rest : never;

export class KeptOutbound extends Outbound {
  readonly #ids: PacketIds;
  readonly #journal: Journal;

  constructor(ids: PacketIds, journal: Journal) {
    super(ids);
    this.#ids = ids;
    this.#journal = journal;
  }

  /** Takes in what an earlier process has left, and behind it what was published before that was known. */
  restore(messages: readonly OutboundMessage[], is_released: (message: OutboundMessage) => boolean): void {
    const early = this.#journal.take_early();
    for (const message of early) this.abandon(message);
    for (const message of messages) {
      super.add(message);
      if (!is_released(message)) continue;
      this.left(message);
      super.release(message);
    }
    for (const message of early) this.#add_again(message);
  }

  override accept(publication: Publication, ...rest: AcceptRest): OutboundMessage | null {
    if (publication.qos !== 0) this.#journal.prepare();
    return super.accept(publication, ...rest);
  }

  override accept_plain(...args: Parameters<Outbound["accept_plain"]>): OutboundMessage | null {
    this.#journal.prepare();
    return super.accept_plain(...args);
  }

  override release(message: OutboundMessage): void {
    super.release(message);
    this.#journal.released(message);
  }

  override resume(session_present: boolean, window: number): number[] {
    this.#journal.resumed(session_present, window, this.acknowledged > 0);
    return super.resume(session_present, window);
  }

  protected override add(message: OutboundMessage): void {
    // Before anything has changed: it may say no.
    if (message.qos !== 0) this.#journal.accepted(message);
    super.add(message);
  }

  protected override settle(message: OutboundMessage): void {
    super.settle(message);
    if (message.qos !== 0) this.#journal.settled(message);
  }

  /** Its packet id may be that of a restored one: then it gets another, which does no harm, as it has not left yet. */
  #add_again(message: OutboundMessage): void {
    const { weight, seq, ticket, block, alias, expires_at, useless_at } = message;
    const mid = this.find(message.mid) === undefined ? message.mid : this.#ids.pass();
    (ticket as Ticket).mid = mid;
    const rarities = { block, alias, expires_at, useless_at };
    this.add(new OutboundMessage(message, weight, seq, mid, ticket, rarities));
  }
}

export class KeptInbound extends Inbound {
  readonly #journal: Journal;
  /** QoS 2 messages that were received and are not released, by this process or an earlier one. */
  readonly #kept = new Set<number>();
  /** Those of an earlier one. */
  readonly #restored = new Set<number>();

  constructor(journal: Journal) {
    super();
    this.#journal = journal;
  }

  restore(mids: Iterable<number>): void {
    for (const mid of mids) {
      this.#kept.add(mid);
      this.#restored.add(mid);
    }
  }

  override arrived(packet: PublishPacket, receive_maximum: number): Arrival {
    if (packet.qos === 2 && this.#restored.has(packet.mid)) return "again";
    // The broker has forgotten what its id stood for.
    if (packet.qos === 1) this.#drop(packet.mid);
    return super.arrived(packet, receive_maximum);
  }

  override finish(mid: number, delivery: Delivery | null): Delivery | null {
    const finished = super.finish(mid, delivery);
    if (finished?.qos === 2) {
      this.#kept.add(mid);
      this.#journal.received(mid);
    }
    return finished;
  }

  override release(mid: number): boolean {
    const was_kept = this.#drop(mid);
    return super.release(mid) || was_kept;
  }

  override link_lost(): void {
    super.link_lost();
    this.#journal.parted();
  }

  override forget(): void {
    super.forget();
    for (const mid of this.#kept) this.#drop(mid);
  }

  #drop(mid: number): boolean {
    if (!this.#kept.delete(mid)) return false;
    this.#restored.delete(mid);
    this.#journal.forgotten(mid);
    return true;
  }
}

/** The filters that the broker has granted. */
class KeptFilters extends LazyMap<string, Granted> {
  readonly #journal: Journal;
  readonly #keys = new Map<string, number>();

  constructor(journal: Journal) {
    super();
    this.#journal = journal;
  }

  restore(key: number, granted: Granted): void {
    const { filter } = granted.subscription;
    this.#keys.set(filter, key);
    super.set(filter, granted);
  }

  override set(filter: string, granted: Granted): this {
    this.#keys.set(filter, this.#journal.granted(granted, this.#keys.get(filter)));
    super.set(filter, granted);
    return this;
  }

  override delete(filter: string): boolean {
    const key = this.#keys.get(filter);
    if (key !== undefined) this.#journal.given_up(key);
    this.#keys.delete(filter);
    return super.delete(filter);
  }

  override clear(): void {
    for (const filter of [...this.#keys.keys()]) this.delete(filter);
  }
}

export class KeptRequests extends Requests {
  readonly #filters: KeptFilters;
  /** What an earlier process had subscribed is for the first broker that this one names. */
  #is_restored = false;

  constructor(ids: PacketIds, journal: Journal) {
    const filters = new KeptFilters(journal);
    super(ids, filters);
    this.#filters = filters;
  }

  /** Takes in what the broker has granted to an earlier process. */
  remember(key: number, granted: Granted): void {
    this.#is_restored = true;
    this.#filters.restore(key, granted);
  }

  override forget(): void {
    if (!this.#is_restored) super.forget();
  }

  override restore(): RequestPacket[] {
    this.#is_restored = false;
    return super.restore();
  }
}
