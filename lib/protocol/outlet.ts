// Decides where what the parts of a session say goes: packets into the line of the link, each at its place in the order of
// everything that was ever asked; news to the user. One object for all parts, for a closure for each verb costs more.

import type { Packet } from "../codec/packets.ts";
import { TopicBytes } from "../codec/topic_bytes.ts";
import { MQTTErrorCode } from "../model/enums.ts";
import type { MQTTException } from "../model/errors.ts";
import { PacketTypes } from "../model/packettypes.ts";
import type { Connection } from "./connection.ts";
import type { DepartureParts } from "./departure.ts";
import type { ExchangeParts } from "./exchange.ts";
import type { Inbound } from "./inbound.ts";
import { type Link, type Outgoing, outgoing } from "./link.ts";
import type { Outbound } from "./outbound.ts";
import type { OutboundMessage } from "./outbound_message.ts";
import type { RequestAnswer, SessionEvent } from "./outputs.ts";
import type { PacketIds } from "./packet_ids.ts";
import { acknowledges, type PassageParts, type PlainAcknowledgement } from "./passage.ts";
import { type RequestPacket, Requests } from "./requests.ts";
import type { SessionState } from "./session_state.ts";

const { MQTT_ERR_SUCCESS, MQTT_ERR_NO_CONN, MQTT_ERR_QUEUE_SIZE } = MQTTErrorCode;

export class Outlet implements ExchangeParts, DepartureParts, PassageParts {
  readonly #connection: Connection;
  readonly ids: PacketIds;
  readonly outbound: Outbound;
  readonly inbound: Inbound;
  /** Null until the user asks for a filter, unless they are kept. */
  requests: Requests | null;
  readonly is_kept: boolean;
  readonly topics = new TopicBytes();
  /** Whether each packet that comes and goes is told. */
  tracing = false;
  horizon = Number.POSITIVE_INFINITY;
  /** The place of what was asked last. */
  seq = 0;
  /** How many messages will never leave. */
  dropped = 0;
  #events: SessionEvent[] = [];

  constructor(connection: Connection, state: SessionState) {
    this.#connection = connection;
    this.ids = state.ids;
    this.outbound = state.outbound;
    this.inbound = state.inbound;
    this.requests = state.requests;
    this.is_kept = state.is_kept;
  }

  next_seq(): number {
    this.seq += 1;
    return this.seq;
  }

  // ---- packets that are no messages ----------------------------------------------------------------------------

  /** Called with a link. */
  acknowledge(type: PlainAcknowledgement, mid: number): void {
    const is_plain = !this.tracing && !this.is_kept;
    if (is_plain && acknowledges(type, mid, this.#connection.link as Link)) return;
    this.send({ type, mid, reason_code: 0, properties: null } as Outgoing["packet"]);
  }

  /** Called with a link. */
  send(packet: Outgoing["packet"]): void {
    const line = (this.#connection.link as Link).outgoing;
    const { last } = line;
    // A DISCONNECT that waits stays the last [MQTT-3.14.4-2]: the acknowledgement of a message goes before it, also
    // when it was the handler who said goodbye.
    if (last?.packet.type !== PacketTypes.DISCONNECT) line.push(outgoing(this.next_seq(), packet));
    else line.insert_after(last.previous, outgoing(last.seq, packet));
  }

  /** Sends what is to be answered. */
  request(make: (mid: number) => RequestPacket): RequestAnswer {
    if (!this.#connection.takes_wishes) return { rc: MQTT_ERR_NO_CONN, mid: null };
    const mid = this.ids.take();
    if (mid === 0) return { rc: MQTT_ERR_QUEUE_SIZE, mid: null };
    const packet = make(mid);
    this.requests ??= new Requests(this.ids);
    this.requests.add(packet);
    this.send(packet);
    return { rc: MQTT_ERR_SUCCESS, mid };
  }

  // ---- news ----------------------------------------------------------------------------------------------------

  tell(event: SessionEvent): void {
    this.#events.push(event);
  }

  trace(mark: "<" | ">", packet: Packet): void {
    if (this.tracing) this.tell({ type: "trace", mark, packet });
  }

  abandoned(message: OutboundMessage, error: MQTTException): void {
    this.dropped += 1;
    this.tell({ type: "abandoned", message, error });
  }

  take_events(): SessionEvent[] {
    const events = this.#events;
    if (events.length > 0) this.#events = [];
    return events;
  }
}
