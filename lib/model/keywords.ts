// Decides how one plain object in the last place stands for Python's keyword arguments.

import { unknown_name } from "./nearest.ts";
import { name_type } from "./type_names.ts";

/** Whether a value is an object literal (or has no prototype): what a caller writes to name arguments. */
export function is_plain_object(value: unknown): value is Record<string, unknown> {
  if (typeof value !== "object" || value === null || ArrayBuffer.isView(value)) return false;
  return name_type(value) === "a plain object";
}

/**
 * The arguments in their positions, those named by a plain object in the last place among them.
 *
 * @param call what is called, for the sentence of an error: `"SubscribeOptions"`.
 * @param names the parameters in order.
 * @param objects the parameters whose value may itself be a plain object: in their place it is the value.
 * @throws TypeError for a name that does not exist, or for an argument that is given twice.
 */
export function positional(
  call: string,
  names: readonly string[],
  args: readonly unknown[],
  objects: readonly string[] = [],
): unknown[] {
  const named = args.at(-1);
  if (!is_plain_object(named) || objects.includes(names[args.length - 1] ?? "")) return [...args];
  const result = args.slice(0, -1);
  const given = result.length;
  for (const [name, value] of Object.entries(named)) {
    const position = names.indexOf(name);
    if (position === -1) throw new TypeError(unknown_name(call, name, names, "parameter"));
    if (position < given) throw new TypeError(`${call} was given ${name} twice: by position and by name.`);
    result[position] = value;
  }
  return result;
}
