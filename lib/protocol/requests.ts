// Decides what becomes of SUBSCRIBE and UNSUBSCRIBE: who waits for which ack, which filters the broker has granted,
// and what must be asked again on a new link.

import type {
  SubackPacket,
  SubscribePacket,
  Subscription,
  UnsubackPacket,
  UnsubscribePacket,
} from "../codec/packets.ts";
import { ProtocolError } from "../model/errors.ts";
import { LazyMap, LazySet } from "../model/lazy.ts";
import { PacketTypes } from "../model/packettypes.ts";
import type { PacketIds } from "./packet_ids.ts";

/** How many filters are restored with one SUBSCRIBE at most: there are brokers that take no more than eight. */
const RESTORED_AT_ONCE = 8;

export type RequestPacket = SubscribePacket | UnsubscribePacket;

interface Request {
  readonly packet: RequestPacket;
  /** Asked by us, to restore: its ack is nobody's event. */
  readonly restoring: boolean;
}

export interface Granted {
  readonly subscription: Subscription;
  readonly properties: SubscribePacket["properties"];
  /** False once the broker has lost its session, until it has granted the filter again. */
  held: boolean;
}

export interface Answer {
  readonly restoring: boolean;
  /** Filters that were granted on an earlier link and are refused now. */
  readonly refused: readonly string[];
}

export class Requests {
  readonly #ids: PacketIds;
  readonly #pending = new LazyMap<number, Request>();
  readonly #granted: LazyMap<string, Granted>;
  /** For each filter in an open request, the packet id of the newest: its answer decides, in whatever order they come. */
  readonly #newest = new LazyMap<string, number>();
  /** Filters that the user has asked for, or has given up, on the present link. */
  #touched = new LazySet<string>();
  /** Requests that an earlier link left without an answer. */
  #unanswered: RequestPacket[] = [];

  constructor(ids: PacketIds, granted = new LazyMap<string, Granted>()) {
    this.#ids = ids;
    this.#granted = granted;
  }

  get pending(): number {
    return this.#pending.size;
  }

  /** How many filters are granted. */
  get granted(): number {
    return this.#granted.size;
  }

  /** Remembers a request that is about to be sent. */
  add(packet: RequestPacket): void {
    this.#await(packet, false);
    for (const filter of filters_of(packet)) {
      this.#touched.add(filter);
      if (packet.type === PacketTypes.UNSUBSCRIBE) this.#granted.delete(filter);
    }
  }

  /** SUBACK or UNSUBACK came. Null: it answers nothing that was asked. */
  answer(ack: SubackPacket | UnsubackPacket): Answer | ProtocolError | null {
    const request = this.#pending.get(ack.mid);
    if (request === undefined) return null;
    const { packet, restoring } = request;
    const asked = filters_of(packet).length;
    let refused: string[] = [];
    if (packet.type === PacketTypes.SUBSCRIBE) {
      if (ack.type !== PacketTypes.SUBACK) return null;
      if (ack.reason_codes.length !== asked) return wrong_length(ack, asked); // [MQTT-3.9.3-1]
      refused = this.#grant(packet, ack.reason_codes, restoring);
    } else {
      if (ack.type !== PacketTypes.UNSUBACK) return null;
      const { length } = ack.reason_codes;
      // On 3.x there are none. [MQTT-3.11.3-1]
      if (length > 0 && length !== asked) return wrong_length(ack, asked);
    }
    this.#pending.delete(ack.mid);
    this.#release(packet);
    return { restoring, refused };
  }

  /** These filters are not asked for again: the user has given them up while there was nobody to tell. */
  give_up(filters: readonly string[]): void {
    const unwanted = new Set(filters);
    for (const filter of unwanted) this.#granted.delete(filter);
    const left: RequestPacket[] = [];
    for (const packet of this.#unanswered) {
      const rest = packet.type === PacketTypes.SUBSCRIBE ? without(packet, unwanted) : packet;
      if (rest === null) this.#release(packet);
      else left.push(rest);
    }
    this.#unanswered = left;
  }

  /** Nothing is restored of what was granted or asked before: the user begins anew. */
  forget(): void {
    this.#granted.clear();
    this.#drop_unanswered();
  }

