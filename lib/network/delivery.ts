// Decides when an event reaches the user: held back while no loop runs; messages one at a time while a handler is busy,
// everything else past it. A user who falls far behind slows the broker down, nothing is thrown away.

import type { PumpEvent } from "./pump.ts";

type MessageEvent = Extract<PumpEvent, { type: "message" }>;

/** How many undelivered bytes may pile up before reading stops. */
const HIGH_WATER_BYTES = 16 * 1024 * 1024;
/** What a message weighs beside its payload, so that many empty ones count too. */
const MESSAGE_OVERHEAD_BYTES = 256;

export interface DeliveryOwner {
  /** Calls the user. For a message, what it returns is awaited before the next message. Never throws or rejects. */
  deliver(event: PumpEvent): void | Promise<void>;
  /** The user has finished with this message. */
  finished(event: MessageEvent): void;
  pause_reading(): void;
  resume_reading(): void;
}

export class Delivery {
  readonly #owner: DeliveryOwner;
  #held: PumpEvent[] = [];
  #lane: MessageEvent[] = [];
  #lane_busy = false;
  #undelivered_bytes = 0;
  #paused = false;
  #delivering = false;

  constructor(owner: DeliveryOwner) {
    this.#owner = owner;
  }

  /** Whether events wait for a loop. */
  get has_held(): boolean {
    return this.#held.length > 0;
  }

  /** Events came. They are delivered at once with `open`; else only those that need no loop are. */
  push(events: readonly PumpEvent[], open: boolean): void {
    for (const event of events) {
      if (event.type === "message") this.#weigh(event);
      this.#held.push(event);
    }
    if (open) this.drain();
    else this.#deliver_ungated();
  }

  /** Delivers all that was held back. Called from within a delivery it leaves that to the one under way. */
  drain(): void {
    if (this.#delivering) return;
    this.#delivering = true;
    try {
      // Callbacks may cause new events: they come in a later round.
      for (const event of this.#held.splice(0)) this.#deliver(event);
    } finally {
      this.#delivering = false;
    }
  }

  #deliver(event: PumpEvent): void {
    if (event.type !== "message") void this.#owner.deliver(event);
    else if (this.#lane_busy) this.#lane.push(event);
    else this.#deliver_message(event);
  }

  #deliver_ungated(): void {
    if (this.#delivering || !this.#held.some(needs_no_loop)) return;
    const ungated = this.#held.filter(needs_no_loop);
    this.#held = this.#held.filter((event) => !needs_no_loop(event));
    this.#delivering = true;
    try {
      for (const event of ungated) this.#deliver(event);
    } finally {
      this.#delivering = false;
    }
  }

  #deliver_message(event: MessageEvent): void {
    const handled = this.#owner.deliver(event);
    if (handled === undefined) {
      this.#finish(event);
      return;
    }
    this.#lane_busy = true;
    void handled.then(() => {
      this.#finish(event);
      this.#lane_busy = false;
      this.#next_in_lane();
    });
  }

  #next_in_lane(): void {
    const waiting = this.#lane;
    this.#lane = [];
    for (const [index, event] of waiting.entries()) {
      this.#deliver_message(event);
      if (this.#lane_busy) {
        this.#lane = waiting.slice(index + 1);
        return;
      }
    }
  }

  #finish(event: MessageEvent): void {
    this.#undelivered_bytes -= event.packet.payload.length + MESSAGE_OVERHEAD_BYTES;
    if (this.#paused && this.#undelivered_bytes < HIGH_WATER_BYTES / 2) {
      this.#paused = false;
      this.#owner.resume_reading();
    }
    this.#owner.finished(event);
  }

  #weigh(event: MessageEvent): void {
    this.#undelivered_bytes += event.packet.payload.length + MESSAGE_OVERHEAD_BYTES;
    if (this.#paused || this.#undelivered_bytes < HIGH_WATER_BYTES) return;
    this.#paused = true;
    this.#owner.pause_reading();
  }
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
