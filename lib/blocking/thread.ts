// Decides how the script's thread gets on with the client's: it starts it, gives orders, waits for answers, and lets
// happen meanwhile what happens: callbacks run here and nowhere else, never one inside another.

import { type MessagePort, receiveMessageOnPort } from "node:worker_threads";
import { is_thenable } from "../client/callbacks.ts";
import { Line } from "../model/line.ts";
import { check_life, is_death_told, is_interrupt, note_death, pulse, wait } from "./bell.ts";
import {
  crossing,
  forget_function,
  function_of,
  type Participant,
  participants,
  type Told,
} from "./crossing.ts";
import { is_foreign, pack, unpack } from "./parcel.ts";
import { promise_error } from "./promised.ts";
import { start_thread } from "./start.ts";
import { IS_DEAD, LOOKS, type Order, type Report } from "./thread_words.ts";
import { ToldLine } from "./told_line.ts";

type Answer = Extract<Report, { say: "answer" }>;
type Ask = Extract<Report, { say: "ask" }>;

/** Whether callbacks run while a call waits: they do in those that wait in Python, too. */
export type Manner = "quick" | "blocking";

/** A function of ours that the script has called. */
export type Entry = (...args: never[]) => unknown;

/** How long what has been sent may still take to leave when the program is ended by `process.exit()`. */
const LAST_MS = 1000;

/** The answers that somebody waits for; null while they have not come. */
const answers = new Map<number, Answer | null>();
/** What has come and was not looked at. */
const inbox = new Line<Report>();
/** What is to be told, in its order. */
const line = new ToldLine();
/** What the other thread waits for. */
const asks: (Ask | Told)[] = [];
let port: MessagePort | null = null;
let last_id = 0;
let last_client = 0;
/** How many waits there are, one inside the other. */
let depth = 0;
let is_delivering = false;
let turn_is_due = false;
let said_since_end = false;

// ---- the other thread ------------------------------------------------------------------------------------------

function the_port(): MessagePort {
  if (port !== null) return port;
  port = start_thread((reports) => {
    take_in(reports);
    take_turn();
  });
  process.on("beforeExit", before_end);
  process.on("exit", at_end);
  return port;
}

/** Says something to the client's thread, which is started for it if there is none. */
export function say(order: Order): void {
  check_life();
  report_finished();
  the_port().postMessage(order);
  said_since_end = true;
  if (turn_is_due) return;
  turn_is_due = true;
  setImmediate(() => {
    turn_is_due = false;
    take_turn();
  });
}

/** A client of the script begins. */
export function take_part(participant: Participant, options: object): number {
  last_client += 1;
  say({ say: "create", client: last_client, options: pack(options, crossing) });
  participants.set(last_client, participant);
  closed.register(participant, last_client);
  return last_client;
}

/** Nobody has them any more: clients that do not take part. */
const closed = new FinalizationRegistry<number>((client) => {
  if (Atomics.load(pulse, IS_DEAD) === 0) say({ say: "drop", client });
});

/** A client that is closed does not take part until it is used again. Returns whether that is possible now. */
export function leave_out(client: number): boolean {
  // Callbacks may be under way that have not ended with it.
  return depth === 0 && !is_delivering && participants.delete(client);
}

export type Adopted = Extract<Report, { say: "adopted" }>;
let adopt: (adopted: Adopted) => Participant;

/** Sets how the script gets to see a client that a helper has made in the other thread. */
export function adopt_with(make: typeof adopt): void {
  adopt = make;
}

// ---- waiting ---------------------------------------------------------------------------------------------------

/**
 * Gives an order and waits for the answer to it.
 *
 * @param deliver_until no callback is begun after this.
 * @param entry what the script has called.
 * @param last_event when the answer is there, callbacks end with the one under way, unless events of this name are to be
 *   told; null: everything that came before the answer is told.
 * @throws what the other thread has thrown; MQTTException (`ERR_MQTT_WORKER`) when that has ended.
 */
