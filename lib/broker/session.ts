// Decides what the broker knows of a client beyond its connections (4.1), and how long.

import type { WillMessage } from "../codec/packets.ts";
import type { Link } from "./link.ts";
import type { Delivery } from "./message.ts";
import { Outgoing, type QueueLimits } from "./outgoing.ts";
import type { Due } from "./schedule.ts";
import type { Granted } from "./subscriptions.ts";

/** What is retained, for one subscription. */
interface KeptFor {
  /** Of the subscription. */
  readonly qos: 0 | 1 | 2;
  readonly deliveries: Iterator<Delivery, void>;
}

export class Session implements Due {
  readonly client_id: string;
  readonly subscriptions = new Map<string, Granted<Session>>();
  /** Of each filter what is retained and has still to come because of it. */
  readonly kept_for = new Map<string, KeptFor>();
  readonly outgoing: Outgoing;
  /** The ids of QoS 2 messages that came, and that the client has not released [MQTT-4.3.3-10]. */
  readonly unreleased = new Set<number>();
  /** The connection; null: the client is away. */
  link: Link | null = null;
  /** How long the session outlives its connection. */
  expiry_ms = 0;
  will: WillMessage | null = null;
  /** When the will is published, and when all ends; Infinity while the client is there. */
  will_at = Number.POSITIVE_INFINITY;
  expires_at = Number.POSITIVE_INFINITY;

  constructor(client_id: string, limits: QueueLimits) {
    this.client_id = client_id;
    this.outgoing = new Outgoing(limits);
  }

  get is_present(): boolean {
    return this.link !== null;
  }

  /** The client is there. A will that still waited is not published any more [MQTT-3.1.3-9]. */
  begin(link: Link, expiry_ms: number, will: WillMessage | null): void {
    this.link = link;
    this.expiry_ms = expiry_ms;
    this.will = will;
    this.will_at = Number.POSITIVE_INFINITY;
    this.expires_at = Number.POSITIVE_INFINITY;
  }

  /** The connection has ended, and with it, unless the will is to be forgotten, the time of the will begins. */
  leave(now: number): void {
    this.link = null;
    this.outgoing.end();
    for (const [filter, { qos }] of this.kept_for) if (qos === 0) this.kept_for.delete(filter);
    this.expires_at = now + this.expiry_ms;
    const delay_ms = (this.will?.properties?.WillDelayInterval ?? 0) * 1000;
    // It comes at the latest when the session ends (3.1.3.2.2).
    if (this.will !== null) this.will_at = Math.min(now + delay_ms, this.expires_at);
  }

  /** Of the schedule. */
  next_timeout(): number {
    return Math.min(this.will_at, this.expires_at);
  }
}
