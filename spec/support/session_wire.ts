// Decides how a spec of the core reads: as a conversation between one Session and a scripted peer that speaks packets
// through the real codec. No socket, no clock: `now` is a number, and the wire moves it.

import { expect } from "@jest/globals";
import { Decoder } from "../../lib/codec/decoder.ts";
import { encode } from "../../lib/codec/encoder.ts";
import type { Packet, Subscription } from "../../lib/codec/packets.ts";
import type { PropertyValues } from "../../lib/model/properties.ts";
import type { OutboundMessage, Publication } from "../../lib/protocol/outbound_message.ts";
import type { CloseCause, PublishAnswer, SessionEvent } from "../../lib/protocol/outputs.ts";
import { Session } from "../../lib/protocol/session.ts";
import type { SessionState } from "../../lib/protocol/session_state.ts";
import type { SessionSettings } from "../../lib/protocol/settings.ts";
import { connack, props, publication, settings, subscription } from "./core_packets.ts";
import { plain } from "./plain_packet.ts";

type EventOf<T extends SessionEvent["type"]> = Extract<SessionEvent, { type: T }>;

/**
 * ```ts
 * const wire = new Wire({ version: 5 }).connected();
 * wire.publish("hello", 1);
 * wire.expect(publish("t", "hello", { qos: 1, mid: 1 }));
 * wire.send(puback(1));
 * expect(wire.told("published")).toHaveLength(1);
 * ```
 */
export class Wire {
  readonly session: Session;
  readonly settings: SessionSettings;
  /** In milliseconds; not 0, so that a moment is not taken for its absence. */
  now = 1_000_000;
  /** How the session has asked for the end of the present link; null while it has not. */
  ending: { readonly flush: boolean } | null = null;
  #peer: Decoder | null = null;
  #received: Packet[] = [];
  #events: SessionEvent[] = [];

  /** @param state what the session knows from before. */
  constructor(rest: Partial<SessionSettings> = {}, state?: SessionState) {
    this.settings = settings(rest);
    this.session = new Session(this.settings, state);
  }

  /** Opens a link: CONNECT comes, and waits for `expect`. */
  open(): this {
    this.session.dial();
    return this.opened();
  }

  /** The link that is being dialled is up. */
  opened(): this {
    this.session.open(this.now);
    this.#peer = new Decoder({ version: 4, max_packet_size: 268_435_460, role: "server" });
    this.ending = null;
    this.flush();
    return this;
  }

  /** CONNACK 0. */
  accept(session_present = false, properties: PropertyValues<2> | null = null): this {
    return this.send(connack({ session_present }, properties));
  }

  /** Opens a link up to its CONNACK; CONNECT and the event are taken as read. */
  connected(session_present = false, properties: PropertyValues<2> | null = null): this {
    this.open();
    this.#received = [];
    this.accept(session_present, properties);
    this.#events = this.#events.filter(({ type }) => type !== "connack");
    return this;
  }

  /** The link breaks and another is opened up to its CONNACK. */
  reconnected(session_present = true, properties: PropertyValues<2> | null = null): this {
    this.cut();
    this.told("closed");
    return this.connected(session_present, properties);
  }

  /** The link breaks, or was ended by the peer. What has not been read of it is lost. */
  cut(error: Error | null = null): this {
    this.session.closed(error);
    this.#received = [];
    return this;
  }

  /** The peer sends these packets in one chunk. */
  send(...packets: Packet[]): this {
    const version = this.#peer?.version ?? 4;
    return this.send_bytes(Buffer.concat(packets.map((packet) => encode(packet, version))));
  }

  /** The peer, which has got all that was to be sent, sends bytes, or their hexadecimal digits. */
  send_bytes(bytes: Uint8Array | string): this {
    this.flush();
    const chunk = typeof bytes === "string" ? Buffer.from(bytes.replaceAll(" ", ""), "hex") : bytes;
    this.session.receive(chunk, this.now);
    this.flush();
    return this;
  }

