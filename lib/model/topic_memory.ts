// Decides how much is remembered of topics: most programs use the same ones again and again, few or many thousands.

/** What is remembered takes about so many bytes at most: enough for 10,000 topics of 200 characters. */
const MOST_BYTES = 4 * 1024 * 1024;
/** What a topic takes beside its characters. */
const OVERHEAD_BYTES = 200;

/** Something small for each topic, which can be found out anew at any time. */
export class TopicMemory<V> {
  /** Null until there is anything: many clients are idle. */
  #known: Map<string, V> | null = null;
  #bytes = 0;

  get(topic: string): V | undefined {
    return this.#known?.get(topic);
  }

  /** Remembers it for a topic for which `get` has nothing. */
  set(topic: string, value: V): void {
    const bytes = topic.length + OVERHEAD_BYTES;
    // A program that makes up topics without end finds little here, and keeps nothing for ever.
    if (this.#bytes + bytes > MOST_BYTES) this.forget();
    this.#known ??= new Map();
    this.#known.set(topic, value);
    this.#bytes += bytes;
  }

  forget(): void {
    this.#known = null;
    this.#bytes = 0;
  }
}
