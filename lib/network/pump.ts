// Decides in which order things happen around one Session: bytes in, work out, events afterwards, one timer. The only
// place where the core meets a transport and a clock.

import { give_back } from "../codec/output.ts";
import { concat_bytes } from "../model/bytes.ts";
import type { SessionEvent, Work } from "../protocol/outputs.ts";
import type { Session } from "../protocol/session.ts";
import type { OpenTransport, Transport, TransportListener } from "../transport/transport.ts";
import type { Clock } from "./clock.ts";
import type { Keeper } from "./keeper.ts";

/** What the pump tells: the session's events, and what happens to the socket. */
export type PumpEvent =
  | SessionEvent
  | { readonly type: "socket_open"; readonly socket: unknown }
  | { readonly type: "socket_close"; readonly socket: unknown }
  | { readonly type: "register_write"; readonly socket: unknown }
  | { readonly type: "unregister_write"; readonly socket: unknown };

export interface PumpOwner {
  /** Events in their order. Called from the event loop, never from inside a call of the user but `loop_*`. */
  on_events(events: PumpEvent[]): void;
  /** Bytes came, and are read next. */
  on_bytes(): void;
  /** A round is over: what was due has been done. */
  on_round(): void;
  /** The timer came, `late_ms` after its moment. */
  on_late(late_ms: number): void;
  /** Whether the application writes by `loop_write()` itself. */
  writes_by_hand(): boolean;
}

const NO_EVENTS: readonly PumpEvent[] = [];

export class Pump {
  readonly session: Session;
  readonly #clock: Clock;
  readonly #owner: PumpOwner;
  readonly #keeper: Keeper | null;
  #transport: Transport | null = null;
  #is_open = false;
  #congested = false;
  #paused = false;
  #write_registered = false;
  #scheduled = false;
  #events: readonly PumpEvent[] = NO_EVENTS;
  #timer_at = Number.POSITIVE_INFINITY;
  #cancel_timer: (() => void) | null = null;
  /** When bytes came last. */
  received_at = 0;

  constructor(session: Session, clock: Clock, owner: PumpOwner, keeper: Keeper | null = null) {
    this.session = session;
    this.#clock = clock;
    this.#owner = owner;
    this.#keeper = keeper;
  }

  get now(): number {
    return this.#clock.now();
  }

  /** The user's view of the transport; null without one that is open. */
  get socket(): unknown {
    return this.#is_open ? (this.#transport?.socket ?? null) : null;
  }

  /** Whether the transport takes nothing more at present. */
  get is_congested(): boolean {
    return this.#congested;
  }

