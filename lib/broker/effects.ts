// Decides how the core's effects come out: links on which something is to be done, and events for whoever listens. Both
// are drained by the shell, after the step that they are of.

import type { Packet } from "../codec/packets.ts";
import type { BrokerClient } from "./access.ts";
import type { Link } from "./link.ts";
import type { Message } from "./message.ts";

export type CoreEvent =
  | { readonly type: "packet"; readonly mark: "<" | ">"; readonly link: Link; readonly packet: Packet }
  | { readonly type: "connected"; readonly client: BrokerClient; readonly session_present: boolean }
  | { readonly type: "refused"; readonly client: BrokerClient; readonly reason_code: number }
  | {
      readonly type: "disconnected";
      readonly client: BrokerClient;
      readonly reason_code: number;
      /** What was wrong, where the client broke a rule. */
      readonly error: Error | null;
    }
  | { readonly type: "published"; readonly message: Message; readonly client: BrokerClient | null }
  | {
      readonly type: "subscribed";
      readonly client: BrokerClient;
      readonly filter: string;
      readonly qos: 0 | 1 | 2;
    }
  | { readonly type: "unsubscribed"; readonly client: BrokerClient; readonly filter: string }
  | { readonly type: "dropped"; readonly client_id: string; readonly message: Message };

export class Effects {
  #work = new Set<Link>();
  #events: CoreEvent[] = [];

  /** Something is to be done on the link. */
  attend(link: Link): void {
    this.#work.add(link);
  }

  tell(event: CoreEvent): void {
    this.#events.push(event);
  }

  /** False: it is larger than the client accepts, and not sent. */
  send(link: Link, packet: Packet): boolean {
    this.#work.add(link);
    return link.send(packet);
  }

  acknowledge(link: Link, type: 4 | 5 | 6 | 7, mid: number, reason_code: number): void {
    link.acknowledge(type, mid, reason_code);
    this.#work.add(link);
  }

  take_work(): ReadonlySet<Link> {
    const work = this.#work;
    if (work.size > 0) this.#work = new Set();
    return work;
  }

  take_events(): CoreEvent[] {
    const events = this.#events;
    if (events.length > 0) this.#events = [];
    return events;
  }
}
