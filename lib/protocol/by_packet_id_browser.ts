// Decides how what belongs to a packet identifier is found in a page, where it stands in for by_packet_id.ts: few are in
// use there, and what it loads must be small.

export class ByPacketId<T> extends Map<number, T> {
  add(id: number, item: T): void {
    this.set(id, item);
  }

  all(): Iterable<T> {
    return this.values();
  }
}
