// Decides which stores a blocking client can have: those that can be made anew in the client's thread, where they are
// opened, from what they were asked for here.

import { check_store } from "../client/store_argument.ts";
import { name_type } from "../model/type_names.ts";
import { FileStore, type FileStoreArguments } from "../store/file_store.ts";
import { LevelStore, type LevelStoreArguments } from "../store/level.ts";
import type { Store } from "../store/store.ts";

/** What a store was asked for. */
export type StoreParcel =
  | { readonly $: "FileStore"; readonly values: FileStoreArguments }
  | { readonly $: "LevelStore"; readonly values: LevelStoreArguments };

/** Null for what is not one of these stores. A class that extends one is another: what it changes would stay behind. */
export function pack_store(value: object): StoreParcel | null {
  if (value.constructor === FileStore) {
    const { path, fsync, interval } = value as FileStore;
    return { $: "FileStore", values: { path, fsync, interval } };
  }
  if (value.constructor === LevelStore) {
    const { database, fsync } = value as LevelStore;
    return typeof database === "string" ? { $: "LevelStore", values: { database, fsync } } : null;
  }
  return null;
}

export function unpack_store(parcel: StoreParcel): Store {
  return parcel.$ === "FileStore" ? new FileStore(parcel.values) : new LevelStore(parcel.values);
}

/**
 * As `check_store` of the other flavour.
 *
 * @throws TypeError also for a store that holds what belongs to this thread.
 */
export function check_blocking_store(value: unknown): Store | null {
  const store = check_store(value);
  if (store === null || pack_store(store) !== null) return store;
  const { database } = store as { database?: unknown };
  const is_foreign = store instanceof LevelStore && typeof database !== "string";
  const what = is_foreign ? "a LevelStore on a database of one's own" : name_type(store);
  throw new TypeError(
    `${what} cannot be the store of a blocking client, which works in a thread of its own: give the path of a file, a FileStore, or a LevelStore with the name of its database`,
  );
}
