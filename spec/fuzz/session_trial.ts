// Decides what must be true of a session, whatever its broker sends: it never throws, ends the link where reading was
// refused, and sends nothing itself that a server would refuse.

import { encode } from "../../lib/codec/encoder.ts";
import { check_first_byte } from "../../lib/codec/fixed_header.ts";
import { Framer } from "../../lib/codec/framer.ts";
import { check_packet } from "../../lib/codec/layouts.ts";
import { give_back } from "../../lib/codec/output.ts";
import { PacketTypes } from "../../lib/model/packettypes.ts";
import type { PropertyValues } from "../../lib/model/properties.ts";
import { Session } from "../../lib/protocol/session.ts";
import { connack, props, publication, settings, subscription } from "../support/core_packets.ts";
import type { Version } from "../vectors/vector.ts";
import { MAX_PACKET_SIZE, type Verdict } from "./reading_trial.ts";

/** How much is open towards the broker at most, so that what it acknowledges may be true. */
const OPEN_AT_MOST = 4;
/** The standard lets no client send it, and some brokers ask for it. */
const PINGRESP = 0xd0;
const promised: PropertyValues<1> = { TopicAliasMaximum: 3, ReceiveMaximum: 5 };

export class SessionTrial {
  /** Packet ids that may be in use. */
  readonly open: number[] = [];
  /** Packet ids of the broker's messages of QoS 2 that it has not released. */
  #unreleased: number[] = [];
  readonly #version: Version;
  readonly #below: (end: number) => number;
  readonly #session: Session;
  #server: Framer;
  readonly #connacks: readonly Uint8Array[];
  #now = 1_000_000;
  #was_closed = false;
  /** Whether the bytes before may have ended inside of a packet. */
  #is_inside = false;

  /** @param below chance: a whole number from 0 to what it is given, without that. */
  constructor(version: Version, below: (end: number) => number) {
    this.#version = version;
    this.#below = below;
    this.#session = new Session(
      settings({
        version,
        clean: false,
        retry_refused: false,
        max_packet_size: MAX_PACKET_SIZE,
        connect_properties: props(PacketTypes.CONNECT, version === 5 ? promised : null),
      }),
    );
    this.#connacks = [false, true].map((session_present) => encode(connack({ session_present }), version));
    this.#server = this.#open();
  }

  /** A packet that acknowledges what is in flight, most likely. */
  acknowledgement(): Uint8Array {
    const mid = this.open[this.#below(this.open.length)] ?? 1;
    const type = [0x40, 0x50, 0x62, 0x70, 0x90, 0xb0][this.#below(6)] as number;
    const rest = type < 0x90 ? [] : this.#version === 5 ? [0, 0] : type === 0x90 ? [1] : [];
    return Uint8Array.of(type, 2 + rest.length, mid >> 8, mid & 0xff, ...rest);
  }

  /** The broker sends these bytes, of which `wanted` says what they are. */
  receive(bytes: Uint8Array, wanted: Verdict): void {
    const is_first = this.#below(16) === 0;
    if (is_first) this.#reopen();
    else if (this.#session.phase !== "connected") this.#accept();
    const is_at_packet = !this.#is_inside;
    this.#session.receive(bytes, this.#now);
    const is_over = this.#session.phase === "closing";
    if (wanted.error !== null && is_at_packet && !is_over) throw new Error("the link outlives a refusal");
    this.#is_inside = wanted.is_cut || !is_at_packet;
    this.#drain();
    // What is cut may be continued by the next bytes, now and then.
    if (is_first || (wanted.is_cut && this.#below(8) > 0)) this.#reopen();
  }

  #open(): Framer {
    this.#session.dial();
    this.#session.open(this.#now);
    this.#server = new Framer(100_000, {
      check_first_byte: (byte) => byte === PINGRESP || check_first_byte(byte, this.#version, "client"),
    });
    this.#was_closed = false;
    this.#is_inside = false;
    this.#drain();
    return this.#server;
  }

  #reopen(): void {
    if (!this.#was_closed) this.#session.closed(null);
    this.#session.take_events();
    this.#open();
  }

  /** A link that is up, with something in flight. */
  #accept(): void {
    this.#reopen();
    this.#session.receive(this.#connacks[this.#below(8) > 0 ? 1 : 0] as Uint8Array, this.#now);
    if (this.#below(4) === 0) this.#release();
    const { in_flight, queued } = this.#session.counts;
    for (let count = in_flight + queued; count < OPEN_AT_MOST; count++) {
      const { message } = this.#session.publish(
        publication("p", { qos: count % 2 === 0 ? 1 : 2 }),
        this.#now,
      );
      if (message !== null) this.#remember(message.mid);
    }
    const { mid } = this.#session.subscribe([subscription("a/#")], null);
    if (mid !== null) this.#remember(mid);
    if (this.#below(4) === 0) this.#session.unsubscribe(["a/#"], null);
    this.#session.restore_subscriptions();
    this.#drain();
  }

  /** As a broker does that goes on with its session. Else all ids would be in use in the end: 3.1 loses no session. */
  #release(): void {
    for (const mid of this.#unreleased) {
      this.#session.receive(Uint8Array.of(0x62, 2, mid >> 8, mid & 0xff), this.#now);
    }
    this.#unreleased = [];
  }

  #remember(mid: number): void {
    this.open.push(mid);
    if (this.open.length > 2 * OPEN_AT_MOST) this.open.shift();
  }

  /** The shell's part: what is to be sent goes to a server that reads it strictly, messages are finished, mostly. */
  #drain(): void {
    for (const event of this.#session.take_events()) {
      if (event.type !== "message" || event.delivery === null) continue;
      const { mid, qos } = event.delivery;
      if (qos === 2) this.#unreleased.push(mid);
      if (this.#below(4) > 0) this.#session.ack(mid, event.delivery);
    }
    this.#now += this.#below(100);
    this.#session.tick(this.#now);
    for (const work of this.#session.take_work(this.#now)) {
      if (work.type === "close") {
        this.#session.closed(null);
        this.#was_closed = true;
      } else {
        this.#read(work.bytes);
        give_back(work.bytes);
      }
    }
    this.#session.take_events();
    const { bytes, in_flight, queued } = this.#session.counts;
    if (in_flight + queued > OPEN_AT_MOST || bytes > 100) throw new Error("more is kept than was published");
  }

  #read(bytes: Uint8Array): void {
    const server = this.#server;
    server.push(bytes);
    while (server.next()) {
      const whole = server.whole();
      if (whole[0] !== PINGRESP) check_packet(whole, server.body - server.begin, this.#version, "client");
    }
  }
}
