// The entry `karere/store/file`.

export { StoreError } from "../model/errors.ts";
export type { FileStoreArguments, Fsync } from "./file_store.ts";
export { FileStore } from "./file_store.ts";
export type { Soon, Store, StoredRecord, StoreProblem } from "./store.ts";
