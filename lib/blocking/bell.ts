// Decides how the script's thread waits: the one place where it stands still. Whatever could wake it (an answer, an
// event, an interrupt from another thread) rings one bell; it then looks for itself what has come.

import { MQTTException } from "../model/errors.ts";
import { interrupt_of } from "../model/interrupts.ts";
import { run } from "../network/interrupts.ts";
import { BEAT, HEARTBEAT_MS, IS_DEAD } from "./thread_words.ts";

/** The bell: a number that everyone who rings adds 1 to, and wakes those who wait for it to change. */
export const bell = run?.bell ?? new Int32Array(new SharedArrayBuffer(4));
/**
 * The pulse of the client's thread, which beats as long as that is able to do anything; whether it has ended; and a sign of
 * life of the script's, too.
 */
export const pulse = new Int32Array(new SharedArrayBuffer(12));

/** So many heartbeats may stay away in a row before the thread counts as dead: a long pause of the machine is none. */
const MISSED_BEATS = 30;
/** The first, with which it begins, is not that long in coming. */
const MISSED_FIRST_BEATS = 10;

/** Looks whether the script is to be interrupted, and then throws what shall be thrown out of whatever waits. */
let look_for_interrupt: (() => void) | null = run === null ? null : look_for_signal;
/** What it has thrown last. */
let last_interrupt: unknown = null;

/**
 * Sets what is asked each time the bell has rung, and before each wait: `look` throws to interrupt. Another thread that
 * holds the memory of {@link bell} rings it with `Atomics.add(bell, 0, 1)` and `Atomics.notify(bell, 0)`.
 */
export function interrupt_with(look: (() => void) | null): void {
  look_for_interrupt = look;
}

/** Whether this was thrown to interrupt the script: it then passes through callbacks, which otherwise swallow errors. */
export function is_interrupt(error: unknown): boolean {
  return last_interrupt !== null && error === last_interrupt;
}

/**
 * Waits until `is_over` after the bell has rung, or until the deadline.
 *
 * @param take looks through what has come. It may run the user's code, and throw.
 * @param deadline in milliseconds of `performance.now()`.
 * @param needs_thread whether only the client's thread can end this: then its death does.
 * @returns whether it is over; false at the deadline.
 */
export function wait(
  is_over: () => boolean,
  take: () => void,
  deadline = Number.POSITIVE_INFINITY,
  needs_thread = true,
): boolean {
  let beat = Atomics.load(pulse, BEAT);
  let missed = 0;
  for (;;) {
    // Read before looking: what comes afterwards changes it, and ends the wait at once.
    const seen = Atomics.load(bell, 0);
    check_interrupt();
    take();
    if (is_over()) return true;
    if (needs_thread) check_life();
    const left = deadline - performance.now();
    if (left <= 0) return false;
    if (Atomics.wait(bell, 0, seen, Math.min(left, HEARTBEAT_MS)) !== "timed-out") {
      missed = 0;
      continue;
    }
    const now = Atomics.load(pulse, BEAT);
    missed = now === beat ? missed + 1 : 0;
    beat = now;
    if (needs_thread && missed >= (now === 0 ? MISSED_FIRST_BEATS : MISSED_BEATS)) {
      note_death(new Error(`no sign of life for ${(missed * HEARTBEAT_MS) / 1000} s`));
    }
  }
}

let cause_of_death: unknown = null;
let is_told = false;

/** Remembers why the client's thread has ended. */
export function note_death(cause: unknown): void {
  cause_of_death ??= cause;
  Atomics.store(pulse, IS_DEAD, 1);
}

/** Whether somebody was told of its end. */
export function is_death_told(): boolean {
  return is_told;
}

/** @throws MQTTException (`ERR_MQTT_WORKER`) when the client's thread has ended. */
export function check_life(): void {
  if (Atomics.load(pulse, IS_DEAD) === 0) return;
  is_told = true;
  throw dead_error(cause_of_death);
}

/** Throws what interrupts the script, if anything does. */
function check_interrupt(): void {
  try {
    look_for_interrupt?.();
  } catch (error) {
    last_interrupt = error;
    throw error;
  }
}

/** Under `karere run` signals interrupt the script. */
function look_for_signal(): void {
  const signal = run?.take() ?? null;
  if (signal !== null) throw interrupt_of(signal);
}

/** What every call throws when there is nobody any more who could do it. */
function dead_error(cause: unknown): MQTTException {
  const why = cause instanceof Error ? `: ${cause.message}` : "";
  return new MQTTException(
    `the thread in which blocking clients do their work has ended${why}. Nothing more can be sent or received: end the program and start it again`,
    { code: "ERR_MQTT_WORKER", ...(cause === null ? {} : { cause }) },
  );
}
