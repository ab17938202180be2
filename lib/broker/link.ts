// Decides what is as old as one connection: what was read of it, what waits to be written, in which version, and how
// long it may be silent. Knows nothing of what packets do.

import { Decoder } from "../codec/decoder.ts";
import { encode } from "../codec/encoder.ts";
import { Output } from "../codec/output.ts";
import type { ConnectPacket, Packet } from "../codec/packets.ts";
import type { TopicBytes } from "../codec/topic_bytes.ts";
import { RuntimeError } from "../model/errors.ts";
import { Line } from "../model/line.ts";
import { PacketTypes } from "../model/packettypes.ts";
import { InboundAliases } from "../protocol/topic_alias.ts";
import type { BrokerClient } from "./access.ts";
import { LARGEST_PACKET } from "./admission.ts";
import { type Delivery, properties_of } from "./message.ts";
import type { Due } from "./schedule.ts";
import type { Session } from "./session.ts";
import type { CoreSettings } from "./settings.ts";

/** `opening`: CONNECT is awaited. `asking`: whether the client may come in. `up`: CONNACK 0 is out. `ended`: for ever. */
type LinkPhase = "opening" | "asking" | "up" | "ended";

const followers: Readonly<Record<LinkPhase, readonly LinkPhase[]>> = {
  opening: ["asking", "ended"],
  asking: ["up", "ended"],
  up: ["ended"],
  ended: [],
};

/** A client from whom the system has taken nothing more for so long does not read. */
const STUCK_MS = 2000;
/** So many bytes of answers may wait for a client that goes on asking. */
const MOST_ANSWERS = 64 * 1024;
/** What a PUBLISH has at most besides topic and payload, where it has no properties. */
const PUBLISH_OVERHEAD = 10;

/** Told of each packet, if the log is wanted. */
export type Trace = (mark: "<" | ">", link: Link, packet: Packet) => void;

export class Link implements Due {
  /** Where it comes from, for people to read. */
  readonly address: string;
  readonly #decoder: Decoder;
  readonly #output = new Output();
  /** How many bytes of the output are no messages, but answers to what the client has sent. */
  #answers = 0;
  readonly #topics: TopicBytes;
  readonly #trace: Trace | null;
  #phase: LinkPhase = "opening";
  /** The version of the client; before CONNECT 3.1.1. */
  version: 3 | 4 | 5 = 4;
  /** What the client has said in its CONNECT, its password included; null unless it is asked whether it may come in. */
  connect: ConnectPacket | null = null;
  /** Who it is, as others see it; null before CONNECT. */
  client: BrokerClient | null = null;
  /** Null unless the link is up. */
  session: Session | null = null;
  /** What came and has to wait. */
  readonly held = new Line<Packet>();
  readonly aliases: InboundAliases;
  /** The ids of QoS 2 messages that came here and are not released: what our Receive Maximum counts. */
  readonly in_process = new Set<number>();
  /** The Maximum Packet Size of the client. */
  #largest = LARGEST_PACKET;
  #silence_ms: number;
  #heard_at: number;
  /** Since when the output waits, or something of it has left last. */
  #moved_at: number;

  constructor(address: string, settings: CoreSettings, topics: TopicBytes, trace: Trace | null, now: number) {
    const { max_packet_size, topic_alias_maximum, connect_timeout_ms } = settings;
    this.address = address;
    this.#decoder = new Decoder({ version: 4, max_packet_size, role: "server" });
    this.#topics = topics;
    this.#trace = trace;
    this.aliases = new InboundAliases(topic_alias_maximum);
    this.#silence_ms = connect_timeout_ms;
    this.#heard_at = now;
    this.#moved_at = now;
  }

  get phase(): LinkPhase {
    return this.#phase;
  }

  /** Why nothing more is read. */
  get error(): Decoder["error"] {
    return this.#decoder.error;
  }

  /** How many bytes wait to be written. */
  get unsent(): number {
    return this.#output.length;
  }

  /** Whether the client had better not be heard before it has read the answers to what it said. */
  get is_unheard(): boolean {
    return this.#answers >= MOST_ANSWERS;
  }

  /** Whether what comes has to wait: for the answer to whether the client may come in, or until the client is heard again. */
  get is_deaf(): boolean {
    return this.#phase === "asking" || this.is_unheard || this.held.length > 0;
  }

  /** The next packet that waits no more; null: there is none. */
  take_held(): Packet | null {
    return this.#phase === "asking" || this.is_unheard ? null : this.held.shift();
  }

  /** Whether the client does not read what waits for it. */
  is_stuck(now: number): boolean {
    return this.#output.length > 0 && now - this.#moved_at >= STUCK_MS;
  }

