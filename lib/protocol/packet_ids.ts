// Decides which packet identifier our next packet gets. These are our ids only: the peer's are another space, and
// live in inbound.ts.

const MAX_ID = 65535;
const FEW_WORDS = 8;
const ALL_WORDS = (MAX_ID + 1) / 32;
const NO_WORDS = new Uint32Array(0);

export class PacketIds {
  /** One bit for each id, as far as ids have come so far. */
  #in_use = NO_WORDS;
  #taken = 0;
  #last = 0;

  /** How many ids are not taken. */
  get free(): number {
    return MAX_ID - this.#taken;
  }

  /** The next free id, taken until `release`; 0 when all 65535 are in use [MQTT-2.2.1-3]. */
  take(): number {
    if (this.free === 0) return 0;
    const id = this.pass();
    this.hold(id);
    return id;
  }

  /** Takes an id that is free. */
  hold(id: number): void {
    const word = id >>> 5;
    if (word >= this.#in_use.length) this.#grow(word + 1);
    this.#in_use[word] = (this.#in_use[word] as number) | (1 << (id & 31));
    this.#taken += 1;
  }

  /** The next number, without taking it: QoS 0 messages have one for their callback, none on the wire. */
  pass(): number {
    do {
      this.#last = this.#last >= MAX_ID ? 1 : this.#last + 1;
    } while (this.#is_taken(this.#last) && this.free > 0);
    return this.#last;
  }

  release(id: number): void {
    if (!this.#is_taken(id)) return;
    this.#in_use[id >>> 5] = (this.#in_use[id >>> 5] as number) & ~(1 << (id & 31));
    this.#taken -= 1;
  }

  #is_taken(id: number): boolean {
    return (((this.#in_use[id >>> 5] ?? 0) >>> (id & 31)) & 1) === 1;
  }

  #grow(words: number): void {
    const grown = new Uint32Array(Math.min(Math.max(2 * this.#in_use.length, words, FEW_WORDS), ALL_WORDS));
    grown.set(this.#in_use);
    this.#in_use = grown;
  }
}
