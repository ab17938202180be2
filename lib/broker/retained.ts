// Decides which retained messages there are (3.3.1.3), and finds those that a filter matches without looking at all.

import { lasting, type Message } from "./message.ts";

class Node {
  readonly children = new Map<string, Node>();
  message: Message | null = null;
  /** How many were kept before its message was. */
  place = 0;
}

export class RetainedMessages {
  readonly #root = new Node();
  #size = 0;
  #kept = 0;
  /** No message expires before this moment. */
  #soonest = Number.POSITIVE_INFINITY;

  /** Whether one more to such a topic would be no more than `most`. */
  has_room(topic: string, most: number, now: number): boolean {
    if (this.#size >= most && this.#soonest <= now) this.#sweep(now);
    return this.#size < most || this.#find(topic) !== null;
  }

  /** Keeps it in place of an earlier one; one without a payload only removes that [MQTT-3.3.1-6] [MQTT-3.3.1-7]. */
  set(message: Message): void {
    if (message.payload.length === 0) {
      this.remove(message.topic);
      return;
    }
    let node = this.#root;
    for (const level of message.topic.split("/")) {
      let child = node.children.get(level);
      if (child === undefined) {
        child = new Node();
        node.children.set(level, child);
      }
      node = child;
    }
    if (node.message === null) this.#size += 1;
    node.message = lasting(message);
    node.place = this.#kept;
    this.#kept += 1;
    this.#soonest = Math.min(this.#soonest, message.expires_at);
  }

  /** Those that the filter matches. What has expired is removed. */
  match(filter: string, now: number): Message[] {
    const found = [...this.walk(filter)];
    for (const { topic, expires_at } of found) if (expires_at <= now) this.remove(topic);
    return found.filter(({ expires_at }) => expires_at > now);
  }

  /**
   * Those that the filter matches and that were kept before now, one by one, as each of them is when its turn comes: what
   * has been removed or replaced since is left out. Some of them may have expired.
   */
  walk(filter: string): Iterator<Message> & Iterable<Message> {
    return this.#walk(filter.split("/"), this.#kept);
  }

  remove(topic: string): void {
    const levels = topic.split("/");
    const path = [this.#root];
    for (const level of levels) {
      const child = (path.at(-1) as Node).children.get(level);
      if (child === undefined) return;
      path.push(child);
    }
    const last = path.at(-1) as Node;
    if (last.message === null) return;
    last.message = null;
    this.#size -= 1;
    for (let depth = levels.length; depth > 0; depth -= 1) {
      const node = path[depth] as Node;
      if (node.message !== null || node.children.size > 0) break;
      (path[depth - 1] as Node).children.delete(levels[depth - 1] as string);
    }
  }

  *#walk(levels: readonly string[], before: number): Generator<Message, void> {
    // A stack in place of recursion, as topics may be deep; of iterators, as there may be very many nodes side by side.
    const open: [nodes: Iterator<[string, Node]>, depth: number][] = [[one("", this.#root), 0]];
    // No wildcard in the first level sees topics like $SYS/... [MQTT-4.7.2-1].
    const is_blind = levels[0] === "+" || levels[0] === "#";
    for (let top = open.at(-1); top !== undefined; top = open.at(-1)) {
      const [nodes, depth] = top;
      const next = nodes.next();
      if (next.done) {
        open.pop();
        continue;
      }
      const [name, node] = next.value;
      if (is_blind && open.length === 2 && name.startsWith("$")) continue;
      const level = levels[depth];
      // "a/#" matches "a" as well (4.7.1.2).
      const is_match = level === undefined || level === "#";
      if (is_match && node.message !== null && node.place < before) yield node.message;
      if (level === undefined) continue;
      if (level !== "+" && level !== "#") {
        const child = node.children.get(level);
        if (child !== undefined) open.push([one(level, child), depth + 1]);
        continue;
      }
      // What # matches goes on being matched by it.
      open.push([node.children.entries(), level === "#" ? depth : depth + 1]);
    }
  }

  #find(topic: string): Message | null {
    let node: Node | undefined = this.#root;
    for (const level of topic.split("/")) node = node?.children.get(level);
    return node?.message ?? null;
  }

  /** Removes all that has expired. */
  #sweep(now: number): void {
    this.#soonest = Number.POSITIVE_INFINITY;
    const open = [this.#root];
    for (let node = open.pop(); node !== undefined; node = open.pop()) {
      for (const child of node.children.values()) open.push(child);
      if (node.message === null) continue;
      const { topic, expires_at } = node.message;
      if (expires_at <= now) this.remove(topic);
      else this.#soonest = Math.min(this.#soonest, expires_at);
    }
  }
}

function one(name: string, node: Node): Iterator<[string, Node]> {
  return [[name, node] as [string, Node]].values();
}
