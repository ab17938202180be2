// Decides when an event reaches the user: held back while no loop runs; messages one at a time while a handler is busy,
// everything else past it. A user who falls far behind slows the broker down, nothing is thrown away.

import { payload_length } from "../codec/plain_packets.ts";
import { LazyMap } from "../model/lazy.ts";
import { Line } from "../model/line.ts";
import type { PumpEvent } from "./pump.ts";

type MessageEvent = Extract<PumpEvent, { type: "message" }>;

/** How many undelivered bytes may pile up before reading stops. */
const HIGH_WATER_BYTES = 16 * 1024 * 1024;
/** What a message weighs beside its payload, so that many empty ones count too. */
const MESSAGE_OVERHEAD_BYTES = 256;

export interface DeliveryOwner {
  /** Whether a loop runs. */
  is_open(): boolean;
  /** Whether a message waits until the handler of the one before has finished. */
  readonly in_turn: boolean;
  /** Calls the user. For a message, what it returns is awaited before the next message. Never throws or rejects. */
  deliver(event: PumpEvent): void | Promise<void>;
  /** The user has finished with this message. */
  finished(event: MessageEvent): void;
  pause_reading(): void;
  resume_reading(): void;
}

const NOBODY: readonly (() => void)[] = [];

export class Delivery {
  readonly #owner: DeliveryOwner;
  /** Null until somebody has had to stand in one. */
  #lines: Lines | null = null;
  #lane_busy = false;
  #delivering = false;
  #undelivered_bytes = 0;
  /** What those of them count for; a handler may hand over the memory of a payload. */
  readonly #weights = new LazyMap<MessageEvent, number>();
  #paused = false;
  #on_idle: readonly (() => void)[] = NOBODY;

  constructor(owner: DeliveryOwner) {
    this.#owner = owner;
  }

  /** Whether events wait for a loop. */
  get has_held(): boolean {
    return (this.#lines?.gated.length ?? 0) > 0;
  }

  /** Events came: they are delivered at once while a loop runs; else only those that need none are. */
  push(events: readonly PumpEvent[]): void {
    const open = this.#owner.is_open();
    let at = open && this.#is_idle && is_traffic(events) ? this.#deliver_at_once(events) : 0;
    for (; at < events.length; at += 1) {
      const event = events[at] as PumpEvent;
      if (event.type === "message") this.#weigh(event, weight_of(event));
      this.#lines ??= new Lines();
      if (open || !needs_no_loop(event)) this.#lines.gated.push(event);
      else this.#lines.ungated.push(event);
    }
    this.drain();
  }

  /** Delivers what may be delivered. From within a callback it leaves that to the round under way. */
  drain(): void {
    const lines = this.#lines;
    if (this.#delivering || lines === null) return;
    this.#delivering = true;
    try {
      // The gate is looked at before each event: a callback may have stopped the loop.
      for (;;) {
        const event = lines.ungated.shift() ?? (this.#owner.is_open() ? lines.gated.shift() : null);
        if (event === null) return;
        this.#deliver(event, lines.lane);
      }
    } finally {
      this.#delivering = false;
    }
  }

  /** The link that has ended, by the user's own will, is history: how it began and ended is not told any more. */
  forget_link(): void {
    this.#lines?.gated.drop((event) => event.type === "connack" || event.type === "closed");
  }

  /** Calls `fn` when no handler is busy and no message waits for one: now, or later. */
  when_idle(fn: () => void): void {
    if (this.#lane_busy) this.#on_idle = [...this.#on_idle, fn];
    else fn();
  }

  get #is_idle(): boolean {
    const lines = this.#lines;
    return !this.#delivering && (lines === null || lines.gated.length + lines.ungated.length === 0);
  }

  /** Nobody stands in line, so that nobody has to: as long as no handler takes its time and the loop runs. */
  #deliver_at_once(events: readonly PumpEvent[]): number {
    this.#delivering = true;
    let at = 0;
    try {
      for (; at < events.length && !this.#lane_busy && this.#owner.is_open(); at += 1) {
        const event = events[at] as PumpEvent;
        const weight = event.type === "message" ? weight_of(event) : 0;
        const handled = this.#owner.deliver(event);
        if (event.type !== "message") continue;
        if (handled === undefined) {
          this.#owner.finished(event);
        } else {
          this.#weigh(event, weight);
          this.#wait_for(event, handled);
        }
      }
    } finally {
      this.#delivering = false;
    }
    return at;
  }

  #deliver(event: PumpEvent, lane: Line<MessageEvent>): void {
    if (event.type !== "message") {
      void this.#owner.deliver(event);
      return;
    }
    lane.push(event);
    this.#drain_lane(lane);
  }

  #drain_lane(lane: Line<MessageEvent>): void {
    while (!this.#lane_busy) {
      const event = lane.shift();
      if (event === null) return;
      const handled = this.#owner.deliver(event);
      if (handled === undefined) {
        this.#finish(event);
        continue;
      }
      this.#wait_for(event, handled);
    }
  }

  #wait_for(event: MessageEvent, handled: Promise<void>): void {
    if (!this.#owner.in_turn) {
      void handled.then(() => this.#finish(event));
      return;
    }
    this.#lane_busy = true;
    void handled.then(() => {
      this.#lane_busy = false;
      this.#finish(event);
      if (this.#lines !== null) this.#drain_lane(this.#lines.lane);
      if (this.#lane_busy) return;
      const told = this.#on_idle;
      this.#on_idle = NOBODY;
      for (const fn of told) fn();
    });
  }

  #finish(event: MessageEvent): void {
    this.#undelivered_bytes -= this.#weights.get(event) as number;
    this.#weights.delete(event);
    if (this.#paused && this.#undelivered_bytes < HIGH_WATER_BYTES / 2) {
      this.#paused = false;
      this.#owner.resume_reading();
    }
    this.#owner.finished(event);
  }

  #weigh(event: MessageEvent, weight: number): void {
    this.#weights.set(event, weight);
    this.#undelivered_bytes += weight;
    if (this.#paused || this.#undelivered_bytes < HIGH_WATER_BYTES) return;
    this.#paused = true;
    this.#owner.pause_reading();
  }
}

function weight_of({ packet }: MessageEvent): number {
  return payload_length(packet) + MESSAGE_OVERHEAD_BYTES;
}

/** Who waits, and what for. */
class Lines {
  /** Events that wait for a loop, or for the one under way. */
  readonly gated = new Line<PumpEvent>();
  /** Events that need no loop and came without one. */
  readonly ungated = new Line<PumpEvent>();
  /** Messages that have passed the gate and wait for a handler to finish. */
  readonly lane = new Line<MessageEvent>();
}

/** Whether there is one alone, or nothing but what goes on within a link: no callback makes another of it history. */
function is_traffic(events: readonly PumpEvent[]): boolean {
  if (events.length === 1) return true;
  for (const { type } of events)
    if (type !== "message" && type !== "published" && type !== "left") return false;
  return true;
}

/** What follows from the user's own calls is told without a loop, as in paho; what the broker causes waits for one. */
function needs_no_loop(event: PumpEvent): boolean {
  switch (event.type) {
    case "connack":
    case "message":
    case "subscribed":
    case "unsubscribed":
      return false;
    case "published":
      return event.packet === null;
    case "closed":
      return !event.opened || event.cause.rc === 0;
    default:
      return true;
  }
}
