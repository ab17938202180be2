// Decides what may be given as a store, and that a name of a file stands for one.

import { ValueError } from "../model/errors.ts";
import { name_type } from "../model/type_names.ts";
import type { Clock } from "../network/clock.ts";
import { Keeper, type KeeperOwner } from "../network/keeper.ts";
import { FileStore } from "../store/file_store.ts";
import type { Store } from "../store/store.ts";

const methods = ["open", "put", "delete", "write", "sync", "quarantine", "close"] as const;

/**
 * The store that is meant; null for none.
 *
 * @throws TypeError for what is none; StoreError for the name of a file where there are no files.
 */
export function check_store(value: unknown): Store | null {
  if (value === null) return null;
  if (value === "") throw new ValueError("store must name a file, or be a store");
  if (typeof value === "string") return new FileStore(value);
  const missing = methods.filter((name) => typeof (value as Store | undefined)?.[name] !== "function");
  if (missing.length === 0) return value as Store;
  const lack =
    missing.length === methods.length ? `not ${name_type(value)}` : `it lacks ${missing.join(", ")}`;
  throw new TypeError(`store must be the path of a file, or a store: ${lack}`);
}

/** Who keeps for a client what must outlive the process, after who did so before; null: nobody. */
export function keeper_of(
  store: Store | null,
  owner: KeeperOwner,
  clock: Clock,
  before: Keeper | null,
): Keeper | null {
  return store === null ? null : new Keeper(store, owner, clock, before);
}
