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
import { PacketTypes } from "../model/packettypes.ts";
import type { PacketIds } from "./packet_ids.ts";

interface Request {
  readonly packet: SubscribePacket | UnsubscribePacket;
  /** Asked by us, to restore: its ack is nobody's event. */
  readonly restoring: boolean;
}

interface Granted {
  readonly subscription: Subscription;
  readonly properties: SubscribePacket["properties"];
}

export interface Answer {
  readonly restoring: boolean;
  /** Filters that were granted on an earlier link and are refused now. */
  readonly refused: readonly string[];
}

export class Requests {
  readonly #ids: PacketIds;
  readonly #pending = new Map<number, Request>();
  readonly #granted = new Map<string, Granted>();
  /** Filters asked for on the present link, by the user. */
  #asked = new Set<string>();
  /** Requests that an earlier link left without an answer. */
  #unanswered: Request[] = [];

  constructor(ids: PacketIds) {
    this.#ids = ids;
  }

  get pending(): number {
    return this.#pending.size;
  }

  /** Remembers a request that is about to be sent. */
  add(packet: SubscribePacket | UnsubscribePacket): void {
    this.#pending.set(packet.mid, { packet, restoring: false });
    if (packet.type === PacketTypes.SUBSCRIBE) {
      for (const { filter } of packet.subscriptions) this.#asked.add(filter);
    } else {
      for (const filter of packet.filters) {
        this.#asked.delete(filter);
        this.#granted.delete(filter);
      }
    }
  }

  /** SUBACK or UNSUBACK came. Null: it answers nothing that was asked. */
  answer(ack: SubackPacket | UnsubackPacket): Answer | ProtocolError | null {
    const request = this.#pending.get(ack.mid);
    if (request === undefined) return null;
    const { packet, restoring } = request;
    if (packet.type === PacketTypes.SUBSCRIBE) {
      if (ack.type !== PacketTypes.SUBACK) return null;
      if (ack.reason_codes.length !== packet.subscriptions.length)
        return wrong_length(ack, packet.subscriptions);
      this.#settle(ack.mid);
      return { restoring, refused: this.#grant(packet, ack.reason_codes, restoring) };
    }
    if (ack.type !== PacketTypes.UNSUBACK) return null;
    const { length } = ack.reason_codes;
    if (length > 0 && length !== packet.filters.length) return wrong_length(ack, packet.filters);
    this.#settle(ack.mid);
    return { restoring, refused: [] };
  }

  /** Nothing is restored of what was granted or asked before: the user begins anew. */
  forget(): void {
    this.#granted.clear();
    for (const { packet } of this.#unanswered) this.#ids.release(packet.mid);
    this.#unanswered = [];
  }

  /** The link is gone. With `keep`, what it left unanswered is asked again on the next one. */
  link_lost(keep: boolean): void {
    for (const request of this.#pending.values()) {
      if (keep && !request.restoring) this.#unanswered.push(request);
      else this.#ids.release(request.packet.mid);
    }
    this.#pending.clear();
    this.#asked = new Set();
  }

  /**
   * What must be asked (again) on the present link, after the user has had the chance to ask in `on_connect`: what
   * stayed unanswered, and, when the broker has lost the session, what it had granted.
   */
  restore(session_present: boolean): (SubscribePacket | UnsubscribePacket)[] {
    const due: (SubscribePacket | UnsubscribePacket)[] = [];
    const covered = new Set(this.#asked);
    for (const request of this.#unanswered) {
      const { packet } = request;
      const wanted =
        packet.type === PacketTypes.UNSUBSCRIBE ||
        packet.subscriptions.some(({ filter }) => !covered.has(filter));
      if (!wanted) {
        this.#ids.release(packet.mid);
        continue;
      }
      this.#pending.set(packet.mid, request);
      if (packet.type === PacketTypes.SUBSCRIBE) {
        for (const { filter } of packet.subscriptions) covered.add(filter);
      }
      due.push(packet);
    }
    this.#unanswered = [];
    if (!session_present) due.push(...this.#ask_granted_again(covered));
    return due;
  }

  #ask_granted_again(covered: ReadonlySet<string>): SubscribePacket[] {
    // A Subscription Identifier belongs to the packet, so filters are grouped by the properties they came with.
    const groups = new Map<SubscribePacket["properties"], Subscription[]>();
    for (const [filter, { subscription, properties }] of this.#granted) {
      if (covered.has(filter)) continue;
      const group = groups.get(properties);
      if (group === undefined) groups.set(properties, [subscription]);
      else group.push(subscription);
    }
    const packets: SubscribePacket[] = [];
    for (const [properties, subscriptions] of groups) {
      const mid = this.#ids.take();
      if (mid === 0) break;
      const packet: SubscribePacket = { type: PacketTypes.SUBSCRIBE, mid, subscriptions, properties };
      this.#pending.set(mid, { packet, restoring: true });
      packets.push(packet);
    }
    return packets;
  }

  #grant(packet: SubscribePacket, codes: readonly number[], restoring: boolean): string[] {
    const refused: string[] = [];
    for (const [index, subscription] of packet.subscriptions.entries()) {
      const { filter } = subscription;
      if ((codes[index] ?? 0x80) < 0x80) {
        this.#granted.set(filter, { subscription, properties: packet.properties });
      } else {
        this.#granted.delete(filter);
        if (restoring) refused.push(filter);
      }
    }
    return refused;
  }

  #settle(mid: number): void {
    this.#pending.delete(mid);
    this.#ids.release(mid);
  }
}

function wrong_length(ack: SubackPacket | UnsubackPacket, asked: readonly unknown[]): ProtocolError {
  const name = PacketTypes.Names[ack.type].toUpperCase();
  // [MQTT-3.9.3-1], [MQTT-3.11.3-1]
  return new ProtocolError(
    `${name} ${ack.mid} answers ${ack.reason_codes.length} filters, ${asked.length} were asked`,
  );
}
