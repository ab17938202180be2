// Decides how those who came first are served first: taking from the front costs the same however many wait.

/** How many places a line leaves empty at its front before it moves up. */
const COMPACT_AT = 16_384;

export class Line<T> {
  #items: T[] = [];
  #head = 0;

  get length(): number {
    return this.#items.length - this.#head;
  }

  push(item: T): void {
    this.#items.push(item);
  }

  drop(unwanted: (item: T) => boolean): void {
    this.#items = this.#items.slice(this.#head).filter((item) => !unwanted(item));
    this.#head = 0;
  }

  shift(): T | null {
    if (this.length === 0) return null;
    const item = this.#items[this.#head] as T;
    this.#items[this.#head] = undefined as T;
    this.#head += 1;
    // A line that never runs empty must not keep all that ever stood in it.
    if (this.#head === this.#items.length || this.#head === COMPACT_AT) {
      this.#items = this.#items.slice(this.#head);
      this.#head = 0;
    }
    return item;
  }
}
