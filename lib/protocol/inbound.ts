// Decides which messages of the broker reach the user, once each, and which acknowledgement is due: the receiver's
// side of QoS 1 and 2 (4.3). The ids here are the peer's, and share nothing with ours.
//
// A QoS 2 message is handed over when its PUBLISH comes; its id is remembered, and PUBREC goes out when the user has
// finished with it. What was not finished stays the broker's, which sends it again.

import type { PublishPacket } from "../codec/packets.ts";
import { ProtocolError } from "../model/errors.ts";
import { SparseMap } from "../model/sparse.ts";

/** One message handed to the user whose acknowledgement is still owed. */
export interface Delivery {
  readonly mid: number;
  readonly qos: 1 | 2;
  /** `handed_over`: the user has it. `received`: PUBREC is out, PUBREL is awaited. */
  state: "handed_over" | "received";
  /** Whether it came on the present link: then our Receive Maximum counts it (4.9). */
  is_counted: boolean;
}

export type Arrival =
  | { readonly type: "deliver"; readonly delivery: Delivery }
  /** Known already: nothing to do, or (`acknowledge`) the PUBREC once more. */
  | { readonly type: "known"; readonly acknowledge: boolean }
  | { readonly type: "violation"; readonly error: ProtocolError };

export class Inbound {
  readonly #deliveries = new SparseMap<number, Delivery>();
  #counted = 0;

  /** A PUBLISH with QoS 1 or 2 came. `receive_maximum` is ours, from our CONNECT. */
  arrived(packet: PublishPacket, receive_maximum: number): Arrival {
    const known = this.#deliveries.get(packet.mid);
    if (known?.is_counted !== true) {
      if (this.#counted >= receive_maximum) {
        const text = `the broker has sent more than ${receive_maximum} unacknowledged messages`;
        return { type: "violation", error: new ProtocolError(text, { reason_code: 0x93 }) }; // [MQTT-3.3.4-7]
      }
      this.#counted += 1;
    }
    if (known !== undefined) {
      known.is_counted = true;
      if (known.qos === 2 && packet.qos === 2)
        return { type: "known", acknowledge: known.state === "received" };
      if (known.qos === 1 && packet.qos === 1 && packet.dup) return { type: "known", acknowledge: false };
    }
    const qos = packet.qos === 2 ? 2 : 1;
    const delivery: Delivery = { mid: packet.mid, qos, state: "handed_over", is_counted: true };
    this.#deliveries.set(packet.mid, delivery);
    return { type: "deliver", delivery };
  }

  /**
   * The user has finished with it. Returns the delivery whose acknowledgement is due now; null when there is none, or
   * when `delivery` names one of an earlier link that has been replaced.
   */
  finish(mid: number, delivery: Delivery | null): Delivery | null {
    const known = this.#deliveries.get(mid);
    if (known === undefined || known.state === "received") return null;
    if (delivery !== null && delivery !== known) return null;
    if (known.qos === 1) this.#settle(known);
    else known.state = "received";
    return known;
  }

  /** PUBREL came: the id is free again. False when it was not known. */
  release(mid: number): boolean {
    const known = this.#deliveries.get(mid);
    if (known?.qos !== 2) return false;
    this.#settle(known);
    return true;
  }

  /** The link is gone: unacknowledged QoS 1 comes again as a new delivery, QoS 2 is recognised by its id. */
  link_lost(): void {
    this.#counted = 0;
    for (const delivery of this.#deliveries.values()) {
      delivery.is_counted = false;
      if (delivery.qos === 1) this.#deliveries.delete(delivery.mid);
    }
  }

  /** The session is new on the broker's side: its ids mean nothing any more. */
  forget(): void {
    this.#deliveries.clear();
  }

  #settle({ mid, is_counted }: Delivery): void {
    this.#deliveries.delete(mid);
    if (is_counted) this.#counted -= 1;
  }
}
