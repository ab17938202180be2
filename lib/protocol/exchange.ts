// Decides what each packet of the broker means once it has accepted us: which message it moves, what is answered, what
// the user hears. Knows nothing of phases and of the end of the link.

import type {
  Packet,
  PubackPacket,
  PubcompPacket,
  PublishPacket,
  PubrecPacket,
  PubrelPacket,
  SubackPacket,
  UnsubackPacket,
} from "../codec/packets.ts";
import { alias_of } from "../codec/plain_packets.ts";
import { ProtocolError } from "../model/errors.ts";
import { PacketTypes } from "../model/packettypes.ts";
import { Delivery, type Inbound } from "./inbound.ts";
import type { Outgoing, Reading } from "./link.ts";
import type { Outbound } from "./outbound.ts";
import type { SessionEvent } from "./outputs.ts";
import type { PlainAcknowledgement } from "./passage.ts";
import type { Requests } from "./requests.ts";

/** What an exchange works on and speaks through. */
export interface ExchangeParts {
  readonly outbound: Outbound;
  readonly inbound: Inbound;
  /** Null: nothing was ever asked. */
  readonly requests: Requests | null;
  send(packet: Outgoing["packet"]): void;
  /** Sends an acknowledgement that has nothing to say but which packet it is for. */
  acknowledge(type: PlainAcknowledgement, mid: number): void;
  tell(event: SessionEvent): void;
}

export class Exchange {
  readonly #parts: ExchangeParts;

  constructor(parts: ExchangeParts) {
    this.#parts = parts;
  }

  /** Handles one packet; what it breaks comes back as the error with which to close the link. */
  on_packet(packet: Packet, reading: Reading): ProtocolError | null {
    switch (packet.type) {
      case PacketTypes.PUBLISH:
        return this.#on_publish(packet, reading);
      case PacketTypes.PUBACK:
        return this.#on_puback(packet);
      case PacketTypes.PUBREC:
        return this.#on_pubrec(packet);
      case PacketTypes.PUBREL:
        return this.#on_pubrel(packet, reading);
      case PacketTypes.PUBCOMP:
        return this.#on_pubcomp(packet);
      case PacketTypes.SUBACK:
      case PacketTypes.UNSUBACK:
        return this.on_request_ack(packet);
      case PacketTypes.PINGREQ:
        this.#parts.send({ type: PacketTypes.PINGRESP });
        return null;
      case PacketTypes.PINGRESP:
        return null;
      default: {
        const name = PacketTypes.Names[packet.type].toUpperCase();
        return new ProtocolError(`the broker sent ${name}, which has no place here`);
      }
    }
  }

  #on_publish(packet: PublishPacket, reading: Reading): ProtocolError | null {
    const alias = alias_of(packet);
    if (alias !== undefined) {
      const topic = reading.aliases.resolve(packet.topic, alias);
      if (topic instanceof ProtocolError) return topic;
      packet.topic = topic;
    }
    if (packet.qos === 0) {
      this.#parts.tell({ type: "message", packet, delivery: null });
      return null;
    }
    const arrival = this.#parts.inbound.arrived(packet, reading.receive_maximum);
    if (arrival instanceof Delivery) this.#parts.tell({ type: "message", packet, delivery: arrival });
    else if (arrival instanceof ProtocolError) return arrival;
    else if (arrival === "again") this.#parts.acknowledge(PacketTypes.PUBREC, packet.mid);
    return null;
  }

  #on_puback(packet: PubackPacket): null {
    const message = this.#parts.outbound.find(packet.mid);
    if (message?.qos !== 1 || message.state !== "published") return this.#not_ours("PUBACK", packet.mid);
    this.#parts.outbound.complete(message);
    this.#parts.tell({ type: "published", message, packet });
    return null;
  }

  #on_pubrec(packet: PubrecPacket): null {
    const message = this.#parts.outbound.find(packet.mid);
    if (message?.qos !== 2 || message.state === "waiting") return this.#not_ours("PUBREC", packet.mid);
    if (packet.reason_code >= 0x80) {
      // A refusal is the end of the exchange: no PUBREL follows (4.3.3).
      this.#parts.outbound.complete(message);
      this.#parts.tell({ type: "published", message, packet });
      return null;
    }
    if (message.state === "published") this.#parts.outbound.release(message);
    this.#parts.acknowledge(PacketTypes.PUBREL, packet.mid);
    return null;
  }

  #on_pubrel(packet: PubrelPacket, reading: Reading): null {
    // 0x92: Packet Identifier not found; 3.x has no way to say so.
    const is_known = this.#parts.inbound.release(packet.mid) || reading.version !== 5;
    if (is_known) this.#parts.acknowledge(PacketTypes.PUBCOMP, packet.mid);
    else
      this.#parts.send({ type: PacketTypes.PUBCOMP, mid: packet.mid, reason_code: 0x92, properties: null });
    return null;
  }

  #on_pubcomp(packet: PubcompPacket): null {
    const message = this.#parts.outbound.find(packet.mid);
    if (message?.state !== "released") return this.#not_ours("PUBCOMP", packet.mid);
    this.#parts.outbound.complete(message);
    this.#parts.tell({ type: "published", message, packet });
    return null;
  }

  /** An answer to SUBSCRIBE or UNSUBSCRIBE; also where it is not the broker who refuses. */
  on_request_ack(packet: SubackPacket | UnsubackPacket): ProtocolError | null {
    const answer = this.#parts.requests?.answer(packet) ?? null;
    if (answer instanceof ProtocolError) return answer;
    if (answer === null) return this.#not_ours(PacketTypes.Names[packet.type].toUpperCase(), packet.mid);
    if (answer.refused.length > 0) {
      const filters = answer.refused.join(", ");
      this.#parts.tell({
        type: "notice",
        text: `the broker refuses to restore the subscription to ${filters}`,
      });
    }
    if (answer.restoring) return null;
    if (packet.type === PacketTypes.SUBACK) this.#parts.tell({ type: "subscribed", packet });
    else this.#parts.tell({ type: "unsubscribed", packet });
    return null;
  }

  #not_ours(name: string, mid: number): null {
    const text = `${name} for packet id ${mid} answers nothing that is in flight: ignored`;
    this.#parts.tell({ type: "notice", text });
    return null;
  }
}

export function pubrel_packet(mid: number): PubrelPacket {
  return { type: PacketTypes.PUBREL, mid, reason_code: 0, properties: null };
}
