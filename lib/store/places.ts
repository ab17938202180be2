// Decides how the place of a record in a log is found by its key: by pages, for keys come in runs, one after the other, and
// go in nearly the same order. A page costs less than an object for each record of it.

const PAGE = 512;

interface Page {
  readonly number: number;
  /** For each key where its record begins, and ends; 0: there is none, for a log begins with its header. */
  readonly bounds: Float64Array;
  used: number;
}

export interface Place {
  readonly at: number;
  readonly end: number;
}

export class Places {
  readonly #pages = new Map<number, Page>();
  /** The page that was looked at last, and likely is again. */
  #recent: Page | null = null;

  /** Gives how many bytes the record had before. */
  set(key: number, at: number, end: number): number {
    const number = Math.floor(key / PAGE);
    const page = this.#page(number) ?? this.#new_page(number);
    const { bounds } = page;
    const index = 2 * (key - number * PAGE);
    const before = (bounds[index + 1] as number) - (bounds[index] as number);
    bounds[index] = at;
    bounds[index + 1] = end;
    if (before === 0) page.used += 1;
    return before;
  }

  /** Gives how many bytes the record had; 0 when there was none. */
  delete(key: number): number {
    const number = Math.floor(key / PAGE);
    const page = this.#page(number);
    if (page === null) return 0;
    const { bounds } = page;
    const index = 2 * (key - number * PAGE);
    const before = (bounds[index + 1] as number) - (bounds[index] as number);
    if (before === 0) return 0;
    bounds[index] = 0;
    bounds[index + 1] = 0;
    page.used -= 1;
    if (page.used === 0) {
      this.#pages.delete(number);
      this.#recent = null;
    }
    return before;
  }

  find(key: number): Place | null {
    const number = Math.floor(key / PAGE);
    const bounds = this.#page(number)?.bounds;
    const index = 2 * (key - number * PAGE);
    const end = bounds?.[index + 1] ?? 0;
    return end === 0 ? null : { at: bounds?.[index] as number, end };
  }

  /** All keys, in the order in which their records lie in the log. */
  get keys(): number[] {
    const found: { readonly key: number; readonly at: number }[] = [];
    for (const { number, bounds } of this.#pages.values()) {
      for (let index = 0; index < PAGE; index++) {
        const at = bounds[2 * index] as number;
        if (at !== 0) found.push({ key: number * PAGE + index, at });
      }
    }
    return found.sort((a, b) => a.at - b.at).map(({ key }) => key);
  }

  #page(number: number): Page | null {
    if (this.#recent?.number !== number) this.#recent = this.#pages.get(number) ?? null;
    return this.#recent;
  }

  #new_page(number: number): Page {
    const page = { number, bounds: new Float64Array(2 * PAGE), used: 0 };
    this.#pages.set(number, page);
    this.#recent = page;
    return page;
  }
}
