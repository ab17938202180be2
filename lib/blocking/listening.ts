// Decides how it is seen that a callback is set, whenever that happens: the other thread must know of it before anything
// happens that it is for.

import { callback_names } from "../client/callback_checks.ts";
import { EventEmitter } from "../client/callbacks.ts";

const properties = callback_names.map((name) => `on_${name}`);
const methods = ["on", "addListener", "once"] as const;

/** Has `seen` called when one of these clients gets a callback, in whatever way. */
export function see_listeners<C extends EventEmitter>(prototype: C, seen: (client: C) => void): void {
  for (const property of properties) {
    const set = function (this: C, callback: unknown): void {
      let current = callback;
      // The client's own, so that it can be deleted as any other.
      Object.defineProperty(this, property, {
        get: () => current,
        set: (next: unknown) => {
          current = next;
          seen(this);
        },
        enumerable: true,
        configurable: true,
      });
      seen(this);
    };
    Object.defineProperty(prototype, property, { get: () => undefined, set, configurable: true });
  }
  for (const method of methods) {
    const add = EventEmitter.prototype[method];
    Object.defineProperty(prototype, method, {
      value(this: C, ...args: Parameters<typeof add>) {
        add.apply(this, args);
        seen(this);
        return this;
      },
      writable: true,
      configurable: true,
    });
  }
}

/** The fields of a subclass hide the properties by which assignments are seen. */
export function see_assignments(client: object): void {
  const target = client as Record<string, unknown>;
  for (const property of properties) {
    const own = Object.getOwnPropertyDescriptor(target, property);
    if (own === undefined || own.set !== undefined) continue;
    delete target[property];
    target[property] = own.value;
  }
}