  /** All that has come to the peer since the last look is exactly this. */
  expect(...packets: Packet[]): this {
    expect(this.received()).toEqual(packets);
    return this;
  }

  /** What has come to the peer since the last look. */
  received(): Packet[] {
    this.flush();
    return this.#received.splice(0);
  }

  /** Time passes. The session is woken at the end of it only. */
  wait(ms: number): this {
    this.now += ms;
    this.session.tick(this.now);
    this.flush();
    return this;
  }

  /** Time passes, and the session is woken whenever it has asked for it. */
  live(ms: number): this {
    const end = this.now + ms;
    for (let at = this.session.next_timeout(); at !== null && at <= end; at = this.session.next_timeout()) {
      this.wait(at - this.now);
    }
    return this.wait(end - this.now);
  }

  publish(payload: string | Uint8Array, qos: 0 | 1 | 2, rest: Partial<Publication> = {}): PublishAnswer {
    return this.session.publish({ ...publication(payload, { qos }), ...rest }, this.now);
  }

  /** As `publish`, of a message that must be accepted. */
  accepted(payload: string, qos: 0 | 1 | 2, rest: Partial<Publication> = {}): OutboundMessage {
    return this.publish(payload, qos, rest).message as OutboundMessage;
  }

  /** Publishes on MQTT 5 with properties. */
  publish_with(
    properties: PropertyValues<3>,
    payload: string,
    qos: 0 | 1 | 2,
    rest: Partial<Publication> = {},
  ): PublishAnswer {
    return this.publish(payload, qos, { ...rest, properties: props(3, properties) });
  }

  /** Subscribes and returns the packet id. */
  subscribe(
    filters: readonly (string | Partial<Subscription>)[],
    properties: PropertyValues<8> | null = null,
  ) {
    return this.session.subscribe(
      filters.map((filter) => subscription(filter)),
      props(8, properties),
    );
  }

  unsubscribe(...filters: string[]) {
    return this.session.unsubscribe(filters, null);
  }

  disconnect(reason_code = 0, properties: PropertyValues<14> | null = null) {
    return this.session.disconnect(reason_code, props(14, properties), this.now);
  }

  /** Takes the events of this type that have been told since they were last asked for. */
  told<T extends SessionEvent["type"]>(type: T): EventOf<T>[] {
    this.flush();
    const taken = this.#events.filter((event) => event.type === type);
    this.#events = this.#events.filter((event) => event.type !== type);
    return taken as EventOf<T>[];
  }

  /** Takes the texts of all notices. */
  notices(): string[] {
    return this.told("notice").map(({ text }) => text);
  }

  /** Takes the types of all events, in their order. */
  event_types(): string[] {
    this.flush();
    return this.#events.splice(0).map(({ type }) => type);
  }

  /** Takes the one `closed` event. */
  closed(): CloseCause {
    const [event, ...more] = this.told("closed");
    expect(more).toEqual([]);
    return (event as EventOf<"closed">).cause;
  }

  /** Performs the work, as a shell would whose transport takes everything. */
  flush(): void {
    for (;;) {
      const work = this.session.take_work(this.now);
      if (work.length === 0) break;
      for (const item of work) {
        if (item.type === "send") this.#take(item.bytes);
        else this.#end(item.flush);
      }
    }
    for (const event of this.session.take_events()) {
      this.#events.push(event.type === "message" ? { ...event, packet: plain(event.packet) } : event);
    }
    expect(this.#peer?.error ?? null).toBeNull();
  }

  #take(bytes: Uint8Array): void {
    this.#received.push(...(this.#peer as Decoder).push(bytes).map(plain));
  }

  #end(flush: boolean): void {
    this.ending = { flush };
    // After our DISCONNECT the peer ends the link; one that is given up is gone.
    if (this.session.phase === "closing") this.session.closed(null);
  }
}
