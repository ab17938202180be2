// Decides what befalls a connection at which of its MQTT packets: one that a test names, or what a seed says. Knows of a
// packet only where it begins and ends, and its type.

import { random_from } from "./random.ts";

/** Which way a packet goes. */
export type Direction = "to_broker" | "to_client";

/** A packet that is about to pass. All numbers begin with 1. */
export interface PassingPacket {
  /** The number of its connection, over the whole life of the disturber. */
  readonly connection: number;
  readonly direction: Direction;
  /** The four bits that MQTT gives it: PacketTypes. */
  readonly type: number;
  /** The how many-th packet of its type it is, on its connection and in its direction. */
  readonly nth: number;
  /** The how many-th packet of any type. */
  readonly nth_of_any: number;
  /** All of it, fixed header included. */
  readonly bytes: Uint8Array;
}

export interface Mishap {
  /**
   * `FIN`, `RST`: both sides are told that the connection ends. `half_close`: only the receiver of the packet is, by a
   * FIN, and what it says itself still passes. `silence`: nothing passes any more, and nobody is told.
   */
  readonly what: "FIN" | "RST" | "half_close" | "silence";
  /** `inside`: some of its bytes are handed on, and some are lost. */
  readonly where: "before" | "inside" | "after";
}

/** Asked about each packet before it passes; `null` lets it. */
export type Plan = (packet: PassingPacket) => Mishap | null;

/**
 * Lets a mishap happen at the `nth` packet of `type` of one connection (default: of each), and at nothing else.
 *
 * ```ts
 * import { PacketTypes } from "karere";
 * import { at_packet, disturber } from "karere/testing";
 *
 * const first_puback = { direction: "to_client", type: PacketTypes.PUBACK, nth: 1 } as const;
 * const wire = await disturber(1883, at_packet(first_puback, { what: "RST", where: "before" }));
 * await wire.close();
 * ```
 */
export function at_packet(
  where: Pick<PassingPacket, "direction" | "type" | "nth"> & { connection?: number },
  mishap: Mishap,
): Plan {
  return ({ connection, direction, type, nth }) => {
    const is_it = direction === where.direction && type === where.type && nth === where.nth;
    return is_it && connection === (where.connection ?? connection) ? mishap : null;
  };
}

/**
 * Lets each connection end at one of its first `within` packets of one direction. What, where and at which packet depends
 * only on the seed and the number of the connection, so the same seed makes the same choices however fast all goes.
 *
 * ```ts
 * import { at_random, disturber } from "karere/testing";
 *
 * const wire = await disturber(1883, at_random(42, 40, ["FIN", "RST", "half_close"]));
 * await wire.close();
 * ```
 *
 * @param kinds what may happen, each as likely as the others; one named twice is twice as likely.
 * @param spared so many packets of each direction pass before.
 */
export function at_random(seed: number, within: number, kinds: readonly Mishap["what"][], spared = 0): Plan {
  return ({ connection, direction, nth_of_any }) => {
    const random = random_from(seed + connection * 7919);
    const one_of = <T>(choices: readonly T[]) => choices[Math.floor(random() * choices.length)] as T;
    const its_direction = one_of<Direction>(["to_broker", "to_client"]);
    const its_packet = 1 + spared + Math.floor(random() * within);
    const mishap = { what: one_of(kinds), where: one_of<Mishap["where"]>(["before", "inside", "after"]) };
    return direction === its_direction && nth_of_any === its_packet ? mishap : null;
  };
}

/** Joins the bytes of one direction of one connection to packets, and counts them. */
export class PacketCounter {
  readonly #connection: number;
  readonly #direction: Direction;
  readonly #of_type = new Map<number, number>();
  #all = 0;
  #held: Buffer = Buffer.alloc(0);

  constructor(connection: number, direction: Direction) {
    this.#connection = connection;
    this.#direction = direction;
  }

  /** The packets that are complete with this chunk; the beginning of another is kept for the next one. */
  *push(chunk: Buffer): Generator<PassingPacket> {
    this.#held = Buffer.concat([this.#held, chunk]);
    for (let size = packet_size(this.#held); size <= this.#held.length; size = packet_size(this.#held)) {
      const bytes = this.#held.subarray(0, size);
      this.#held = this.#held.subarray(size);
      yield this.#counted(bytes);
    }
  }

  #counted(bytes: Buffer): PassingPacket {
    const type = (bytes[0] as number) >> 4;
    const nth = (this.#of_type.get(type) ?? 0) + 1;
    this.#of_type.set(type, nth);
    this.#all += 1;
    const [connection, direction] = [this.#connection, this.#direction];
    return { connection, direction, type, nth, nth_of_any: this.#all, bytes };
  }
}

/** Of the packet that begins the bytes; Infinity while its length has not come whole. */
function packet_size(bytes: Buffer): number {
  let body = 0;
  for (let at = 1; at < bytes.length; at++) {
    const byte = bytes[at] as number;
    body += (byte & 0x7f) * 128 ** (at - 1);
    if (byte < 0x80) return 1 + at + body;
  }
  return Number.POSITIVE_INFINITY;
}
