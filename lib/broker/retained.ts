// Decides which retained messages there are (3.3.1.3), and finds those that a filter matches without looking at all.

import { lasting, type Message } from "./message.ts";

class Node {
  readonly children = new Map<string, Node>();
  message: Message | null = null;
}

export class RetainedMessages {
  readonly #root = new Node();

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
    node.message = lasting(message);
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
    for (let depth = levels.length; depth > 0; depth -= 1) {
      const node = path[depth] as Node;
      if (node.message !== null || node.children.size > 0) break;
      (path[depth - 1] as Node).children.delete(levels[depth - 1] as string);
    }
  }
}
