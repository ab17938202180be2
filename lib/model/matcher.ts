// Decides how many registered filters are matched against one topic (paho.mqtt.matcher): a tree with a node for each
// level, so that the cost depends on the levels of the topic and not on how many filters there are.

import { KeyError } from "./errors.ts";
import { LazyMap } from "./lazy.ts";
import { unshared_filter } from "./topics.ts";

class Node<V> {
  readonly children = new LazyMap<string, Node<V>>();
  /** The values of the filters that end here: "f", "$share/g/f" and "$share/h/f" end at one node. */
  readonly values = new LazyMap<string, V>();
}

/**
 * Values registered under topic filters, found by topic. Filters are not checked. A filter `$share/<group>/<filter>`
 * matches as `<filter>` does.
 */
export class MQTTMatcher<V> {
  readonly #root = new Node<V>();

  /** Registers a value; one that the filter had before is replaced. Undefined and null count as absent. */
  set(filter: string, value: V): void {
    if (value === undefined || value === null) {
      this.#remove(filter);
      return;
    }
    let node = this.#root;
    for (const level of unshared_filter(filter).split("/")) {
      let child = node.children.get(level);
      if (child === undefined) {
        child = new Node();
        node.children.set(level, child);
      }
      node = child;
    }
    node.values.set(filter, value);
  }

  /** The value of exactly this filter. Throws KeyError when there is none. */
  get(filter: string): V {
    const value = this.#path(filter)?.at(-1)?.values.get(filter);
    if (value === undefined) throw absent(filter);
    return value;
  }

  /** Whether exactly this filter has a value. */
  has(filter: string): boolean {
    return this.#path(filter)?.at(-1)?.values.has(filter) ?? false;
  }

  /** Removes exactly this filter. Throws KeyError when it has no value. */
  delete(filter: string): void {
    if (!this.#remove(filter)) throw absent(filter);
  }

  /**
   * The values of all filters that match the topic. At each level the exact name comes before `+`, and `+` before
   * `#`.
   */
  match(topic: string): V[] {
    const found: V[] = [];
    const levels = topic.split("/");
    const is_hidden = topic.startsWith("$");
    // A stack in place of recursion: a filter may have 32768 levels. What is pushed last is looked at first.
    const nodes: Node<V>[] = [this.#root];
    const depths: number[] = [0];
    for (let node = nodes.pop(); node !== undefined; node = nodes.pop()) {
      const depth = depths.pop() as number;
      if (depth >= levels.length) {
        for (const value of node.values.values()) found.push(value);
        // A node of # has matched the rest of the topic: what is below it does not count.
        if (depth > levels.length) continue;
      }
      const level = levels[depth];
      const exact = level === undefined || is_wildcard(level) ? undefined : node.children.get(level);
      // Wildcards in the first level do not see topics like $SYS/... [MQTT-4.7.2-1].
      const sees_wildcards = depth > 0 || !is_hidden;
      const plus = sees_wildcards && level !== undefined ? node.children.get("+") : undefined;
      const hash = sees_wildcards ? node.children.get("#") : undefined;
      if (hash !== undefined) {
        nodes.push(hash);
        depths.push(levels.length + 1);
      }
      if (plus !== undefined) {
        nodes.push(plus);
        depths.push(depth + 1);
      }
      if (exact !== undefined) {
        nodes.push(exact);
        depths.push(depth + 1);
      }
    }
    return found;
  }

  /** The values of all filters that match the topic, one by one in the order of {@link match}. */
  iter_match(topic: string): IterableIterator<V> {
    return this.match(topic).values();
  }

  /** The nodes from the root to the end of the filter, or null when there is no such path. */
  #path(filter: string): Node<V>[] | null {
    let node = this.#root;
    const path = [node];
    for (const level of unshared_filter(filter).split("/")) {
      const child = node.children.get(level);
      if (child === undefined) return null;
      path.push(child);
      node = child;
    }
    return path;
  }

  /** Removes a value and the nodes that only led to it; tells whether there was one. */
  #remove(filter: string): boolean {
    const path = this.#path(filter);
    if (path === null || !(path.at(-1) as Node<V>).values.delete(filter)) return false;
    const levels = unshared_filter(filter).split("/");
    for (let index = levels.length; index > 0; index--) {
      const node = path[index] as Node<V>;
      if (node.values.size > 0 || node.children.size > 0) break;
      (path[index - 1] as Node<V>).children.delete(levels[index - 1] as string);
    }
    return true;
  }
}

function is_wildcard(level: string): boolean {
  return level === "+" || level === "#";
}

function absent(filter: string): KeyError {
  return new KeyError(`Nothing is registered under the filter ${JSON.stringify(filter)}.`);
}
