// Decides what the rules need to know from outside: plain data, complete, in the core's units. No defaults here.

import type { WillMessage } from "../codec/packets.ts";
import type { PacketTypes } from "../model/packettypes.ts";
import type { Properties } from "../model/properties.ts";

/** What happens to a publish when a queue limit is reached. */
export type QueuePolicy = "reject" | "drop_oldest" | "latest_per_topic";

export interface SessionSettings {
  readonly version: 3 | 4 | 5;
  readonly client_id: string;
  /** Makes a random id, for where an empty one will not do: on 3.1, and after "identifier rejected". */
  readonly random_client_id: () => string;
  /** Asks for a new session with each CONNECT, or (`"first"`) only until the first one that succeeded. */
  readonly clean: boolean | "first";
  /** In seconds, as CONNECT carries it; 0 turns it off. */
  readonly keepalive: number;
  readonly username: string | null;
  readonly password: Uint8Array | null;
  readonly will: WillMessage | null;
  readonly bridge: boolean;
  readonly connect_properties: Properties<typeof PacketTypes.CONNECT> | null;
  /** Whether a refusal that another CONNECT can answer (3.1 instead of 3.1.1, a random id) is answered so. */
  readonly retry_refused: boolean;
  readonly resubscribe: boolean;
  /** 0: no limit of our own. */
  readonly max_inflight: number;
  /** QoS 1 and 2 messages not yet settled; 0: no limit. */
  readonly max_queued_messages: number;
  /** Bytes of payload and topic not yet settled; 0: no limit. */
  readonly max_queued_bytes: number;
  /** How long a message may wait until it leaves for the first time; 0: no limit. */
  readonly max_queued_age_ms: number;
  readonly queue_policy: QueuePolicy;
  readonly queue_qos0: boolean;
  /** The largest packet that is accepted from the peer, in bytes. */
  readonly max_packet_size: number;
}
