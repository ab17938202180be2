// Decides how messages stand in line: a doubly linked list through the items themselves, so that any of them can leave
// from any place at the same cost, be it one or sixty thousand.

/** What an item must have to stand in a chain. It stands in one chain at a time. */
export interface Linked<T> {
  previous: T | null;
  next: T | null;
}

export class Chain<T extends Linked<T>> {
  first: T | null = null;
  last: T | null = null;
  length = 0;

  push(item: T): void {
    this.insert_after(this.last, item);
  }

  /** Puts `item` behind `place`; at the front when `place` is null. */
  insert_after(place: T | null, item: T): void {
    const next = place === null ? this.first : place.next;
    item.previous = place;
    item.next = next;
    if (place === null) this.first = item;
    else place.next = item;
    if (next === null) this.last = item;
    else next.previous = item;
    this.length += 1;
  }

  remove(item: T): void {
    if (item.previous === null) this.first = item.next;
    else item.previous.next = item.next;
    if (item.next === null) this.last = item.previous;
    else item.next.previous = item.previous;
    item.previous = null;
    item.next = null;
    this.length -= 1;
  }

  *[Symbol.iterator](): IterableIterator<T> {
    let item = this.first;
    while (item !== null) {
      const next: T | null = item.next;
      yield item;
      item = next;
    }
  }
}