export function call(
  make_order: (id: number) => Order,
  manner: Manner,
  deliver_until = Number.POSITIVE_INFINITY,
  entry: Entry = call,
  last_event: string | null = null,
): unknown {
  last_id += 1;
  const id = last_id;
  answers.set(id, null);
  try {
    if (manner === "blocking") refresh();
    say(make_order(id));
    const is_answered = () => answers.get(id) !== null;
    const is_enough = () => {
      if (last_event === null) return false;
      if (!is_answered()) receive(id);
      return is_answered() && !line.has_event(last_event);
    };
    stand_still(is_answered, manner, deliver_until, { answer: id, is_enough });
    const { value, error } = answers.get(id) as Answer;
    if (error !== undefined) throw here(unpack(error, crossing), entry);
    return unpack(value, crossing);
  } finally {
    answers.delete(id);
  }
}

/**
 * Waits for `is_over`, or until the deadline; callbacks run meanwhile. Returns whether it is over.
 *
 * @throws MQTTException (`ERR_MQTT_WORKER`) when the other thread has ended, and the script has not heard of it.
 */
export function wait_for(is_over: () => boolean, deadline: number): boolean {
  refresh();
  const needs_thread = port !== null && !is_death_told();
  let is_enough = false;
  // Asked no more when it is over: it may have done then what was waited for.
  const look = () => {
    is_enough ||= is_over();
    return is_enough;
  };
  return stand_still(look, "blocking", deadline, { deadline, needs_thread, is_enough: look });
}

/** An error of the other thread as one of this: it shows the line of the script that has called `entry`. */
export function here(error: unknown, entry: Entry): unknown {
  if (is_foreign(error)) Error.captureStackTrace(error, entry);
  return error;
}

interface Patience {
  /** What comes after this answer is looked at later. */
  answer?: number;
  deadline?: number;
  needs_thread?: boolean;
  /** Asked after each callback whether no other is to be begun. */
  is_enough?: () => boolean;
}

function stand_still(
  is_over: () => boolean,
  manner: Manner,
  deliver_until: number,
  { answer = 0, deadline = Number.POSITIVE_INFINITY, needs_thread = true, is_enough = never }: Patience,
): boolean {
  const is_due = () => performance.now() >= deliver_until || is_enough();
  const take = () => {
    receive(answer);
    if (manner === "quick") return;
    answer_asks();
    deliver(is_due);
  };
  depth += 1;
  try {
    return wait(is_over, take, deadline, needs_thread);
  } finally {
    depth -= 1;
  }
}

/** Takes in what has come, up to this answer. */
function receive(last_answer: number): void {
  if (port === null) return;
  for (;;) {
    for (let report = inbox.shift(); report !== null; report = inbox.shift()) {
      accept(report);
      if (report.say === "answer" && report.id === last_answer) return;
    }
    const received = receiveMessageOnPort(port) as { message: Report[] } | undefined;
    if (received === undefined) return;
    take_in(received.message);
  }
}

function take_in(reports: readonly Report[]): void {
  for (const report of reports) inbox.push(report);
}

function accept(report: Report): void {
  switch (report.say) {
    case "answer":
      if (answers.has(report.id)) answers.set(report.id, report);
      return;
    case "event":
      // The attempt to connect waits for it, maybe together with the script.
      if (report.name === "pre_connect") asks.push(report);
      else line.push(report);
      return;
    case "arrived":
      line.push(report);
      return;
    case "ask":
      asks.push(report);
      return;
    case "settled":
      participants.get(report.client)?.settled(report);
      return;
    case "adopted":
      participants.set(report.client, adopt(report));
      return;
    case "released":
      participants.delete(report.client);
      return;
    case "forgotten":
      forget_function(report.function_id);
      return;
    case "warn":
      warn(report.text, report.name);
      return;
    case "free":
      port?.unref();
      return;
    case "dead":
      note_death(Object.assign(new Error(report.message), { stack: report.stack }));
  }
}

// ---- letting happen what has happened --------------------------------------------------------------------------

/** The script is idle, or has been busy for long: everything that waits is told. */
export function take_turn(): void {
  receive(0);
  refresh();
  answer_asks();
  deliver(never);
  refresh();
}

/** What held back before may be told now: it goes before everything else. */
export function tell_first(told: readonly Told[]): void {
  line.put_first(told);
}

