// Decides how a failure of a database of level is told: one sentence that a beginner can act on.

import { type ErrorCode, StoreError } from "../model/errors.ts";

/** By what the errors of LevelDB and IndexedDB say of themselves. */
const told: readonly (readonly [RegExp, ErrorCode, string])[] = [
  [/LEVEL_LOCKED/, "ERR_MQTT_STORE_LOCKED", "this or another process has it open already"],
  [/QuotaExceeded|No space left|ENOSPC/i, "ERR_MQTT_STORE_FULL", "there is no room left"],
  [/Permission denied|Read-only|EACCES|EROFS/i, "ERR_MQTT_STORE_ACCESS", "this user may not write there"],
  [/LEVEL_CORRUPTION/, "ERR_MQTT_STORE", "the database is damaged"],
];

/** `error` of level as a `StoreError`. */
export function level_error(what: string, error: unknown): StoreError {
  const said = words_of(error);
  const [, code, hint] = told.find(([sign]) => sign.test(said)) ?? [null, "ERR_MQTT_STORE", said];
  return new StoreError(what, { code: code as ErrorCode, hint: hint as string, cause: error });
}

/** Its code, name and text, and those of its cause: level wraps what the database said. */
function words_of(error: unknown): string {
  const { code, name, message, cause } = error as NodeJS.ErrnoException;
  const words = [code, name, message].filter(Boolean).join(" ");
  return cause === undefined ? words : `${words}: ${words_of(cause)}`;
}
