// Decides how the user's code is called: the on_* property first, then the listeners of the event; each may fail or
// take its time without harm to the others or to the client.

import { EventEmitter, take_listeners } from "./emitter.ts";

/** What becomes of a failure in the user's code; `self` is what the callback was called on. */
export type OnFailure = (error: unknown, callback_name: string, self: unknown) => void;

type Callback = (...args: unknown[]) => unknown;

/** Whether the user listens: by the property `on_<name>` or by the event `<name>`. */
export function has_callback(target: EventEmitter, name: string): boolean {
  return property_of(target, name) !== null || target.listenerCount(name) > 0;
}

/** Calls all that listen to `name`. The promise, if any of them is asynchronous, resolves when all have ended. */
export function call_all(
  target: EventEmitter,
  name: string,
  args: readonly unknown[],
  on_failure: OnFailure,
): void | Promise<void> {
  const property = property_of(target, name);
  const listeners = take_listeners(target, name);
  // The way of nearly all messages: one callback, which is the property.
  if (listeners.length === 0)
    return property === null ? undefined : call_one(property, target, args, `on_${name}`, on_failure);
  let pending: Promise<void>[] | null = null;
  const keep = (promise: Promise<void> | undefined) => {
    if (promise === undefined) return;
    pending ??= [];
    pending.push(promise);
  };
  if (property !== null) keep(call_one(property, target, args, `on_${name}`, on_failure));
  for (const listener of listeners) keep(call_one(listener, target, args, name, on_failure));
  return all_of(pending);
}

/** Calls one callback, guarded. */
export function call_one(
  callback: Callback,
  self: unknown,
  args: readonly unknown[],
  name: string,
  on_failure: OnFailure,
): Promise<void> | undefined {
  try {
    const result = callback.apply(self, args as unknown[]);
    if (result === undefined || !is_thenable(result)) return undefined;
    return Promise.resolve(result).then(
      () => undefined,
      (error) => on_failure(error, name, self),
    );
  } catch (error) {
    on_failure(error, name, self);
    return undefined;
  }
}

/** One promise for several; undefined for none. */
export function all_of(pending: readonly Promise<void>[] | null): void | Promise<void> {
  if (pending === null || pending.length === 0) return undefined;
  return pending.length === 1 ? pending[0] : Promise.all(pending).then(() => undefined);
}

/** `on_<name>`, put together once. */
const property_names = new Map<string, string>();

// Looked up at each call, so that an assignment and a method of a subclass both count.
function property_of(target: EventEmitter, name: string): Callback | null {
  let property = property_names.get(name);
  if (property === undefined) {
    property = `on_${name}`;
    property_names.set(name, property);
  }
  const value = (target as unknown as Record<string, unknown>)[property];
  return typeof value === "function" ? (value as Callback) : null;
}

/** Whether what a callback has returned is to be waited for. */
export function is_thenable(value: unknown): value is PromiseLike<unknown> {
  return (
    typeof value === "object" && value !== null && typeof (value as { then?: unknown }).then === "function"
  );
}

export { EventEmitter };