const never = () => false;

/** Calls callbacks; `is_due` is asked after each whether no other is to be begun. */
function deliver(is_due: () => boolean): void {
  Atomics.add(pulse, LOOKS, 1);
  let left = line.length;
  if (is_delivering || left === 0) return;
  is_delivering = true;
  try {
    // What comes meanwhile is told after the next look at what is waited for.
    for (; left > 0; left -= 1) {
      const told = line.shift() as Told;
      let is_through = false;
      try {
        is_through = participants.get(told.client)?.deliver(told, is_due) ?? true;
      } finally {
        // Also when the script is interrupted amid messages: the others of them are still to be told.
        if (!is_through && told.say === "arrived") line.put_first([told]);
      }
      if (!is_through || is_due()) return;
    }
  } finally {
    is_delivering = false;
    if (port !== null) report_finished();
  }
  refresh();
}

function answer_asks(): void {
  for (let ask = asks.shift(); ask !== undefined; ask = asks.shift()) {
    if (ask.say === "ask") answer_ask(ask);
    else participants.get(ask.client)?.deliver(ask, never);
  }
}

function answer_ask({ id, function_id, args }: Ask): void {
  try {
    const value = function_of(function_id)(...(unpack(args, crossing) as unknown[]));
    if (!is_thenable(value)) reply(id, value);
    else if (depth === 0)
      value.then(
        (result) => reply(id, result),
        (error) => reply_error(id, error),
      );
    else throw promise_error();
  } catch (error) {
    reply_error(id, error);
    if (is_interrupt(error)) throw error;
  }
}

/** Answers what the other thread has asked. */
export function reply(id: number, value: unknown): void {
  say({ say: "reply", id, value: pack(value, crossing) });
}

export function reply_error(id: number, error: unknown): void {
  say({ say: "reply", id, error: pack(error, crossing) });
}

/** Tells the other thread what the script listens to. */
function refresh(): void {
  for (const [client, participant] of participants) {
    const names = participant.take_heard();
    if (names !== null) say({ say: "hear", id: null, client, names });
  }
}

/** Tells it with which messages the script has finished, which are acknowledged then. */
export function report_finished(): void {
  for (const [client, participant] of participants) {
    const count = participant.take_finished();
    if (count !== null) the_port().postMessage({ say: "finished", client, count } satisfies Order);
  }
}

/** Whether the script waits in a call of ours: then nothing goes on in it that is asynchronous. */
export function is_waiting(): boolean {
  return depth > 0;
}

/** A warning, as `process.emitWarning()` makes one, but at once: that would keep it until the script is idle. */
export function warn(text: string, name: string): void {
  process.emit("warning", Object.assign(new Error(text), { name }));
}

// ---- the end of the program ------------------------------------------------------------------------------------

/** Nothing keeps the program alive any more. Clients may: for what they owe, or because they were told to. */
function before_end(): void {
  if (!is_death_told()) check_life();
  if (!said_since_end) return;
  const is_needed = ask_for_end(true);
  deliver(never);
  if (is_needed) port?.ref();
}

/** The program is ended: what has been handed over leaves. */
function at_end(): void {
  if (said_since_end) ask_for_end(false);
}

/** Whether the process has to stay. No turn of the event loop is asked for: that would itself keep it. */
function ask_for_end(by_itself: boolean): boolean {
  last_id += 1;
  const id = last_id;
  answers.set(id, null);
  try {
    report_finished();
    the_port().postMessage({ say: "end", id, by_itself } satisfies Order);
    // One that is about to end by itself waits as long as the other thread lives.
    const deadline = by_itself ? Number.POSITIVE_INFINITY : performance.now() + LAST_MS;
    stand_still(() => answers.get(id) !== null, "quick", deadline, { answer: id, deadline });
    const is_needed = answers.get(id)?.value === true;
    said_since_end = is_needed;
    return is_needed;
  } catch (error) {
    if (by_itself && is_interrupt(error)) throw error;
    // A thread that has ended needs nothing.
    return false;
  } finally {
    answers.delete(id);
  }
}
