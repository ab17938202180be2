// Decides how a spec waits: for the event or the condition itself, never for a guessed time.

import { type EventEmitter, once } from "node:events";
import { setTimeout as delay } from "node:timers/promises";

export interface Patience {
  /** Milliseconds after which waiting fails. */
  within?: number;
}

const default_within = 3_000;
const pause_between_looks = 5;

/**
 * Calls `look` until it neither throws nor gives false, and resolves with what it gave. Fails with its last error:
 * `await eventually(() => expect(got).toEqual(["a", "b"]))`.
 */
export async function eventually<T>(look: () => T | Promise<T>, patience: Patience = {}): Promise<T> {
  const { within = default_within } = patience;
  const deadline = performance.now() + within;
  for (;;) {
    const outcome = await attempt(look);
    if (!("error" in outcome)) {
      return outcome.value;
    }
    if (performance.now() > deadline) {
      throw outcome.error;
    }
    await delay(pause_between_looks);
  }
}

async function attempt<T>(look: () => T | Promise<T>): Promise<{ value: T } | { error: unknown }> {
  try {
    const value = await look();
    return value === false ? { error: new Error(`never came true: ${look}`) } : { value };
  } catch (error) {
    return { error };
  }
}

/** Resolves with the arguments of the next `name` event; fails when it does not come in time. */
export async function once_event(
  emitter: EventEmitter,
  name: string,
  patience: Patience = {},
): Promise<unknown[]> {
  const { within = default_within } = patience;
  return in_time(once(emitter, name), `the event "${name}"`, { within });
}

/** Resolves as `wish` does; fails when it has not settled in time, naming `what` was awaited. */
export async function in_time<T>(wish: Promise<T>, what: string, patience: Patience = {}): Promise<T> {
  const { within = default_within } = patience;
  const stop = new AbortController();
  const limit = delay(within, undefined, { signal: stop.signal }).then(() => {
    throw new Error(`waited ${within} ms in vain for ${what}`);
  });
  try {
    return await Promise.race([wish, limit]);
  } finally {
    stop.abort();
    // Aborting rejects the delay; nobody else is there to hear it.
    limit.catch(() => {});
  }
}
