// Decides how a script is told that its input has ended.

import { type ErrorDetails, MQTTException } from "../model/errors.ts";

/** There is no more input (Python's `EOFError`). */
export class EOFError extends MQTTException {
  static override readonly name: string = "EOFError";

  constructor(message: string, details: ErrorDetails = {}) {
    super(message, { code: "ERR_MQTT_EOF", ...details });
  }
}