  /** Opens a transport for the link that the session is dialling. `timeout_ms` bounds the opening. */
  open(open_transport: OpenTransport, timeout_ms: number, timeout_error: () => Error): void {
    const listener = new Pump.#Listener(this);
    const transport = open_transport(listener);
    listener.transport = transport;
    this.#transport = transport;
    listener.cancel_timeout = this.#clock.after(timeout_ms, () => {
      transport.destroy();
      this.#gone(transport, timeout_error());
    });
  }

  /** Hears one transport, as long as that is the present one. */
  static readonly #Listener = class implements TransportListener {
    readonly #pump: Pump;
    transport: Transport | null = null;
    /** Null as soon as opening is over. */
    cancel_timeout: (() => void) | null = null;

    constructor(pump: Pump) {
      this.#pump = pump;
    }

    opened(): void {
      this.#in_time();
      if (this.#is_present) this.#pump.#opened(this.transport as Transport);
    }

    data(bytes: Uint8Array): void {
      if (this.#is_present) this.#pump.#received(bytes);
    }

    drained(): void {
      if (!this.#is_present) return;
      this.#pump.#congested = false;
      this.#pump.round();
    }

    closed(error: Error | null): void {
      this.#in_time();
      this.#pump.#gone(this.transport as Transport, error);
    }

    get #is_present(): boolean {
      return this.transport === this.#pump.#transport;
    }

    #in_time(): void {
      this.cancel_timeout?.();
      this.cancel_timeout = null;
    }
  };

  /** The dial has failed before there was a transport. */
  fail(error: Error): void {
    this.session.closed(error);
    this.touch();
  }

  /**
   * Drops the link, if any, without a word to the broker or the user's `on_disconnect`. One to which the user has said
   * goodbye already is left to end by itself: its DISCONNECT, and what goes before it, still leaves.
   */
  replace(): void {
    if (this.session.phase === "disconnecting") {
      this.#work_off(() => true);
      this.#release();
      this.session.closed(null);
    } else {
      this.#transport?.destroy();
      this.#release();
      this.session.replaced();
    }
  }

  /**
   * Something is asked of the session: a round follows, once for all that is asked in this turn. Returns whether that
   * was known already.
   */
  touch(): boolean {
    if (this.#scheduled) return true;
    this.#scheduled = true;
    queueMicrotask(() => {
      if (this.#scheduled) this.round();
    });
    return false;
  }

  /** Writes down what has to be, performs the work, then tells the events, then sets the timer. */
  round(): void {
    this.#scheduled = false;
    if (this.#owner.writes_by_hand() && this.session.phase !== "closing") {
      this.#keeper?.flush();
      this.#register_write();
    } else this.write();
    this.tell();
    this.#arm();
    this.#owner.on_round();
  }

  /** Performs the work that is due, as far as the transport takes it. */
  write(): void {
    this.#keeper?.flush();
    // A link that is given up is closed even if the transport takes nothing more.
    this.#work_off(() => !this.#congested || this.session.phase === "closing");
    // Nothing can be written to a congested transport: the wish comes back when it has drained.
    if (!this.session.wants_write || this.#congested) this.#unregister_write();
  }

  /** Takes in what has arrived and was not told yet. */
  poll(): void {
    this.#transport?.poll();
  }

  /** Stops reading until `resume`: the user is far behind. The peer is not blamed for the silence. */
  pause(): void {
    this.#paused = true;
    this.#transport?.pause();
  }

  resume(): void {
    this.#paused = false;
    this.#transport?.resume();
  }

  /** Lets the session act on the time. */
  tick(): void {
    if (this.#paused) this.session.heard(this.now);
    this.session.tick(this.now);
  }

  /** Tells the events that wait; a round does it too. */
  tell(): void {
    const told: PumpEvent[] = this.session.take_events();
    const events = this.#events.length === 0 ? told : [...this.#events, ...told];
    this.#events = NO_EVENTS;
    if (events.length > 0) this.#owner.on_events(events);
  }

  #opened(transport: Transport): void {
    this.#is_open = true;
    this.#note({ type: "socket_open", socket: transport.socket });
    this.session.open(this.now);
    this.round();
  }

  #received(bytes: Uint8Array): void {
    this.received_at = this.now;
    this.#owner.on_bytes();
    this.session.receive(bytes, this.received_at);
    // A new link is read until CONNACK has come, however far behind the user is.
    if (this.#paused && this.session.phase === "connected") this.#transport?.pause();
    this.round();
  }

  #work_off(goes_on: () => boolean): void {
    while (goes_on()) {
      const work = this.session.take_work(this.now);
      if (work.length === 0) return;
      this.#perform(work);
    }
  }

  #perform(work: Work[]): void {
    const parts: Uint8Array[] = [];
    let close: { readonly flush: boolean } | null = null;
    for (const item of work) {
      if (item.type === "send") parts.push(item.bytes);
      else close = item;
    }
    const [first] = parts;
    if (first !== undefined && this.#transport !== null) {
      const bytes = parts.length === 1 ? first : concat_bytes(parts);
      this.#congested = !this.#transport.write(bytes);
      if (this.#transport.pending === 0) give_back(bytes);
    }
    if (close !== null) this.#close(close.flush);
  }

  #close(flush: boolean): void {
    const transport = this.#transport;
    if (flush && transport !== null) {
      transport.end();
      // After our own DISCONNECT the link is gone when all has left; a link given up is gone now.
      if (this.session.phase === "disconnecting") return;
    } else {
      transport?.destroy();
    }
    this.#release();
    this.session.closed(null);
  }

  #gone(transport: Transport, error: Error | null): void {
    if (transport !== this.#transport) return;
    this.#release();
    this.session.closed(error);
    this.round();
  }

  #release(): void {
    const transport = this.#transport;
    if (transport === null) return;
    this.#unregister_write();
    if (this.#is_open) this.#note({ type: "socket_close", socket: transport.socket });
    this.#transport = null;
    this.#is_open = false;
    this.#congested = false;
  }

  #register_write(): void {
    if (this.#write_registered || !this.#is_open || !this.session.wants_write || this.#congested) return;
    this.#write_registered = true;
    this.#note({ type: "register_write", socket: this.#transport?.socket });
  }

  #unregister_write(): void {
    if (!this.#write_registered) return;
    this.#write_registered = false;
    this.#note({ type: "unregister_write", socket: this.#transport?.socket });
  }

  /** What happens to the socket has its place among what happens in the session. */
  #note(event: PumpEvent): void {
    this.#events = [...this.#events, ...this.session.take_events(), event];
  }

  #arm(): void {
    const at = this.session.next_timeout();
    // Each packet puts the moment off: a timer that comes for nothing now and then costs less than one for each.
    if (at !== null && at >= this.#timer_at) return;
    this.#cancel_timer?.();
    this.#cancel_timer = null;
    this.#timer_at = at ?? Number.POSITIVE_INFINITY;
    if (at === null) return;
    this.#cancel_timer = this.#clock.after(at - this.now, () => {
      const late_ms = this.now - this.#timer_at;
      this.#timer_at = Number.POSITIVE_INFINITY;
      this.#cancel_timer = null;
      this.#owner.on_late(late_ms);
      this.tick();
      this.round();
    });
  }
}
