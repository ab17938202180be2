// Decides which arguments the client and its calls take by name, and what they give. Types only.

import type { MQTTErrorCode, MQTTProtocolVersion } from "../model/enums.ts";
import type { PacketTypes } from "../model/packettypes.ts";
import type { PayloadType } from "../model/payload.ts";
import type { Properties } from "../model/properties.ts";
import type { SubscribeOptions } from "../model/subscribeoptions.ts";
import type { ApiVersion, UserData } from "./callback_api.ts";
import type { ClientOptions, TransportName } from "./options.ts";
import type { Flag } from "./publication.ts";
import type { SubscribeTopic } from "./subscription_arguments.ts";

type Types = typeof PacketTypes;

/** The arguments by name that may follow those that are given by place. */
export type Named<T, Given extends keyof T = never> = Omit<T, Given>;

export interface WillArguments {
  topic: string;
  payload?: PayloadType;
  /** 0, 1 or 2. */
  qos?: number;
  retain?: Flag;
  properties?: Properties<Types["WILLMESSAGE"]> | null;
}

export interface SubscribeArguments {
  topic: SubscribeTopic;
  /** 0, 1 or 2. */
  qos?: number;
  options?: SubscribeOptions | null;
  properties?: Properties<Types["SUBSCRIBE"]> | null;
}

export interface LoopForeverArguments {
  /** Kept for paho's signature; the loop here wakes when something happens. */
  timeout?: number;
  /** Whether a first connection that fails is tried again. Default false. */
  retry_first_connection?: boolean;
  /** Whether a callback that throws ends the loop, which then rejects with that error. Default false. */
  stop_on_error?: boolean;
}

/** The result of `subscribe()` and `unsubscribe()`: a code, and the packet id (null when nothing was sent). */
export type RequestResult = readonly [rc: MQTTErrorCode, mid: number | null];

/** What `stats()` counts. */
export interface ClientStats {
  /** Messages that wait to be sent. */
  readonly queued: number;
  /** QoS 1 and 2 messages that are sent and not yet acknowledged. */
  readonly in_flight: number;
  /** Bytes of payload and topic of both. */
  readonly bytes: number;
  /** Messages that were given up: refused by a limit, expired, or QoS 0 on a lost connection. */
  readonly dropped: number;
  /** How often the connection was opened again. */
  readonly reconnects: number;
}

/** The arguments of paho 1.x, which began with the client id. */
export type OldClientArguments = [
  client_id: string,
  clean_session?: boolean | Named<ClientOptions, "callback_api_version" | "client_id"> | null,
  userdata?: UserData,
  protocol?: MQTTProtocolVersion | Named<ClientOptions> | null,
  transport?: TransportName | Named<ClientOptions> | null,
];

/** The arguments of paho 2.x, all by name in one object. */
export interface NamedClientArguments<V extends ApiVersion>
  extends Named<ClientOptions, "callback_api_version"> {
  // Beside the others: from `ClientOptions<V>` without a version TypeScript concludes that it may be either.
  callback_api_version?: V;
}

/** What follows the version in paho 2.x. */
export type LaterClientArguments = [
  client_id?: string | boolean | Named<ClientOptions, "callback_api_version"> | null,
  clean_session?: UserData,
  userdata?: UserData,
  protocol?: MQTTProtocolVersion | Named<ClientOptions> | null,
  transport?: TransportName | Named<ClientOptions> | null,
  reconnect_on_failure?: boolean | Named<ClientOptions>,
  manual_ack?: boolean | Named<ClientOptions>,
];

/** The arguments of paho 2.x. */
export type ClientArguments<V extends ApiVersion> = [
  callback_api_version?: V | ClientOptions<V> | null,
  ...later: LaterClientArguments,
];
