// Decides which packet identifier our next packet gets in a page, where it stands in for packet_ids.ts: few are in use
// there, and what it loads must be small.

const MAX_ID = 65535;

export class PacketIds {
  readonly #in_use = new Set<number>();
  #last = 0;

  get free(): number {
    return MAX_ID - this.#in_use.size;
  }

  take(): number {
    if (this.free === 0) return 0;
    const id = this.pass();
    this.hold(id);
    return id;
  }

  hold(id: number): void {
    this.#in_use.add(id);
  }

  pass(): number {
    do {
      this.#last = (this.#last % MAX_ID) + 1;
    } while (this.#in_use.has(this.#last) && this.free > 0);
    return this.#last;
  }

  release(id: number): void {
    this.#in_use.delete(id);
  }
}
