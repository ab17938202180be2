// Decides which callbacks a message goes to: all whose filter matches, else on_message.

import { ValueError } from "../model/errors.ts";
import { MQTTMatcher } from "../model/matcher.ts";
import type { MQTTMessage } from "../model/message.ts";
import { TopicMemory } from "../model/topic_memory.ts";
import { check_topic_filter } from "../model/topics.ts";
import { name_type } from "../model/type_names.ts";

/** A callback for messages: `(client, userdata, message)`. */
export type MessageCallback = (...args: [client: never, userdata: never, message: MQTTMessage]) => unknown;

export class Router {
  /** Null until a filter has a callback. */
  #matcher: MQTTMatcher<MessageCallback> | null = null;
  /** What was found for topics since the filters have changed last. */
  #found: TopicMemory<readonly MessageCallback[]> | null = null;
  #size = 0;

  /** How many filters have a callback. */
  get size(): number {
    return this.#size;
  }

  /** Sets the callback of a filter; one filter has one callback. */
  add(sub: string, callback: MessageCallback): void {
    if (sub == null || callback == null)
      throw new ValueError("message_callback_add needs a filter and a callback");
    if (typeof callback !== "function")
      throw new TypeError(
        `the callback of message_callback_add must be a function, not ${name_type(callback)}`,
      );
    if (typeof sub !== "string")
      throw new TypeError(`the filter of message_callback_add must be text, not ${name_type(sub)}`);
    check_topic_filter(sub);
    this.#matcher ??= new MQTTMatcher();
    if (!this.#matcher.has(sub)) this.#size += 1;
    this.#matcher.set(sub, callback);
    this.#found = null;
  }

  /** Takes the callback of a filter away; a filter without one is ignored. */
  remove(sub: string): void {
    if (typeof sub !== "string") throw new ValueError("message_callback_remove needs a filter");
    if (!this.#matcher?.has(sub)) return;
    this.#matcher.delete(sub);
    this.#found = null;
    this.#size -= 1;
    if (this.#size === 0) this.#matcher = null;
  }

  /** The callbacks for a topic; empty when `on_message` shall have it. */
  match(topic: string): readonly MessageCallback[] {
    if (this.#matcher === null) return none;
    this.#found ??= new TopicMemory();
    let found = this.#found.get(topic);
    if (found === undefined) {
      found = this.#matcher.match(topic);
      this.#found.set(topic, found);
    }
    return found;
  }
}

const none: readonly MessageCallback[] = [];
