// Decides how a client of the script's thread takes part in what its other half does: what it wants to hear, and when
// its callbacks run.

import type { ApiVersion, UserData } from "../client/callback_api.ts";
import { callback_names, callback_warnings } from "../client/callback_checks.ts";
import { all_of, call_all, call_one, type EventEmitter, has_callback } from "../client/callbacks.ts";
import type { ResolvedOptions } from "../client/options.ts";
import { Reporter } from "../client/reporter.ts";
import { Router } from "../client/router.ts";
import type { LogLevel } from "../model/enums.ts";
import type { MQTTMessage } from "../model/message.ts";
import type { Store } from "../store/store.ts";
import { ArrivalsReader } from "./arrivals.ts";
import { check_life, is_interrupt } from "./bell.ts";
import { crossing, type Participant, participants, type Settled, type Told } from "./crossing.ts";
import { see_assignments } from "./listening.ts";
import type { MQTTMessageInfo } from "./message_info.ts";
import { pack, unpack } from "./parcel.ts";
import { has_timers } from "./script_timers.ts";
import { Sender } from "./sender.ts";
import * as thread from "./thread.ts";
import type { Restored } from "./thread_words.ts";

/** How long messages with which the script has finished may wait for that to be told, while it is busy with the next. */
const FINISHED_MS = 50;

/** Calls by which the script itself begins a connection. */
const openers: ReadonlySet<string> = new Set(["connect", "connect_srv", "connect_async", "reconnect"]);

/** What is set at the client itself, whenever the script likes. */
interface PeerTarget {
  suppress_exceptions: boolean;
}

export class Peer implements Participant {
  readonly client: EventEmitter & PeerTarget;
  readonly router = new Router();
  readonly reporter: Reporter;
  userdata: UserData;
  readonly #options: ResolvedOptions;
  /** 0: the other half does not exist yet. */
  #id = 0;
  #sender: Sender | null = null;
  /** Closed, and not used since. */
  #is_resting = false;
  /** Whether loop_start() runs. */
  #is_started = false;
  /** How many calls that are loops themselves are under way. */
  #loops = 0;
  /** What came through the gate of a loop that has been stopped since. */
  #held: Told[] = [];
  #heard = 0;
  readonly #readers = new WeakMap<Told, ArrivalsReader>();
  #finished = 0;
  #finished_told = 0;
  #told_at = 0;
  /** How many connections the script has begun itself. */
  #begun = 0;
  /** Whether on_disconnect, when it was called last, has begun another. */
  #is_renewed = false;
  #stops_on_error = false;
  #failure: { error: unknown } | null = null;
  #interrupt: { error: unknown } | null = null;

  constructor(client: EventEmitter & PeerTarget, options: ResolvedOptions) {
    this.client = client;
    this.#options = options;
    this.userdata = options.userdata;
    const peer = this;
    this.reporter = new Reporter({
      target: client,
      get userdata() {
        return peer.userdata;
      },
      warnings: options.warnings,
      print: (text) => thread.warn(text, "MQTTWarning"),
      get suppress_exceptions() {
        return client.suppress_exceptions;
      },
    });
  }

  get options(): ResolvedOptions {
    return this.#options;
  }

  /** The other half has been there before this one, and its loop runs. */
  adopt(id: number): void {
    this.#id = id;
    this.#is_started = true;
    this.#sender = new Sender(id, false);
  }

