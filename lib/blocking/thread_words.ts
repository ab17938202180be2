// Decides what the script's thread and the client's thread say to each other. Types, and the numbers both must know.

import type { MessagePort } from "node:worker_threads";
import type { MQTTProtocolVersion } from "../model/enums.ts";
import type { Parcel } from "./parcel.ts";

/** How often the client's thread shows that it is alive. */
export const HEARTBEAT_MS = 1000;
/** Places in the pulse: the beat itself, whether the thread has ended, and how often the script has let callbacks run. */
export const BEAT = 0;
export const IS_DEAD = 1;
export const LOOKS = 2;
/** Messages of one's own are told of in blocks of so many. */
export const BLOCK_SIZE = 256;

/** What the client's thread is given when it starts. */
export interface Birth {
  readonly bell: Int32Array;
  readonly pulse: Int32Array;
  readonly port: MessagePort;
}

/** A client's outbox in memory of both threads. */
export interface SharedOutbox {
  readonly counters: Int32Array;
  readonly memory: SharedArrayBuffer;
}

/** A message that does not fit the outbox: large, or with properties. Its place there is kept by a mark. */
export interface SlowMessage {
  readonly topic: string;
  readonly payload: Uint8Array;
  readonly qos: 0 | 1 | 2;
  readonly retain: boolean;
  readonly properties: Parcel;
}

/** What the script's thread says. `id` is of a call that waits for its answer. */
export type Order =
  | {
      readonly say: "create";
      readonly client: number;
      readonly options: Parcel;
    }
  /** Through this the client's messages come from now on; null: there are none any more for now. */
  | { readonly say: "outbox"; readonly client: number; readonly outbox: SharedOutbox | null }
  /** A closed client: nobody asks for it any more. */
  | { readonly say: "drop"; readonly client: number }
  /** What the script listens to. */
  | {
      readonly say: "hear";
      readonly id: number | null;
      readonly client: number;
      readonly names: readonly string[];
    }
  | {
      readonly say: "call";
      readonly id: number;
      readonly client: number;
      readonly kind: "call" | "get" | "set";
      readonly name: string;
      readonly args: Parcel;
    }
  /** Another client's work: a helper's. */
  | { readonly say: "help"; readonly id: number; readonly name: string; readonly args: Parcel }
  /** What has become of a message, counted from 0 on; those of earlier processes have numbers below. */
  | { readonly say: "progress"; readonly id: number; readonly client: number; readonly number: number }
  /** The same, once a store that answers at once has kept the message, or has not. */
  | { readonly say: "kept"; readonly id: number; readonly client: number; readonly number: number }
  | {
      readonly say: "await";
      readonly id: number;
      readonly client: number;
      readonly number: number;
      readonly timeout: number | null;
    }
  /** Something is in the outbox. */
  | { readonly say: "wake"; readonly client: number }
  | { readonly say: "slow"; readonly client: number; readonly message: SlowMessage }
  /** The script has finished with so many of the messages that came, since the beginning. */
  | { readonly say: "finished"; readonly client: number; readonly count: number }
  /** The answer to an "ask". */
  | { readonly say: "reply"; readonly id: number; readonly value?: Parcel; readonly error?: Parcel }
  /** loop_forever() is left by an exception. */
  | { readonly say: "leave"; readonly client: number }
  /** A helper is left by an exception. */
  | { readonly say: "leave_help"; readonly id: number }
  | { readonly say: "read_line"; readonly id: number }
  /** The last one was interrupted: its line is the next one's. */
  | { readonly say: "leave_line" }
  /** The program is about to end: because nothing keeps it alive, or because it was told to. */
  | { readonly say: "end"; readonly id: number; readonly by_itself: boolean };

/** How far a message of one's own has come. */
export interface Progress {
  readonly mid: number;
  /** Its number in the store. */
  readonly id: number | null;
  readonly rc: number;
  readonly is_published: boolean;
  readonly failure: unknown;
}

/** What earlier processes have left in the store. */
export interface Restored {
  /** The number of the first; each of the next is one less. */
  readonly first: number;
  readonly ids: readonly (number | null)[];
}

/** Messages of the broker, one behind the other. */
export interface Arrivals {
  /** The different topics among them. */
  readonly topics: readonly string[];
  /** Three numbers for each: see arrivals.ts. */
  readonly numbers: Uint32Array;
  readonly payloads: Uint8Array;
  /** Payloads that are worth memory of their own, by the place of their message. */
  readonly large: readonly (readonly [index: number, payload: Uint8Array])[];
  readonly properties: readonly (readonly [index: number, properties: Parcel])[];
  /** Whether they have properties at all: MQTT 5. */
  readonly has_properties: boolean;
  readonly timestamp: number;
}

/** What the client's thread says. */
export type Report =
  | { readonly say: "answer"; readonly id: number; readonly value?: Parcel; readonly error?: Parcel }
  | {
      readonly say: "event";
      readonly client: number;
      readonly name: string;
      readonly args: Parcel;
      /** Whether it came through the gate of a loop, and so is for a loop only. */
      readonly gated: boolean;
      /** To be replied to when the callbacks are through. */
      readonly id: number | null;
    }
  | { readonly say: "arrived"; readonly client: number; readonly arrivals: Arrivals }
  /** The script is asked for what a function of its own gives. */
  | {
      readonly say: "ask";
      readonly id: number;
      readonly function_id: number;
      readonly args: Parcel;
    }
  | { readonly say: "forgotten"; readonly function_id: number }
  /** All messages of a block have reached their end. */
  | {
      readonly say: "settled";
      readonly client: number;
      readonly block: number;
      readonly mids: Uint16Array;
      /** Their numbers in the store, 0 for none; null when none of them has one. */
      readonly ids: Float64Array | null;
      /** `[index, progress]` of those that failed. */
      readonly failures: Parcel;
    }
  /** A client of a helper, which the script now knows, too. */
  | {
      readonly say: "adopted";
      readonly client: number;
      readonly protocol: MQTTProtocolVersion;
    }
  /** Its helper has ended. */
  | { readonly say: "released"; readonly client: number }
  /** A warning of Node or of a client. */
  | { readonly say: "warn"; readonly text: string; readonly name: string }
  /** Nothing holds the process any more. */
  | { readonly say: "free" }
  | { readonly say: "dead"; readonly message: string; readonly stack: string };
