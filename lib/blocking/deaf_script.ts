// Decides when a script is told that its callbacks cannot run: they wait, and for long it has called nothing that lets them.
// Typical is `while (!ready) {}`, which works with paho's thread. From the client's thread, because the script's is busy.

import { writeSync } from "node:fs";
import { HEARTBEAT_MS, LOOKS } from "./thread_words.ts";

const STDERR = 2;
/** So many heartbeats long a script may compute without being told. */
const PATIENCE_BEATS = 10;

export class DeafScript {
  readonly #pulse: Int32Array;
  /** The looks of the script when the oldest news was posted that no callback has got; null: there was none yet. */
  #looks: number | null = null;
  #beats = 0;
  #timer: NodeJS.Timeout | null = null;

  constructor(pulse: Int32Array) {
    this.#pulse = pulse;
  }

  /** There is a client that wants warnings. */
  may_be_told(): void {
    this.#timer ??= setInterval(() => {
      if (!this.#has_waited()) return;
      clearInterval(this.#timer as NodeJS.Timeout);
      writeSync(STDERR, `(node:${process.pid}) MQTTWarning: ${text}\n`);
    }, HEARTBEAT_MS).unref();
  }

  /** Something for callbacks is on its way to the script. */
  posted(): void {
    if (this.#has_looked()) {
      this.#looks = Atomics.load(this.#pulse, LOOKS);
      this.#beats = 0;
    }
  }

  #has_looked(): boolean {
    return this.#looks === null || Atomics.load(this.#pulse, LOOKS) !== this.#looks;
  }

  #has_waited(): boolean {
    if (this.#has_looked()) return false;
    this.#beats += 1;
    return this.#beats >= PATIENCE_BEATS;
  }
}

const text =
  "callbacks have been waiting for ten seconds, and the script has called nothing that lets them run. In a loop that waits for one, call time.sleep(0.01) of karere/blocking/time";
