// Decides which packet identifier our next packet gets. These are our ids only: the peer's are another space, and
// live in inbound.ts.

const MAX_ID = 65535;

export class PacketIds {
  readonly #in_use = new Set<number>();
  #last = 0;

  /** How many ids are not taken. */
  get free(): number {
    return MAX_ID - this.#in_use.size;
  }

  /** The next free id, taken until `release`; 0 when all 65535 are in use [MQTT-2.2.1-3]. */
  take(): number {
    if (this.free === 0) return 0;
    const id = this.pass();
    this.#in_use.add(id);
    return id;
  }

  /** The next number, without taking it: QoS 0 messages have one for their callback, none on the wire. */
  pass(): number {
    do {
      this.#last = this.#last >= MAX_ID ? 1 : this.#last + 1;
    } while (this.#in_use.has(this.#last) && this.free > 0);
    return this.#last;
  }

  release(id: number): void {
    this.#in_use.delete(id);
  }
}
