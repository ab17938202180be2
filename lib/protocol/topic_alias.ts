// Decides what a topic alias stands for (3.3.2.3.4): for the user, for as long as he likes; on the wire one table per
// direction, both as old as the link.

import { ProtocolError, ValueError } from "../model/errors.ts";
import { LazyMap } from "../model/lazy.ts";

/** What the user's aliases stand for, whichever link they will travel on. */
export class UserAliases {
  readonly #topics = new Map<number, string>();

  /** The topic that is meant; `alias` 0 is none. Throws ValueError for an alias that was given no topic yet. */
  resolve(topic: string, alias: number): string {
    if (alias === 0) return topic;
    if (topic !== "") {
      this.#topics.set(alias, topic);
      return topic;
    }
    const known = this.#topics.get(alias);
    if (known !== undefined) return known;
    throw new ValueError(
      `topic alias ${alias} stands for no topic yet: publish once with both topic and TopicAlias`,
      { code: "ERR_MQTT_TOPIC" },
    );
  }
}

/** The aliases that the broker uses towards us. */
export class InboundAliases {
  readonly #maximum: number;
  readonly #topics = new LazyMap<number, string>();

  /** `maximum`: the Topic Alias Maximum of our CONNECT. */
  constructor(maximum: number) {
    this.#maximum = maximum;
  }

  /** The topic that is meant. A broken rule comes back as the error with which to close the link. */
  resolve(topic: string, alias: number): string | ProtocolError {
    if (alias === 0 || alias > this.#maximum) {
      return new ProtocolError(`topic alias ${alias} is not between 1 and the maximum of ${this.#maximum}`, {
        reason_code: 0x94, // [MQTT-3.3.2-8], [MQTT-3.3.2-10]
      });
    }
    if (topic !== "") {
      this.#topics.set(alias, topic);
      return topic;
    }
    return this.#topics.get(alias) ?? new ProtocolError(`topic alias ${alias} stands for no topic yet`);
  }
}

/** The aliases that we use towards the broker. */
export class OutboundAliases {
  readonly #maximum: number;
  readonly #announced = new LazyMap<number, string>();

  /** `maximum`: the Topic Alias Maximum of its CONNACK [MQTT-3.3.2-9]. */
  constructor(maximum: number) {
    this.#maximum = maximum;
  }

  allows(alias: number): boolean {
    return alias <= this.#maximum;
  }

  /** Whether the broker knows already that `alias` stands for `topic`. */
  knows(alias: number, topic: string): boolean {
    return this.#announced.get(alias) === topic;
  }

  /** A PUBLISH has left that says so. */
  announced(alias: number, topic: string): void {
    this.#announced.set(alias, topic);
  }
}
