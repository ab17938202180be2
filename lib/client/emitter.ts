// Decides how the listeners of an event are called one by one, so that each can fail, or be waited for, on its own;
// the only file that knows how eventemitter3 keeps them.

import { EventEmitter } from "eventemitter3";

type Listener = (...args: unknown[]) => void;

interface Kept {
  readonly fn: Listener;
  readonly context: unknown;
  readonly once: boolean;
}

/** The listeners of `event` in their order, ready to be called; those of `once` are taken off. */
export function take_listeners(emitter: EventEmitter, event: string): ((...args: unknown[]) => unknown)[] {
  const { _events } = emitter as unknown as { _events: Record<string, Kept | Kept[] | undefined> };
  const kept = _events[event];
  if (kept === undefined) return none;
  const listeners = Array.isArray(kept) ? [...kept] : [kept];
  return listeners.map(({ fn, context, once }) => {
    if (once) emitter.off(event, fn, undefined, true);
    return (...args: unknown[]) => (fn as (...args: unknown[]) => unknown).apply(context, args);
  });
}

const none: ((...args: unknown[]) => unknown)[] = [];

export { EventEmitter };
