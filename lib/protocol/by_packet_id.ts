// Decides how what belongs to a packet identifier is found: by pages that come and go with the identifiers in use, for
// these go round slowly, and a few neighbours of all 65535 are in use at a time.

const PAGE = 256;

interface Page<T> {
  readonly items: (T | undefined)[];
  used: number;
}

/** For all that have none yet; nothing is ever added to it. */
const NO_PAGES: never[] = [];

export class ByPacketId<T> {
  #pages: (Page<T> | null | undefined)[] = NO_PAGES;
  /** A page that is empty, kept for the next that is needed. */
  #spare: Page<T> | null = null;
  size = 0;

  get(id: number): T | undefined {
    return this.#pages[id >>> 8]?.items[id & (PAGE - 1)];
  }

  /** The identifier has nothing yet. */
  add(id: number, item: T): void {
    const page = this.#pages[id >>> 8] ?? this.#turn_to(id >>> 8);
    page.items[id & (PAGE - 1)] = item;
    page.used += 1;
    this.size += 1;
  }

  delete(id: number): void {
    const page = this.#pages[id >>> 8];
    if (page?.items[id & (PAGE - 1)] === undefined) return;
    page.items[id & (PAGE - 1)] = undefined;
    page.used -= 1;
    this.size -= 1;
    if (page.used > 0) return;
    this.#pages[id >>> 8] = null;
    this.#spare = page;
  }

  clear(): void {
    this.#pages = NO_PAGES;
    this.size = 0;
  }

  /** All, by ascending identifiers. What is visited may be deleted. */
  *all(): Iterable<T> {
    if (this.size === 0) return;
    for (const page of this.#pages) for (const item of page?.items ?? []) if (item !== undefined) yield item;
  }

  #turn_to(number: number): Page<T> {
    // A page begins small, as most clients have little under way.
    const page = this.#spare ?? { items: [], used: 0 };
    this.#spare = null;
    if (this.#pages === NO_PAGES) this.#pages = [];
    while (this.#pages.length <= number) this.#pages.push(null);
    this.#pages[number] = page;
    return page;
  }
}
