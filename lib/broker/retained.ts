// Decides which retained messages there are (3.3.1.3), and finds those that a filter matches without looking at all.

import { lasting, type Message } from "./message.ts";

class Node {
  readonly children = new Map<string, Node>();
  message: Message | null = null;
}

export class RetainedMessages {
  readonly #root = new Node();
  #size = 0;
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
      this.#delete(message.topic);
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
    this.#soonest = Math.min(this.#soonest, message.expires_at);
  }

  /** Those that the filter matches. What has expired is removed. */
  match(filter: string, now: number): Message[] {
    const levels = filter.split("/");
    const found: Message[] = [];
    // A stack in place of recursion, as topics may be deep.
    const open: [node: Node, depth: number][] = [[this.#root, 0]];
    for (let next = open.pop(); next !== undefined; next = open.pop()) {
      const [node, depth] = next;
      const level = levels[depth];
      // "a/#" matches "a" as well (4.7.1.2).
      if ((level === undefined || level === "#") && node.message !== null) found.push(node.message);
      if (level === undefined) continue;
      if (level !== "+" && level !== "#") {
        const child = node.children.get(level);
        if (child !== undefined) open.push([child, depth + 1]);
        continue;
      }
      // What # matches goes on being matched by it.
      const deeper = level === "#" ? depth : depth + 1;
      for (const [name, child] of node.children) {
        // No wildcard in the first level sees topics like $SYS/... [MQTT-4.7.2-1].
        if (node !== this.#root || !name.startsWith("$")) open.push([child, deeper]);
      }
    }
    const living = found.filter(({ expires_at }) => expires_at > now);
    if (living.length < found.length) {
      for (const { topic, expires_at } of found) if (expires_at <= now) this.#delete(topic);
    }
    return living;
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
      if (expires_at <= now) this.#delete(topic);
      else this.#soonest = Math.min(this.#soonest, expires_at);
    }
  }

  #delete(topic: string): void {
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
}
