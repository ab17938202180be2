// Decides how connections and sessions begin and end: who takes whose place, which session outlives its connection, and
// when a will is published (3.1.2.5, 3.1.4, 4.1).

import type { ConnectPacket } from "../codec/packets.ts";
import { TopicBytes } from "../codec/topic_bytes.ts";
import { PacketTypes } from "../model/packettypes.ts";
import { Properties } from "../model/properties.ts";
import type { BrokerClient } from "./access.ts";
import { expiry_ms_of } from "./admission.ts";
import type { Effects } from "./effects.ts";
import { Link, type Trace } from "./link.ts";
import { message_of_will } from "./message.ts";
import type { Routing } from "./routing.ts";
import { Schedule } from "./schedule.ts";
import { Session } from "./session.ts";
import type { CoreSettings } from "./settings.ts";
import { short_text } from "./short_text.ts";

const KEEP_ALIVE_TIMEOUT = 0x8d;
const TAKEN_OVER = 0x8e;

export interface EndDetails {
  /** The client needs not be told. */
  readonly silently?: boolean;
  /** What was wrong. */
  readonly error?: Error | null;
}

export class Tenancy {
  readonly #settings: CoreSettings;
  readonly #effects: Effects;
  readonly #routing: Routing;
  readonly #links = new Set<Link>();
  readonly #sessions = new Map<string, Session>();
  readonly #schedule = new Schedule();
  readonly #topics = new TopicBytes();
  readonly #trace: Trace | null;

  constructor(settings: CoreSettings, effects: Effects, routing: Routing) {
    this.#settings = settings;
    this.#effects = effects;
    this.#routing = routing;
    this.#trace = settings.traces
      ? (mark, link, packet) => effects.tell({ type: "packet", mark, link, packet })
      : null;
  }

  get sessions(): Iterable<Session> {
    return this.#sessions.values();
  }

  get session_count(): number {
    return this.#sessions.size;
  }

  get links(): Iterable<Link> {
    return this.#links;
  }

  session(client_id: string): Session | null {
    return this.#sessions.get(client_id) ?? null;
  }

  open(address: string, now: number): Link {
    const link = new Link(address, this.#settings, this.#topics, this.#trace, now);
    this.#links.add(link);
    this.#schedule.plan(link);
    return link;
  }

  /** The client id, given or chosen. */
  client_id_for({ client_id }: ConnectPacket): string {
    return client_id === "" ? this.#new_client_id() : client_id;
  }

  /** A client comes in. Gives its session, and whether that was there before. */
  enter(
    link: Link,
    packet: ConnectPacket,
    client_id: string,
    now: number,
  ): { session: Session; is_kept: boolean } {
    const client = link.client as BrokerClient;
    const earlier = this.#sessions.get(client_id) ?? null;
    // [MQTT-3.1.4-3]
    if (earlier !== null && earlier.link !== null) this.end(earlier.link, TAKEN_OVER, now);
    // [MQTT-3.1.2-4]
    if (earlier !== null && packet.clean) this.#forget(earlier, now);
    // It may have ended with its connection.
    const kept = this.#sessions.get(client_id);
    const session = kept ?? new Session(client_id, this.#settings);
    this.#sessions.set(client_id, session);
    link.client = { ...client, client_id };
    link.enter(session, packet, now);
    session.begin(link, expiry_ms_of(packet), packet.will);
    this.#schedule.plan(link);
    return { session, is_kept: kept !== undefined };
  }

  end(link: Link, reason_code: number, now: number, details: EndDetails = {}): void {
    if (link.phase === "ended") return;
    const { silently = false, error = null } = details;
    const { session } = link;
    if (session !== null && !silently && link.version === 5) this.#say_goodbye(link, reason_code, error);
    link.go("ended");
    this.#links.delete(link);
    this.#schedule.forget(link);
    this.#effects.attend(link);
    if (session === null) return;
    link.session = null;
    const client = link.client as BrokerClient;
    this.#effects.tell({ type: "disconnected", client, reason_code, error });
    session.leave(now);
    this.#settle(session, now);
  }

  tick(now: number): void {
    for (let who = this.#schedule.take_due(now); who !== null; who = this.#schedule.take_due(now)) {
      if (who instanceof Link) this.end(who, KEEP_ALIVE_TIMEOUT, now);
      else this.#settle(who as Session, now);
    }
  }

  /** Infinity: never. */
  next_timeout(): number {
    return this.#schedule.next_timeout();
  }

  #say_goodbye(link: Link, reason_code: number, error: Error | null): void {
    const plain = { type: PacketTypes.DISCONNECT, reason_code, properties: null };
    if (error !== null) {
      const properties = new Properties(PacketTypes.DISCONNECT, { ReasonString: short_text(error.message) });
      if (this.#effects.send(link, { ...plain, properties })) return;
    }
    this.#effects.send(link, plain); // [MQTT-3.14.2-3]
  }

  #new_client_id(): string {
    for (;;) {
      const client_id = this.#settings.new_client_id();
      if (!this.#sessions.has(client_id)) return client_id;
    }
  }

  /** Does what is due for a client that is away. */
  #settle(session: Session, now: number): void {
    if (session.expires_at <= now) {
      this.#forget(session, now);
      return;
    }
    if (session.will_at <= now) this.#publish_will(session, now);
    this.#schedule.plan(session);
  }

  /** The session is at its end, and so is the waiting of its will [MQTT-3.1.2-8]. */
  #forget(session: Session, now: number): void {
    this.#sessions.delete(session.client_id);
    for (const filter of [...session.subscriptions.keys()]) this.#routing.unsubscribe(session, filter);
    this.#publish_will(session, now);
    session.expires_at = Number.POSITIVE_INFINITY;
    this.#schedule.forget(session);
  }

  #publish_will(session: Session, now: number): void {
    const { will, client_id } = session;
    session.will = null;
    session.will_at = Number.POSITIVE_INFINITY;
    if (will === null) return;
    const message = message_of_will(will, client_id, now);
    this.#effects.tell({ type: "published", message, client: null });
    // The client is not there to be told that it has no place among those that are retained.
    const retain = message.retain && this.#routing.has_room(message, now);
    this.#routing.route({ ...message, retain }, now);
  }
}
