// Decides what the core of a broker can be told, and what it asks its owner.

import type { Access } from "./access.ts";
import type { QueueLimits } from "./outgoing.ts";

export interface CoreSettings extends QueueLimits {
  /** The largest packet that a client may send, in bytes. */
  readonly max_packet_size: number;
  /** As many QoS 2 messages a client may have open at a time, on MQTT 5. */
  readonly receive_maximum: number;
  /** As many subscriptions a client may have. */
  readonly max_subscriptions: number;
  /** As many sessions there may be. */
  readonly max_sessions: number;
  /** As many messages clients may have retained. */
  readonly max_retained: number;
  /** The highest topic alias that a client may use; 0: none. */
  readonly topic_alias_maximum: number;
  /** How long a connection may take to become one of MQTT. */
  readonly connect_timeout_ms: number;
  /** Whether the owner is asked about each client; without that all may come in. */
  readonly asks: boolean;
  /** Whether packets are told as events. */
  readonly traces: boolean;
  readonly access: Access;
  /** Gives a client id that nobody can guess. */
  readonly new_client_id: () => string;
}
