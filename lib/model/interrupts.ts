// Decides which errors tell a script from outside that it shall end. They are no MQTTException: whoever catches what goes
// wrong with MQTT does not mean these, as `except Exception` does not in Python.

/**
 * Ctrl-C (SIGINT) in a script that `karere run` has started: thrown out of whatever waits. Uncaught it ends the process
 * with exit code 130 and one line. Without `karere run` it is never thrown: Ctrl-C then ends the process as usual.
 */
export class KeyboardInterrupt extends Error {
  static override readonly name: string = "KeyboardInterrupt";

  override get name(): string {
    return "KeyboardInterrupt";
  }
}

/**
 * The script is told to end: by SIGTERM, or because the process that runs it has gone. Thrown out of whatever waits, as
 * {@link KeyboardInterrupt} is, so that `finally` blocks run. Uncaught it ends the process with exit code `code`, silently.
 */
export class SystemExit extends Error {
  static override readonly name: string = "SystemExit";

  /** The exit code of the process: 143 for SIGTERM. */
  readonly code: number;

  constructor(code: number, message = "") {
    super(message);
    this.code = code;
  }

  override get name(): string {
    return "SystemExit";
  }
}

/** The signals that interrupt a script. */
export type InterruptSignal = "SIGINT" | "SIGTERM";

/** The exit code of a process that SIGTERM has ended. */
const TERMINATED = 143;

/** What is thrown when this signal has come. */
export function interrupt_of(signal: InterruptSignal): KeyboardInterrupt | SystemExit {
  return signal === "SIGINT" ? new KeyboardInterrupt() : new SystemExit(TERMINATED);
}
