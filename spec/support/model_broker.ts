// Decides what a correct broker does for one client: its session in both directions, kept over links. It takes its time
// with acks, and throws where the client breaks a rule that only a broker can see.

import { Decoder } from "../../lib/codec/decoder.ts";
import { encode } from "../../lib/codec/encoder.ts";
import type { ConnectPacket, Packet, PublishPacket } from "../../lib/codec/packets.ts";
import { PacketTypes } from "../../lib/model/packettypes.ts";
import { connack, puback, pubcomp, publish, pubrec, pubrel } from "./core_packets.ts";

type QoS = 0 | 1 | 2;

/** A message on its way to the client. */
interface Offer {
  readonly payload: string;
  readonly qos: 1 | 2;
  mid: number;
  state: "waiting" | "published" | "released";
}

export class ModelBroker {
  /** Payloads that were taken over from the client, by QoS, in their order: QoS 2 when its PUBLISH came first. */
  readonly taken: Record<QoS, string[]> = { 0: [], 1: [], 2: [] };
  /** Payloads of QoS 1 and 2 in the order in which they came first. */
  readonly first_seen = new Map<string, number>();
  #has_session = false;
  /** A session was lost, and the client may not have heard of it yet. */
  #was_lost = false;
  /** QoS 2 that came and was not released. */
  readonly #unreleased = new Set<number>();
  #offers: Offer[] = [];
  #last_mid = 0;
  // These are as old as the link.
  /** Our Receive Maximum. */
  #window = 65_535;
  #decoder: Decoder | null = null;
  #connect: ConnectPacket | null = null;
  #output: Uint8Array[] = [];
  /** Acks that are due, in their order [MQTT-4.6.0-2]. */
  #due: Packet[] = [];
  /** Ids of the client under which something came on this link and is not answered to its end. */
  #in_process = new Set<number>();
  /** Ids of ours, likewise: what the client's Receive Maximum counts (4.9). */
  #sent_here = new Set<number>();

  /** How much it still has for the client, or expects of it. */
  get open(): number {
    return this.#offers.length + this.#unreleased.size + this.#due.length;
  }

  /** `window`: the Receive Maximum that CONNACK will name. */
  accept_link(window: number): void {
    this.#window = window;
    this.#decoder = new Decoder({ version: 4, max_packet_size: 1_000_000, role: "server" });
    this.#connect = null;
    this.#output = [];
    this.#due = [];
    this.#in_process = new Set();
    this.#sent_here = new Set();
  }

  /** The link is gone, and with it all that was not read. */
  lose_link(): void {
    this.#decoder = null;
    this.#output = [];
    this.#due = [];
  }

  /**
   * As a broker that is started anew and has kept nothing. It says so until the client shows that it has heard: where
   * that CONNACK is lost, and the next one tells of the new session, no client could know that the old one is gone.
   */
  lose_session(): void {
    this.#was_lost = true;
    this.#begin_session();
  }

