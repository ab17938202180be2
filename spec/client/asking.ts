// Decides how a spec asks for the plan of an attempt: with a clock of its own.

import type { Asking } from "../../lib/client/asked.ts";
import { FakeClock } from "../support/fake_clock.ts";

export interface TestAsking extends Asking {
  readonly clock: FakeClock;
  call_off(): void;
}

export function asking(attempt = 1): TestAsking {
  const controller = new AbortController();
  return {
    attempt,
    signal: controller.signal,
    timeout_ms: 5000,
    clock: new FakeClock(),
    call_off: () => controller.abort(),
  };
}
