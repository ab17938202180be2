// Decides how a function of the user's, or DNS, is asked for something that an attempt to connect needs: within the
// time for connecting, and its failure is that of the attempt.

import { TransportError } from "../model/errors.ts";
import type { Clock } from "../network/clock.ts";

/** An attempt that is about to begin. */
export interface Asking {
  /** It is the how manieth since `connect()`, from 1 on. */
  readonly attempt: number;
  /** Aborted when the attempt is called off. */
  readonly signal: AbortSignal;
  readonly timeout_ms: number;
  readonly clock: Clock;
}

/** What a function of the user's gives: at once, or later. */
export type Answer<T> = T | PromiseLike<T>;

/**
 * What `ask` gives. Never settles once the attempt is called off.
 *
 * @param what who is asked, as the subject of a sentence.
 * @returns rejects with TransportError when there is no answer in time.
 */
export function in_time<T>(what: string, ask: () => Answer<T>, asking: Asking): Promise<T> {
  const { signal, timeout_ms, clock } = asking;
  return new Promise((resolve, reject) => {
    const cancel = clock.after(timeout_ms, () => {
      const text = `${what} gave no answer within ${timeout_ms / 1000} s`;
      reject(new TransportError(text, { code: "ERR_MQTT_TIMEOUT" }));
    });
    signal.addEventListener("abort", cancel, { once: true });
    const settled = () => {
      cancel();
      signal.removeEventListener("abort", cancel);
    };
    const answer = (async () => ask())();
    answer.finally(settled).then(resolve, reject);
  });
}

/** As {@link in_time}, for a function of the user's: when it fails, the error says which one. */
export async function asked<T>(what: string, ask: () => Answer<T>, asking: Asking): Promise<T> {
  const answer = async () => {
    try {
      return await ask();
    } catch (cause) {
      const hint = cause instanceof Error ? cause.message : String(cause);
      throw new TransportError(`${what} failed`, { cause, hint });
    }
  };
  return in_time(what, answer, asking);
}
