// Decides when a PINGREQ is due and when the link counts as dead (3.1.2.10). Moments in milliseconds, no clock.

export class Keepalive {
  readonly #interval_ms: number;
  #last_sent: number;
  #last_received: number;
  /** When the peer was asked for a sign of life; null while it owes none. */
  #asked: number | null = null;
  /** By when it must have given one, if it was asked in between. */
  #deadline = Number.POSITIVE_INFINITY;

  /** `interval_ms` 0: never a ping, never dead. */
  constructor(interval_ms: number, now: number) {
    this.#interval_ms = interval_ms;
    this.#last_sent = now;
    this.#last_received = now;
  }

  sent(now: number): void {
    this.#last_sent = now;
  }

  /** Any byte counts, also a part of a packet: one slow large PUBLISH, behind which PINGRESP waits, proves life. */
  received(now: number): void {
    this.#last_received = now;
    this.#asked = null;
    this.#deadline = Number.POSITIVE_INFINITY;
  }

  /** Records a ping in between: any byte must come within `patience_ms`. */
  probe(now: number, patience_ms: number): void {
    this.#asked ??= now;
    this.#last_sent = now;
    this.#deadline = Math.min(this.#deadline, now + patience_ms);
  }

  /**
   * What `now` asks for. `ping` also records that it was sent. A ping is due when nothing was sent for the interval
   * [MQTT-3.1.2-23], and when nothing was received for it: a client that only publishes QoS 0 would never notice
   * that nobody is there.
   */
  check(now: number): "ping" | "dead" | null {
    if (now >= this.#dead_at()) return "dead";
    if (now < this.#ping_at()) return null;
    this.#asked ??= now;
    this.#last_sent = now;
    return "ping";
  }

  /** The moment at which `check` is worth calling; Infinity when never. */
  next_timeout(): number {
    return Math.min(this.#ping_at(), this.#dead_at());
  }

  #ping_at(): number {
    if (this.#interval_ms === 0) return Number.POSITIVE_INFINITY;
    const by_sending = this.#last_sent + this.#interval_ms;
    if (this.#asked !== null) return by_sending;
    return Math.min(by_sending, this.#last_received + this.#interval_ms);
  }

  // One and a half intervals after the last byte came, as the broker judges us; but never less than half an interval
  // after the question, so that a process that slept through its moment asks before it gives up.
  #dead_at(): number {
    if (this.#asked === null || this.#interval_ms === 0) return this.#deadline;
    const by_interval = Math.max(
      this.#last_received + 1.5 * this.#interval_ms,
      this.#asked + 0.5 * this.#interval_ms,
    );
    return Math.min(by_interval, this.#deadline);
  }
}
