// Decides that two tabs of a page do not use the same database: IndexedDB itself would let them. Where there are no locks
// for pages, the database has its own.

import { StoreError } from "../model/errors.ts";

interface Locks {
  request(
    name: string,
    options: { ifAvailable: true },
    held: (lock: object | null) => Promise<void> | undefined,
  ): Promise<unknown>;
}

/** Takes a name for this tab alone; returns how to let it go. Rejects with StoreError when another one has it. */
export async function hold_name(name: string): Promise<() => void> {
  const { navigator } = globalThis as { navigator?: { readonly locks?: Locks } };
  const locks = navigator?.locks;
  if (locks === undefined) return () => {};
  const held = new Promise<(() => void) | null>((resolve, reject) => {
    const request = locks.request(name, { ifAvailable: true }, (lock) => {
      if (lock !== null) return new Promise<void>((let_go) => resolve(let_go));
      resolve(null);
      return undefined;
    });
    request.catch(reject);
  });
  const let_go = await held;
  if (let_go !== null) return let_go;
  const hint = "another tab of this page has it open already";
  throw new StoreError("the store is in use", { code: "ERR_MQTT_STORE_LOCKED", hint });
}
