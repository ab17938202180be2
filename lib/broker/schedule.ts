// Decides how the broker finds out, of thousands of connections and sessions, whose moment comes next.

/** Somebody who wants to be looked at some time. */
export interface Due {
  /** The moment; Infinity: there is none. It may become later by itself, without a word to anybody. */
  next_timeout(): number;
}

interface Entry {
  readonly at: number;
  readonly who: Due;
}

/** So many entries that count no more are borne, beside as many as count. */
const SPARED = 64;

export class Schedule {
  /** A heap: each is not later than the two behind it, at 2n + 1 and 2n + 2. */
  #heap: Entry[] = [];
  /** For everybody the moment of the entry that counts. */
  readonly #planned = new Map<Due, number>();

  /** To be called when somebody is new, or their moment may have become earlier. */
  plan(who: Due): void {
    const at = who.next_timeout();
    if (at === Number.POSITIVE_INFINITY || at >= (this.#planned.get(who) ?? at + 1)) return;
    this.#planned.set(who, at);
    this.#push({ at, who });
  }

  forget(who: Due): void {
    this.#planned.delete(who);
    if (this.#heap.length <= 2 * this.#planned.size + SPARED) return;
    this.#heap = [];
    for (const [other, at] of this.#planned) this.#push({ at, who: other });
  }

  /** When it is worth asking again; Infinity: never. */
  next_timeout(): number {
    return this.#heap[0]?.at ?? Number.POSITIVE_INFINITY;
  }

  /** Who is due now, one after the other; null: nobody. They are planned anew only when `plan` is called. */
  take_due(now: number): Due | null {
    for (let [first] = this.#heap; first !== undefined && first.at <= now; [first] = this.#heap) {
      this.#pop();
      const { at, who } = first;
      if (this.#planned.get(who) !== at) continue;
      this.#planned.delete(who);
      // It has become later meanwhile.
      if (who.next_timeout() > now) this.plan(who);
      else return who;
    }
    return null;
  }

  #push(entry: Entry): void {
    const heap = this.#heap;
    let place = heap.length;
    while (place > 0) {
      const parent = (place - 1) >> 1;
      const above = heap[parent] as Entry;
      if (above.at <= entry.at) break;
      heap[place] = above;
      place = parent;
    }
    heap[place] = entry;
  }

  /** Takes off the first. */
  #pop(): void {
    const heap = this.#heap;
    const entry = heap.pop() as Entry;
    if (heap.length === 0) return;
    let place = 0;
    for (;;) {
      let child = 2 * place + 1;
      if (child >= heap.length) break;
      if (child + 1 < heap.length && (heap[child + 1] as Entry).at < (heap[child] as Entry).at) child += 1;
      if ((heap[child] as Entry).at >= entry.at) break;
      heap[place] = heap[child] as Entry;
      place = child;
    }
    heap[place] = entry;
  }
}
