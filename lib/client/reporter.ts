// Decides what the user gets to read: lines of the log, warnings that name the fix, and what his own code has thrown.

import { LogLevel } from "../model/enums.ts";
import { name_type } from "../model/type_names.ts";
import type { UserData } from "./callback_api.ts";
import { call_all, type EventEmitter, has_callback } from "./callbacks.ts";
import { type Logger, warn_on_console, write_log } from "./logging.ts";

export interface ReporterOwner {
  /** The client, whose `on_log` and whose listeners are called. */
  readonly target: EventEmitter;
  readonly userdata: UserData;
  /** Whether warnings are printed when there is no logger to take them. */
  readonly warnings: boolean;
  readonly suppress_exceptions: boolean;
  /** Prints a warning; left out: where Node, or the console, prints warnings. */
  readonly print?: (text: string) => void;
}

const NOTHING: readonly string[] = [];

/** What was thrown need not be an error, and need not even have a text. */
function text_of(thrown: unknown): string {
  try {
    return String(thrown);
  } catch {
    return name_type(thrown);
  }
}

export class Reporter {
  readonly #owner: ReporterOwner;
  /** What was warned of. */
  #warned = NOTHING;
  /** Where lines go besides `on_log`. */
  logger: Logger | null = null;

  constructor(owner: ReporterOwner) {
    this.#owner = owner;
  }

  /** Whether anybody reads the log. */
  get is_watched(): boolean {
    return this.logger !== null || has_callback(this.#owner.target, "log");
  }

  log(level: LogLevel, text: string): void {
    const { target, userdata } = this.#owner;
    if (has_callback(target, "log")) {
      // What on_log throws has nowhere to go: it would be logged.
      void call_all(target, "log", [target, userdata, level, text], () => {});
    }
    if (this.logger !== null) write_log(this.logger, level, text);
  }

  /** What the user should change: told once per client. */
  warn(text: string): void {
    if (this.#warned.includes(text)) return;
    this.#warned = [...this.#warned, text];
    this.log(LogLevel.MQTT_LOG_WARNING, text);
    if (this.logger === null && this.#owner.warnings) (this.#owner.print ?? warn_on_console)(text);
  }

  /** The user's code has failed. Printed where nobody else would hear of it. */
  failed(error: unknown, callback_name: string): void {
    const shown = error instanceof Error ? (error.stack ?? error.message) : text_of(error);
    this.log(LogLevel.MQTT_LOG_ERR, `${callback_name} failed: ${shown}`);
    if (!this.#owner.suppress_exceptions) this.announce(error, callback_name);
  }

  /** Tells those who listen for failures, or prints what nobody hears. */
  announce(error: unknown, callback_name: string): void {
    const { target, warnings } = this.#owner;
    const is_heard = this.logger !== null || target.listenerCount("callback_error") > 0;
    if (!is_heard && warnings) console.error(`${callback_name} failed:`, error);
    void call_all(target, "callback_error", [error, callback_name], () => {});
  }
}
