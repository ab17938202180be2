// Decides how it is seen that a callback is set, whenever that happens: the other thread must know of it before anything
// happens that it is for.

import { callback_names } from "../client/callback_checks.ts";
import { type ArgumentLists, CallbackMembers } from "../client/callback_members.ts";
import { EventEmitter } from "../client/callbacks.ts";

const properties = callback_names.map((name) => `on_${name}`);
const methods = ["on", "addListener", "once"] as const;

/** One that sees when it gets a callback, in whatever way. */
export abstract class ListeningEmitter<Arguments extends ArgumentLists> extends CallbackMembers<Arguments> {
  /** @internal It has got one. */
  abstract _listen(): void;
}

type Seeing = ListeningEmitter<ArgumentLists>;

for (const property of properties) {
  const set = function (this: Seeing, callback: unknown): void {
    let current = callback;
    // The client's own, so that it can be deleted as any other.
    Object.defineProperty(this, property, {
      get: () => current,
      set: (next: unknown) => {
        current = next;
        this._listen();
      },
      enumerable: true,
      configurable: true,
    });
    this._listen();
  };
  Object.defineProperty(ListeningEmitter.prototype, property, {
    get: () => undefined,
    set,
    configurable: true,
  });
}
for (const method of methods) {
  const add = EventEmitter.prototype[method];
  Object.defineProperty(ListeningEmitter.prototype, method, {
    value(this: Seeing, ...args: Parameters<typeof add>) {
      add.apply(this as never, args);
      this._listen();
      return this;
    },
    writable: true,
    configurable: true,
  });
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
