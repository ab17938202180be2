// Decides what `subscribe()` and `unsubscribe()` accept, and turns it into what the core asks of the broker.

import type { Subscription } from "../codec/packets.ts";
import { ValueError } from "../model/errors.ts";
import { SubscribeOptions } from "../model/subscribeoptions.ts";
import { check_topic_filter } from "../model/topics.ts";
import { name_type } from "../model/type_names.ts";
import { MOST_IN_LIST } from "../model/wire_values.ts";

/** A filter with its QoS, or (MQTT 5) with its options. */
export type FilterPair = readonly [filter: string, qos: number | SubscribeOptions];

/** A pair in a list as TypeScript infers it for a variable. What is in it is checked when it is used. */
export type LoosePair = readonly (string | number | SubscribeOptions)[];

/** What `subscribe()` takes: one filter, one pair, or a list of pairs. */
export type SubscribeTopic = string | FilterPair | readonly FilterPair[] | readonly LoosePair[];

export type QoS = 0 | 1 | 2;

/** @throws ValueError or TypeError for a form, filter or QoS that cannot be. */
export function subscriptions_of(
  topic: unknown,
  qos: unknown,
  options: unknown,
  version: 3 | 4 | 5,
): Subscription[] {
  if (typeof topic === "string") return [one_filter(topic, qos, options, version)];
  if (!Array.isArray(topic)) {
    throw new ValueError(
      `subscribe() takes a topic filter, [filter, qos], or a list of those, not ${name_type(topic)}`,
    );
  }
  check_number_of(topic, "subscribe()");
  if (typeof topic[0] === "string" && topic.length === 2 && typeof topic[1] !== "string") {
    return [pair(topic, version)];
  }
  return topic.map((item) => pair(item, version));
}

/**
 * @param call who takes them.
 * @throws ValueError or TypeError for what is not a filter or a list of filters.
 */
export function filters_of(topic: unknown, call = "unsubscribe()"): string[] {
  const filters: unknown[] = Array.isArray(topic) ? [...topic] : [topic];
  check_number_of(filters, call);
  return filters.map((filter) => {
    if (typeof filter !== "string") {
      throw new ValueError(`${call} takes a topic filter or a list of them, not ${name_type(filter)}`);
    }
    check_topic_filter(filter);
    return filter;
  });
}

/** No decoder takes the answer to more. */
function check_number_of({ length }: readonly unknown[], call: string): void {
  if (length === 0 || length > MOST_IN_LIST)
    throw new ValueError(`${call} takes 1 to ${MOST_IN_LIST} topic filters, not ${length}`);
}

/** @throws ValueError unless it is 0, 1 or 2; TypeError unless it is a number. */
export function check_qos(qos: unknown): QoS {
  if (typeof qos !== "number") throw new TypeError(`QoS must be 0, 1 or 2, not ${name_type(qos)}`);
  if (qos !== 0 && qos !== 1 && qos !== 2) throw new ValueError(`QoS must be 0, 1 or 2, not ${qos}`);
  return qos;
}

function one_filter(filter: string, qos: unknown, options: unknown, version: 3 | 4 | 5): Subscription {
  if (version !== 5 || options == null) return subscription(filter, check_qos(qos ?? 0));
  if (!(options instanceof SubscribeOptions)) {
    throw new ValueError(`options must be SubscribeOptions, not ${name_type(options)}`);
  }
  if (qos !== undefined && qos !== 0) throw new ValueError("give the QoS in the options or as qos, not both");
  return subscription(filter, options);
}

function pair(item: unknown, version: 3 | 4 | 5): Subscription {
  if (!Array.isArray(item) || item.length !== 2 || typeof item[0] !== "string") {
    throw new ValueError(`a list for subscribe() holds pairs such as ["a/b", 1], not ${shown(item)}`);
  }
  const [filter, qos_or_options] = item;
  if (!(qos_or_options instanceof SubscribeOptions)) return subscription(filter, check_qos(qos_or_options));
  if (version !== 5)
    throw new ValueError("SubscribeOptions are for MQTT 5: with this protocol version give a QoS");
  return subscription(filter, qos_or_options);
}

/** A wrong item as the error shows it: as JSON where it has such a form. */
function shown(item: unknown): string {
  try {
    return JSON.stringify(item) ?? name_type(item);
  } catch {
    return name_type(item);
  }
}

function subscription(filter: string, options: QoS | SubscribeOptions): Subscription {
  check_topic_filter(filter);
  if (typeof options === "number") {
    return { filter, qos: options, no_local: false, retain_as_published: false, retain_handling: 0 };
  }
  const { QoS, noLocal, retainAsPublished, retainHandling } = options;
  if (noLocal && filter.startsWith("$share/")) {
    // [MQTT-3.8.3-4]
    throw new ValueError(`noLocal is not allowed for a shared subscription: ${filter}`);
  }
  return {
    filter,
    qos: QoS as 0 | 1 | 2,
    no_local: noLocal,
    retain_as_published: retainAsPublished,
    retain_handling: retainHandling as 0 | 1 | 2,
  };
}