  #begin_session(): void {
    this.#has_session = false;
    this.#unreleased.clear();
    this.#offers = [];
  }

  receive(bytes: Uint8Array): void {
    if (this.#decoder === null) return;
    for (const packet of this.#decoder.push(bytes)) this.#on_packet(packet);
    if (this.#decoder?.error != null) throw this.#decoder.error;
  }

  /** Bytes for the client. */
  take_output(): Uint8Array {
    return Buffer.concat(this.#output.splice(0));
  }

  /** Sends the oldest ack that is due. */
  acknowledge(): void {
    const packet = this.#due.shift();
    if (packet === undefined) return;
    this.#send(packet);
    if (packet.type === PacketTypes.PUBACK || packet.type === PacketTypes.PUBCOMP)
      this.#in_process.delete(packet.mid);
  }

  /** A message for the client, of a session that it has. */
  publish(payload: string, qos: QoS): boolean {
    if (!this.#has_session) return false;
    if (qos === 0) {
      if (this.#connect !== null && this.#decoder !== null) this.#send(publish("b", payload));
    } else {
      this.#offers.push({ payload, qos, mid: 0, state: "waiting" });
      this.#offer();
    }
    return true;
  }

  #on_packet(packet: Packet): void {
    if (packet.type === PacketTypes.CONNECT) {
      this.#on_connect(packet);
      return;
    }
    if (this.#connect === null) throw new Error("the client did not begin with CONNECT");
    this.#was_lost = false;
    switch (packet.type) {
      case PacketTypes.PUBLISH:
        this.#on_publish(packet);
        break;
      case PacketTypes.PUBREL: {
        const known = this.#unreleased.delete(packet.mid);
        this.#due.push(pubcomp(packet.mid, known || this.#connect.version !== 5 ? 0 : 0x92));
        break;
      }
      case PacketTypes.PUBACK:
        this.#settle(packet.mid, 1, "published");
        break;
      case PacketTypes.PUBREC: {
        const offer = this.#offers.find(({ mid }) => mid === packet.mid);
        if (offer?.qos !== 2) throw new Error(`PUBREC ${packet.mid} answers nothing`);
        offer.state = "released";
        this.#send(pubrel(packet.mid));
        break;
      }
      case PacketTypes.PUBCOMP:
        this.#settle(packet.mid, 2, "released");
        break;
      case PacketTypes.PINGREQ:
        this.#send({ type: PacketTypes.PINGRESP });
        break;
      case PacketTypes.DISCONNECT:
        throw new Error(`the client gave up with ${packet.reason_code}`);
      default:
        throw new Error(`the client sent packet type ${packet.type}`);
    }
  }

  #on_connect(packet: ConnectPacket): void {
    if (this.#connect !== null) throw new Error("a second CONNECT");
    this.#connect = packet;
    const present = this.#has_session && !packet.clean && !this.#was_lost;
    if (!present) this.#begin_session();
    this.#has_session = true;
    const properties = packet.version === 5 ? { ReceiveMaximum: this.#window } : null;
    this.#send(connack({ session_present: present && packet.version !== 3 }, properties));
    for (const offer of this.#offers) {
      if (offer.state === "published") this.#send_offer(offer, true);
      if (offer.state === "released") this.#send(pubrel(offer.mid));
    }
    this.#offer();
  }

  #on_publish({ qos, mid, dup, payload: bytes }: PublishPacket): void {
    const payload = Buffer.from(bytes).toString();
    if (qos === 0) {
      this.taken[0].push(payload);
      return;
    }
    const mid_before = this.first_seen.get(payload);
    if (mid_before === undefined) this.first_seen.set(payload, mid);
    else if (mid_before !== mid) throw new Error(`"${payload}" has the ids ${mid_before} and ${mid}`);
    else if (!dup) throw new Error(`"${payload}" came again without DUP`);
    if (this.#in_process.has(mid)) throw new Error(`id ${mid} came twice on one link`);
    if (this.#connect?.version === 5 && this.#in_process.size >= this.#window)
      throw new Error(`more than ${this.#window} messages at once`);
    this.#in_process.add(mid);
    if (qos === 1) {
      this.taken[1].push(payload);
      this.#due.push(puback(mid));
      return;
    }
    if (!this.#unreleased.has(mid)) this.taken[2].push(payload);
    this.#unreleased.add(mid);
    this.#due.push(pubrec(mid));
  }

  #settle(mid: number, qos: QoS, state: Offer["state"]): void {
    const index = this.#offers.findIndex(
      (offer) => offer.mid === mid && offer.qos === qos && offer.state === state,
    );
    // A PUBCOMP may come twice: for a PUBREL that was sent twice.
    if (index < 0 && qos === 2) return;
    if (index < 0) throw new Error(`an ack for ${mid} answers nothing`);
    this.#offers.splice(index, 1);
    this.#sent_here.delete(mid);
    this.#offer();
  }

  /** Sends what the client's Receive Maximum allows. */
  #offer(): void {
    if (this.#connect === null || this.#decoder === null) return;
    const window = this.#connect.properties?.ReceiveMaximum ?? 65_535;
    for (const offer of this.#offers) {
      if (this.#sent_here.size >= window) return;
      if (offer.state !== "waiting") continue;
      offer.mid = this.#free_mid();
      offer.state = "published";
      this.#send_offer(offer, false);
    }
  }

  #send_offer({ payload, qos, mid }: Offer, dup: boolean): void {
    this.#sent_here.add(mid);
    this.#send(publish("b", payload, { qos, mid, dup }));
  }

  /** From a small stock, so that ids are soon used again. */
  #free_mid(): number {
    do this.#last_mid = (this.#last_mid % 40) + 1;
    while (this.#offers.some(({ mid }) => mid === this.#last_mid));
    return this.#last_mid;
  }

  #send(packet: Packet): void {
    this.#output.push(encode(packet, (this.#connect as ConnectPacket).version));
  }
}
