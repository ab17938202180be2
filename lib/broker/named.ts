// Decides how a method is called that takes its arguments by name only: nothing else is taken for them.

import { is_plain_object } from "../model/keywords.ts";
import { unknown_name } from "../model/nearest.ts";
import { name_type } from "../model/type_names.ts";

/**
 * @param call what is called, for the sentence of an error: `"listen()"`.
 * @throws TypeError unless it is a plain object with no other names than these.
 */
export function check_named(call: string, names: readonly string[], given: unknown): void {
  if (!is_plain_object(given)) {
    const wish = `{ ${names.join(", ")} }`;
    throw new TypeError(`${call} takes its arguments by name, ${wish}, and not ${name_type(given)}`);
  }
  const stranger = Object.keys(given).find((name) => !names.includes(name));
  if (stranger !== undefined) throw new TypeError(unknown_name(call, stranger, names, "parameter"));
}