  /** The system has taken over something of what waited. Who reads lives, and cannot say so while it is not heard. */
  moved(now: number): void {
    this.#moved_at = now;
    if (this.#phase === "up" && this.is_deaf) this.#heard_at = now;
  }

  /** Of the schedule: the moment at which it was silent for too long. */
  next_timeout(): number {
    return this.#phase === "ended" ? Number.POSITIVE_INFINITY : this.#heard_at + this.#silence_ms;
  }

  /** CONNECT has come. */
  asks(packet: ConnectPacket): void {
    this.go("asking");
    this.connect = packet;
    const { client_id, version, username, keepalive, clean } = packet;
    const { address } = this;
    this.version = version;
    this.#largest = packet.properties?.MaximumPacketSize ?? LARGEST_PACKET;
    this.client = { client_id, protocol: version, username, keepalive, clean_start: clean, address };
  }

  go(next: LinkPhase): void {
    if (!followers[this.#phase].includes(next)) {
      throw new RuntimeError(`a link goes from ${this.#phase} to ${next}`, { code: "ERR_MQTT_LOGIC" });
    }
    this.#phase = next;
  }

  /** The packets that the bytes complete. Any byte is a sign of life: a large packet may take its time. */
  read(bytes: Uint8Array, now: number): Packet[] {
    if (this.#output.length === 0) this.#moved_at = now;
    // Before CONNACK none puts off the end: whoever sends a byte now and then would stay for ever.
    if (this.#phase === "up") this.#heard_at = now;
    return this.#decoder.push(bytes);
  }

  /** The client is in. From now on it may be silent for one and a half times what it has said [MQTT-3.1.2-22]. */
  enter(session: Session, packet: ConnectPacket, now: number): void {
    this.go("up");
    this.connect = null;
    this.session = session;
    this.#silence_ms = packet.keepalive === 0 ? Number.POSITIVE_INFINITY : packet.keepalive * 1500;
    this.#heard_at = now;
  }

  trace_read(packet: Packet): void {
    this.#trace?.("<", this, packet);
  }

  /** Whether the client accepts a packet as large as this one. */
  takes(packet: Packet): boolean {
    return this.#encoded(packet) !== null;
  }

  /** False: it is larger than the client accepts, and not sent [MQTT-3.1.2-24]. */
  send(packet: Packet): boolean {
    const bytes = this.#encoded(packet);
    if (bytes === null) return false;
    this.#output.append(bytes);
    if (packet.type !== PacketTypes.PUBLISH) this.#answers += bytes.length;
    this.#trace?.(">", this, packet);
    return true;
  }

  /** PUBACK, PUBREC, PUBREL or PUBCOMP. */
  acknowledge(type: 4 | 5 | 6 | 7, mid: number, reason_code: number): void {
    if (reason_code !== 0 || this.#trace !== null) {
      this.send({ type, mid, reason_code, properties: null } as Packet);
      return;
    }
    this.#output.acknowledge(type, mid);
    this.#answers += 4;
  }

  /** False: it is larger than the client accepts, and not sent. */
  publish(delivery: Delivery, mid: number, dup: boolean, now: number): boolean {
    const before = this.#output.length;
    const is_sent = this.#publish(delivery, mid, dup, now);
    // What is retained comes because the client has asked for it.
    if (delivery.is_kept) this.#answers += this.#output.length - before;
    return is_sent;
  }

  #publish(delivery: Delivery, mid: number, dup: boolean, now: number): boolean {
    const { message, qos, retain } = delivery;
    if (this.#output.length === 0) this.#moved_at = now;
    const properties = this.version < 5 ? null : properties_of(delivery, now);
    const { topic, payload } = message;
    if (properties === null && this.#trace === null) {
      const bytes = this.#topics.of(topic);
      if (bytes.length + payload.length + PUBLISH_OVERHEAD <= this.#largest) {
        const flags = (dup ? 8 : 0) | (qos << 1) | (retain ? 1 : 0);
        this.#output.publish(flags, bytes, payload, mid, this.version);
        return true;
      }
    }
    return this.send({ type: PacketTypes.PUBLISH, dup, qos, retain, topic, mid, payload, properties });
  }

  /** Null: the client does not accept it. */
  #encoded(packet: Packet): Uint8Array | null {
    try {
      const bytes = encode(packet, this.version);
      return bytes.length > this.#largest ? null : bytes;
    } catch {
      // It is longer than a packet can be: an alias for its topic has made it short enough to come here.
      return null;
    }
  }

  /** All that waits to be written. */
  take_output(): Uint8Array {
    this.#answers = 0;
    return this.#output.take();
  }
}
