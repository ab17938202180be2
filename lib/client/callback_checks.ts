// Decides what is said of callbacks that cannot do what they were set for.

import { name_type } from "../model/type_names.ts";
import { type Shape, shape_warning } from "./callback_api.ts";

/** What only a loop calls. */
export const loop_callbacks = ["connect", "disconnect", "message", "publish", "subscribe", "unsubscribe"];
/** What the user may set, as `on_*`. */
export const callback_names = [
  ...loop_callbacks,
  ...["connect_fail", "pre_connect", "log", "socket_open", "socket_close"],
  ...["socket_register_write", "socket_unregister_write"],
];

/** What should be changed about the callbacks of a client. */
export function callback_warnings(client: object, shape: Shape): string[] {
  const warnings: string[] = [];
  for (const name of callback_names) {
    const value = (client as Record<string, unknown>)[`on_${name}`];
    if (value == null) continue;
    const warning =
      typeof value === "function"
        ? shape_warning(shape, name, value.length)
        : `on_${name} is never called: it must be a function, not ${name_type(value)}`;
    if (warning !== null) warnings.push(warning);
  }
  return warnings;
}