  /** The broker has begun a new session: it holds none of the filters any more. */
  session_lost(): void {
    for (const granted of this.#granted.values()) granted.held = false;
  }

  /** The link is gone. With `keep`, what it left unanswered is asked again on the next one. */
  link_lost(keep: boolean): void {
    for (const { packet, restoring } of this.#pending.values()) {
      if (restoring) this.#release(packet);
      else this.#unanswered.push(packet);
    }
    this.#pending.clear();
    this.#touched = new LazySet();
    if (!keep) this.#drop_unanswered();
  }

  /**
   * What must be asked (again) on the present link, after the user has had the chance to ask in `on_connect`: what
   * stayed unanswered, and what was granted and is not held any more; in both without the filters he has asked about.
   */
  restore(): RequestPacket[] {
    const due: RequestPacket[] = [];
    const covered = new Set(this.#touched);
    for (const packet of this.#unanswered) {
      const rest = without(packet, this.#touched);
      if (rest === null) {
        this.#release(packet);
        continue;
      }
      this.#await(rest, false);
      if (rest.type === PacketTypes.SUBSCRIBE)
        for (const { filter } of rest.subscriptions) covered.add(filter);
      due.push(rest);
    }
    this.#unanswered = [];
    due.push(...this.#ask_granted_again(covered));
    return due;
  }

  #ask_granted_again(covered: ReadonlySet<string>): SubscribePacket[] {
    // A Subscription Identifier belongs to the packet, so filters are grouped by the properties they came with.
    const groups = new Map<SubscribePacket["properties"], Subscription[]>();
    for (const [filter, { subscription, properties, held }] of this.#granted) {
      if (held || covered.has(filter)) continue;
      const group = groups.get(properties);
      if (group === undefined) groups.set(properties, [subscription]);
      else group.push(subscription);
    }
    const packets: SubscribePacket[] = [];
    for (const [properties, group] of groups) {
      for (let at = 0; at < group.length; at += RESTORED_AT_ONCE) {
        const mid = this.#ids.take();
        // With all ids in use the rest stays unheld, and is asked for on the next link.
        if (mid === 0) return packets;
        const subscriptions = group.slice(at, at + RESTORED_AT_ONCE);
        const packet: SubscribePacket = { type: PacketTypes.SUBSCRIBE, mid, subscriptions, properties };
        this.#await(packet, true);
        packets.push(packet);
      }
    }
    return packets;
  }

  #await(packet: RequestPacket, restoring: boolean): void {
    this.#pending.set(packet.mid, { packet, restoring });
    for (const filter of filters_of(packet)) this.#newest.set(filter, packet.mid);
  }

  #grant(packet: SubscribePacket, codes: readonly number[], restoring: boolean): string[] {
    const refused: string[] = [];
    for (const [index, subscription] of packet.subscriptions.entries()) {
      const { filter } = subscription;
      if (this.#newest.get(filter) !== packet.mid) continue;
      if ((codes[index] as number) < 0x80) {
        this.#granted.set(filter, { subscription, properties: packet.properties, held: true });
      } else {
        this.#granted.delete(filter);
        if (restoring) refused.push(filter);
      }
    }
    return refused;
  }

  #drop_unanswered(): void {
    for (const packet of this.#unanswered) this.#release(packet);
    this.#unanswered = [];
  }

  #release(packet: RequestPacket): void {
    this.#ids.release(packet.mid);
    for (const filter of filters_of(packet)) {
      if (this.#newest.get(filter) === packet.mid) this.#newest.delete(filter);
    }
  }
}

function filters_of(packet: RequestPacket): string[] {
  return packet.type === PacketTypes.SUBSCRIBE
    ? packet.subscriptions.map(({ filter }) => filter)
    : packet.filters;
}

/** The request for what is not in `filters`; null when nothing is left of it. */
function without(packet: RequestPacket, filters: { has(filter: string): boolean }): RequestPacket | null {
  const left = filters_of(packet).filter((filter) => !filters.has(filter));
  if (left.length === 0) return null;
  if (packet.type === PacketTypes.UNSUBSCRIBE) return { ...packet, filters: left };
  return { ...packet, subscriptions: packet.subscriptions.filter(({ filter }) => !filters.has(filter)) };
}

function wrong_length(ack: SubackPacket | UnsubackPacket, asked: number): ProtocolError {
  const name = PacketTypes.Names[ack.type].toUpperCase();
  return new ProtocolError(
    `${name} ${ack.mid} answers ${ack.reason_codes.length} filters, ${asked} were asked`,
  );
}