  #begin(): number {
    if (this.#is_resting) {
      this.#is_resting = false;
      participants.set(this.#id, this);
    }
    if (this.#id !== 0) return this.#id;
    see_assignments(this.client);
    this.#id = thread.take_part(this, { ...this.#options, userdata: null });
    this.#sender = new Sender(this.#id, this.#options.store !== null);
    this.#tell_heard();
    return this.#id;
  }

  // ---- calls ---------------------------------------------------------------------------------------------------

  /** Has the other half do something, and waits for what comes of it. */
  call(
    kind: "call" | "get" | "set",
    name: string,
    args: readonly unknown[],
    manner: thread.Manner,
    entry: thread.Entry,
  ): unknown {
    const client = this.#begin();
    this.#tell_heard();
    if (openers.has(name)) this.#begun += 1;
    const packed = pack(args, crossing);
    return thread.call(
      (id) => ({ say: "call", id, client, kind, name, args: packed }),
      manner,
      undefined,
      entry,
      // It is not true before on_connect has run.
      name === "is_connected" ? "connect" : null,
    );
  }

  /** As `call`, for one that is itself a loop: what waits for one is told meanwhile. */
  loop(name: string, args: readonly unknown[], entry: thread.Entry): unknown {
    this.#loops += 1;
    this.#open();
    try {
      return this.call("call", name, args, "blocking", entry);
    } finally {
      this.#loops -= 1;
    }
  }

  /** `loop_forever()`: also left by an exception. */
  loop_forever(args: readonly unknown[], stops_on_error: boolean, entry: thread.Entry): unknown {
    if (has_timers()) {
      this.reporter.warn(
        "timers do not run while loop_forever() waits: use loop_start() and time.sleep(), or karere",
      );
    }
    const outer = this.#stops_on_error;
    this.#stops_on_error = stops_on_error;
    try {
      let rc: unknown;
      do {
        this.#is_renewed = false;
        rc = this.loop("loop_forever", args, entry);
        // The other half ends its loop with the connection, before on_disconnect has been called here.
      } while (this.#is_renewed && this.#failure === null);
      // It may have ended by itself, while the failure was on its way to end it.
      if (this.#failure === null) return rc;
    } catch (error) {
      if (is_interrupt(error)) this.#leave_loop();
      if (this.#failure === null) throw error;
    } finally {
      this.#stops_on_error = outer;
    }
    const { error } = this.#failure;
    this.#failure = null;
    throw error;
  }

  /** `close()`: what the client has in both threads may be let go with it, once nobody has it any more. */
  close(args: readonly unknown[], entry: thread.Entry): void {
    this.call("call", "close", args, "blocking", entry);
    if (!thread.leave_out(this.#id)) return;
    this.#is_resting = true;
    (this.#sender as Sender).rest();
  }

  /** `store_set()`: from now on what is published is kept there; null: nowhere. */
  store_set(store: Store | null, entry: thread.Entry): void {
    try {
      this.call("call", "store_set", [store], "quick", entry);
    } catch (error) {
      // An interrupt does not call the order off.
      if (is_interrupt(error)) this.#has_store(store);
      throw error;
    }
    this.#has_store(store);
  }

  #has_store(store: Store | null): void {
    (this.#sender as Sender).has_store = store !== null;
  }

  /** `restored()`. */
  restored(entry: thread.Entry): readonly MQTTMessageInfo[] {
    const restored = this.call("call", "restored", [], "quick", entry) as Restored;
    return (this.#sender as Sender).restored(restored);
  }

  /** `reinitialise()`: a store is let go of with it. */
  reinitialise(args: readonly unknown[], userdata: UserData, entry: thread.Entry): void {
    this.call("call", "reinitialise", args, "quick", entry);
    (this.#sender as Sender).has_store = false;
    this.userdata = userdata;
  }

  /** Whether `loop_start()` runs has changed. */
  set is_started(is_started: boolean) {
    this.#is_started = is_started;
    if (is_started) this.#open();
  }

  /** Whether a loop runs; one that a failure has ended does not, even if that is still to be told. */
  get #is_open(): boolean {
    return (this.#is_started || this.#loops > 0) && this.#failure === null;
  }

  #open(): void {
    this.#check_callbacks();
    if (this.#held.length > 0) thread.tell_first(this.#held.splice(0));
  }

  #leave_loop(): void {
    thread.say({ say: "leave", client: this.#id });
  }

  // ---- messages to the broker ----------------------------------------------------------------------------------

  /** Whether a message to this topic was sent before: then it is a legal one. */
  knows(topic: string): boolean {
    return this.#sender?.knows(topic) === true;
  }

  /** Hands a message over. `payload` is well-formed text, or bytes. */
  publish(...message: Parameters<Sender["publish"]>): MQTTMessageInfo {
    check_life();
    this.#begin();
    return (this.#sender as Sender).publish(...message);
  }

  settled(settled: Settled): void {
    this.#sender?.settled(settled);
  }

  // ---- callbacks -----------------------------------------------------------------------------------------------

  take_heard(): readonly string[] | null {
    let heard = this.reporter.logger === null ? 0 : 1;
    let bit = 1;
    for (const name of callback_names) {
      bit *= 2;
      if (has_callback(this.client, name) || (name === "message" && this.router.size > 0)) heard += bit;
    }
    if (heard === this.#heard) return null;
    this.#heard = heard;
    const names = callback_names.filter((_, index) => ((heard >> (index + 1)) & 1) === 1);
    if ((heard & 1) === 0) return names;
    // Lines of the log come once, whoever reads them here.
    return ["logger", ...names.filter((name) => name !== "log")];
  }

  #tell_heard(): void {
    const names = this.take_heard();
    if (names !== null) thread.say({ say: "hear", id: null, client: this.#id, names });
  }

  /** Something is listened to that was not before: when this returns, nothing that happens is missed. */
  listen(): void {
    if (this.#id === 0) return;
    const names = this.take_heard();
    if (names !== null) thread.call((id) => ({ say: "hear", id, client: this.#id, names }), "quick");
  }

  take_finished(): number | null {
    if (this.#finished === this.#finished_told) return null;
    this.#finished_told = this.#finished;
    this.#told_at = performance.now();
    return this.#finished;
  }

  deliver(told: Told, is_due: () => boolean): boolean {
    if ((told.say === "arrived" || told.gated) && !this.#is_open) {
      this.#held.push(told);
      return true;
    }
    if (told.say === "arrived") return this.#deliver_messages(told, is_due);
    this.#deliver_event(told);
    return true;
  }

  #deliver_messages(told: Extract<Told, { say: "arrived" }>, is_due: () => boolean): boolean {
    let reader = this.#readers.get(told);
    if (reader === undefined) {
      reader = new ArrivalsReader(told.arrivals, crossing);
      this.#readers.set(told, reader);
    }
    for (;;) {
      if (!this.#is_open) {
        if (!reader.is_over) this.#held.push(told);
        return true;
      }
      const message = reader.next();
      if (message === null) return true;
      this.#deliver_message(message);
      if (is_due()) return reader.is_over;
      if (performance.now() - this.#told_at > FINISHED_MS) thread.report_finished();
    }
  }

  #deliver_message(message: MQTTMessage): void {
    const callbacks = this.router.match(message.topic);
    try {
      if (callbacks.length === 0) {
        const args = [this.client, this.userdata, message];
        this.#after(call_all(this.client, "message", args, this.#on_failure), "on_message");
      }
      for (const callback of callbacks) {
        // The callback before may have set other user data.
        const args = [this.client, this.userdata, message];
        const name = callback.name === "" ? "message callback" : callback.name;
        const running = call_one(callback as never, this.client, args, name, (error) =>
          this.#on_failure(error, name),
        );
        this.#after(all_of(running === undefined ? null : [running]), name);
      }
    } finally {
      this.#finished += 1;
    }
  }

  #deliver_event({ name, args, id }: Extract<Told, { say: "event" }>): void {
    const values = unpack(args, crossing) as unknown[];
    switch (name) {
      case "log":
        this.reporter.log(values[0] as LogLevel, values[1] as string);
        return;
      case "callback_error":
        // Of on_pre_connect, which has failed on this side: the attempt has heard of it first.
        this.reporter.announce(values[0], values[1] as string);
        return;
      case "pre_connect":
        this.#before_attempt(id as number);
        return;
      case "connect":
        this.#check_callbacks();
        try {
          this.#call(name, values);
        } finally {
          thread.reply(id as number, null);
        }
        return;
      case "disconnect": {
        const before = this.#begun;
        this.#call(name, values);
        this.#is_renewed = this.#begun > before;
        return;
      }
      default:
        this.#call(name, values);
    }
  }

  #check_callbacks(): void {
    const { callback_api_version, protocol } = this.#options;
    const shape = { api: callback_api_version as ApiVersion, version: protocol };
    for (const warning of callback_warnings(this.client, shape)) this.reporter.warn(warning);
  }

  #call(name: string, rest: readonly unknown[]): void {
    this.#after(
      call_all(this.client, name, [this.client, this.userdata, ...rest], this.#on_failure),
      `on_${name}`,
    );
  }

  #before_attempt(id: number): void {
    let failure: { error: unknown } | null = null;
    const keep = (error: unknown, name: string) => {
      if (this.client.suppress_exceptions || is_interrupt(error)) this.#on_failure(error, name);
      failure ??= { error };
    };
    const running = call_all(this.client, "pre_connect", [this.client, this.userdata], keep);
    if (failure === null || this.client.suppress_exceptions) thread.reply(id, null);
    else thread.reply_error(id, (failure as { error: unknown }).error);
    this.#after(running, "on_pre_connect");
  }

  readonly #on_failure = (error: unknown, name: string): void => {
    if (is_interrupt(error)) {
      this.#interrupt = { error };
      return;
    }
    this.reporter.failed(error, name);
    if (this.client.suppress_exceptions || !this.#stops_on_error || this.#failure !== null) return;
    this.#failure = { error };
    this.#leave_loop();
  };

  /** A callback has returned: what interrupts the script goes on out of it. */
  #after(running: void | Promise<void>, name: string): void {
    const interrupt = this.#interrupt;
    this.#interrupt = null;
    if (interrupt !== null) throw interrupt.error;
    if (running !== undefined && thread.is_waiting()) {
      this.reporter.warn(
        `${name} is asynchronous: what comes after its first await happens only when the script is idle, not while a blocking call waits. Leave async and await out`,
      );
    }
  }
}
