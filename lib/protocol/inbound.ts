// Decides which messages of the broker reach the user, once each, and which acknowledgement is due: the receiver's
// side of QoS 1 and 2 (4.3). The ids here are the peer's, and share nothing with ours.
//
// A QoS 2 message is handed over when its PUBLISH comes; its id is remembered, and PUBREC goes out when the user has
// finished with it. What was not finished stays the broker's, which sends it again.

import type { PublishPacket } from "../codec/packets.ts";
import { ProtocolError } from "../model/errors.ts";
import { ByPacketId } from "./by_packet_id.ts";

/** One message handed to the user whose acknowledgement is still owed. */
export class Delivery {
  readonly mid: number;
  readonly qos: 1 | 2;
  /** `handed_over`: the user has it. `received`: PUBREC is out, PUBREL is awaited. */
  state: "handed_over" | "received" = "handed_over";
  /** Whether it came on the present link: then our Receive Maximum counts it (4.9). */
  is_counted = true;

  constructor(mid: number, qos: 1 | 2) {
    this.mid = mid;
    this.qos = qos;
  }
}

/** What a message is: new, or known already, so that nothing is to do (`known`) or its PUBREC is due once more (`again`). */
export type Arrival = Delivery | "known" | "again" | ProtocolError;

/** Those of all who have never had any. Nothing is ever added to them. */
const no_deliveries = /* @__PURE__ */ new ByPacketId<Delivery>();

export class Inbound {
  #deliveries = no_deliveries;
  #counted = 0;

  /** A PUBLISH with QoS 1 or 2 came. `receive_maximum` is ours, from our CONNECT. */
  arrived(packet: PublishPacket, receive_maximum: number): Arrival {
    const known = this.#deliveries.get(packet.mid);
    if (known?.is_counted !== true) {
      if (this.#counted >= receive_maximum) {
        const text = `the broker has sent more than ${receive_maximum} unacknowledged messages`;
        return new ProtocolError(text, { reason_code: 0x93 }); // [MQTT-3.3.4-7]
      }
      this.#counted += 1;
    }
    if (known !== undefined) {
      known.is_counted = true;
      if (known.qos === 2 && packet.qos === 2) return known.state === "received" ? "again" : "known";
      if (known.qos === 1 && packet.qos === 1 && packet.dup) return "known";
      this.#deliveries.delete(packet.mid);
    }
    const delivery = new Delivery(packet.mid, packet.qos === 2 ? 2 : 1);
    if (this.#deliveries === no_deliveries) this.#deliveries = new ByPacketId();
    this.#deliveries.add(packet.mid, delivery);
    return delivery;
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
    for (const delivery of this.#deliveries.all()) {
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
