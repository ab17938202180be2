// Decides where a line of the log goes: on_log, the logger, and, for what the user should know, the console.

import { LogLevel } from "../model/enums.ts";
import { name_type } from "../model/type_names.ts";

/** Anything with these four: console, pino, winston, ... */
export interface Logger {
  debug(text: string): void;
  info(text: string): void;
  warn(text: string): void;
  error(text: string): void;
}

const method_of_level: Readonly<Record<number, keyof Logger>> = {
  [LogLevel.MQTT_LOG_DEBUG]: "debug",
  [LogLevel.MQTT_LOG_INFO]: "info",
  [LogLevel.MQTT_LOG_NOTICE]: "info",
  [LogLevel.MQTT_LOG_WARNING]: "warn",
  [LogLevel.MQTT_LOG_ERR]: "error",
};

/** @throws TypeError unless it has the four methods; null is none. */
export function check_logger(logger: unknown): Logger | null {
  if (logger == null) return null;
  for (const method of ["debug", "info", "warn", "error"] as const) {
    if (typeof (logger as Partial<Logger>)[method] !== "function") {
      throw new TypeError(
        `a logger needs the method ${method}, as console has it: ${name_type(logger)} has none`,
      );
    }
  }
  return logger as Logger;
}

/** Writes one line to a logger, by the method of its level. */
export function write_log(logger: Logger, level: LogLevel, text: string): void {
  try {
    logger[method_of_level[level] ?? "debug"](text);
  } catch {
    // What a logger throws has nowhere to go: it would be logged.
  }
}

/** A warning where nobody listens: once on stderr in Node, on the console elsewhere. */
export function warn_on_console(text: string): void {
  const { process } = globalThis as { process?: { emitWarning?: (text: string, type: string) => void } };
  if (typeof process?.emitWarning === "function") process.emitWarning(text, "MQTTWarning");
  else console.warn(text);
}
