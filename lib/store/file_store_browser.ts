// Decides that a page has no files, where it stands in for file_store.ts.

import { StoreError } from "../model/errors.ts";
import type { FileStoreArguments, Fsync } from "./file_store.ts";
import type { Store, StoredRecord } from "./store.ts";

export type { FileStoreArguments, Fsync } from "./file_store.ts";

/** There is none in a browser. */
export class FileStore implements Store {
  readonly gathers = false;
  declare readonly path: string;
  declare readonly fsync: Fsync;
  declare readonly interval: number;

  constructor(_path: string | FileStoreArguments, _options?: Omit<FileStoreArguments, "path">) {
    throw no_files();
  }

  open(): StoredRecord[] {
    throw no_files();
  }

  put(): void {}

  put_in_place(): void {}

  delete(): void {}

  write(): void {}

  sync(): void {}

  quarantine(): void {}

  close(): void {}
}

function no_files(): StoreError {
  return new StoreError("a browser has no files", {
    code: "ERR_MQTT_UNSUPPORTED",
    hint: 'use LevelStore of "karere/store/level", which keeps records in IndexedDB',
  });
}
