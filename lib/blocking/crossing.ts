// Decides what of the script stays with it, and by which numbers the client's thread knows it: its clients, and the
// functions that it has given.

import type { Crossing } from "./parcel.ts";
import type { Report } from "./thread_words.ts";

export type Told = Extract<Report, { say: "event" | "arrived" }>;
export type Settled = Extract<Report, { say: "settled" }>;

/** What is needed of a client of the script. */
export interface Participant {
  readonly client: object;
  /** What the script listens to, if that has changed; null otherwise. */
  take_heard(): readonly string[] | null;
  /** Calls the callbacks, until `is_due`, which is asked after each. Returns whether it is through; if not, it is called again. */
  deliver(told: Told, is_due: () => boolean): boolean;
  settled(report: Settled): void;
  /** With how many messages it has finished, if that has changed; null otherwise. */
  take_finished(): number | null;
}

export const participants = new Map<number, Participant>();

type AnyFunction = (...args: unknown[]) => unknown;
const functions = new Map<number, AnyFunction>();
let last_function = 0;

export function function_of(id: number): AnyFunction {
  return functions.get(id) as AnyFunction;
}

/** The other thread does not need it any more. */
export function forget_function(id: number): void {
  functions.delete(id);
}

export const crossing: Crossing = {
  pack_function(fn) {
    // A number of its own each time: the other thread forgets each by itself.
    last_function += 1;
    functions.set(last_function, fn);
    return last_function;
  },
  unpack_function() {
    throw new TypeError("functions of the client's thread stay there");
  },
  pack_client: () => null,
  unpack_client: (id) => (participants.get(id) as Participant).client,
};
