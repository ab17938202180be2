// Decides how a spec talks to the core of a broker: peers that send packets and look at what comes back, in bytes both
// ways. No socket, no clock: `now` is a number.

import { BrokerCore } from "../../lib/broker/core.ts";
import type { CoreEvent } from "../../lib/broker/effects.ts";
import type { Link } from "../../lib/broker/link.ts";
import { message_of } from "../../lib/broker/message.ts";
import type { CoreSettings } from "../../lib/broker/settings.ts";
import { Decoder } from "../../lib/codec/decoder.ts";
import { encode } from "../../lib/codec/encoder.ts";
import type { ConnectPacket, Packet, PublishPacket } from "../../lib/codec/packets.ts";
import { PacketTypes } from "../../lib/model/packettypes.ts";
import { type PayloadType, payload_bytes } from "../../lib/model/payload.ts";
import { connect } from "../support/core_packets.ts";

export const settings: CoreSettings = {
  max_packet_size: 268_435_460,
  receive_maximum: 65_535,
  max_subscriptions: 1000,
  max_sessions: 1000,
  max_retained: 1000,
  topic_alias_maximum: 10,
  max_inflight_messages: 20,
  max_queued_messages: 1000,
  max_queued_bytes: 1_000_000,
  connect_timeout_ms: 10_000,
  asks: false,
  traces: false,
  access: () => 0,
  new_client_id: () => "given",
};

export class Stand {
  now = 1_000_000;
  readonly core: BrokerCore;
  readonly events: CoreEvent[] = [];

  constructor(rest: Partial<CoreSettings> = {}) {
    this.core = new BrokerCore({ ...settings, ...rest });
  }

  /** A connection that has not said anything. */
  peer(version: 3 | 4 | 5 = 5): Peer {
    return new Peer(this, this.core.open("here", this.now), version);
  }

  /** A client that is in, with its CONNACK taken. */
  client(client_id: string, rest: Partial<ConnectPacket> = {}): Peer {
    const peer = this.peer(rest.version ?? 5);
    peer.connect({ client_id, ...rest });
    peer.take();
    return peer;
  }

  /** Lets seconds pass; what is due happens at its moment. */
  pass(seconds: number): void {
    const end = this.now + seconds * 1000;
    for (let at = this.core.next_timeout(); at <= end; at = this.core.next_timeout()) {
      this.now = at;
      this.core.tick(at);
    }
    this.now = end;
  }

  /** A message of the broker's own program. */
  publish(topic: string, payload: PayloadType, qos: 0 | 1 | 2 = 0, retain = false): void {
    const packet = { topic, payload: payload_bytes(payload), qos, retain, properties: null };
    this.core.publish(message_of(packet, topic, null, this.now), this.now);
  }

  /** The events of one type that were told up to now. */
  told<T extends CoreEvent["type"]>(type: T): Extract<CoreEvent, { type: T }>[] {
    this.events.push(...this.core.take_events());
    return this.events.filter((event) => event.type === type) as Extract<CoreEvent, { type: T }>[];
  }
}

export class Peer {
  readonly link: Link;
  readonly #stand: Stand;
  readonly #decoder: Decoder;
  readonly #version: 3 | 4 | 5;

  constructor(stand: Stand, link: Link, version: 3 | 4 | 5) {
    this.#stand = stand;
    this.link = link;
    this.#version = version;
    this.#decoder = new Decoder({ version, max_packet_size: 268_435_460 });
  }

  get is_ended(): boolean {
    return this.link.phase === "ended";
  }

  send(...packets: Packet[]): void {
    this.send_bytes(Buffer.concat(packets.map((packet) => encode(packet, this.#version))));
  }

  send_bytes(bytes: Uint8Array): void {
    this.#stand.core.receive(this.link, bytes, this.#stand.now);
  }

  connect(rest: Partial<ConnectPacket> = {}): void {
    this.send(connect({ version: this.#version, ...rest }));
  }

  /** The connection is lost. */
  lose(): void {
    this.#stand.core.closed(this.link, this.#stand.now);
  }

  /** All packets that came since the last call. */
  take(): Packet[] {
    const packets: Packet[] = [];
    while (this.link.unsent > 0) {
      packets.push(...this.#decoder.push(this.link.take_output()));
      this.#stand.core.drained(this.link, this.#stand.now);
    }
    if (this.#decoder.error !== null) throw this.#decoder.error;
    return packets;
  }

  /** The next packet of all that came; fails when it is not the only one. */
  take_one(): Packet {
    const [packet, ...others] = this.take();
    if (packet === undefined || others.length > 0) {
      throw new Error(`one packet was expected, and ${others.length + (packet === undefined ? 0 : 1)} came`);
    }
    return packet;
  }

  /** The messages among what came since the last call; other packets are lost. */
  take_messages(): PublishPacket[] {
    return this.take().filter((packet) => packet.type === PacketTypes.PUBLISH);
  }

  /** Their payloads. */
  take_texts(): string[] {
    return this.take_messages().map(({ payload }) => Buffer.from(payload).toString());
  }
}
