// Decides which topic names and topic filters are legal (4.7, 4.8.2) and when a topic matches a filter.

import { ValueError } from "./errors.ts";
import { check_string } from "./utf8.ts";

const CODE = "ERR_MQTT_TOPIC";

function refuse(sentence: string): never {
  throw new ValueError(sentence, { code: CODE });
}

/**
 * Refuses what cannot be the topic of a message.
 *
 * @throws TypeError when it is not a string; ValueError (`ERR_MQTT_TOPIC`) when it is empty [MQTT-4.7.3-1], has a
 *   wildcard [MQTT-3.3.2-2], U+0000 [MQTT-4.7.3-2] or half a surrogate pair, or is too long [MQTT-4.7.3-3].
 */
export function check_topic_name(topic: unknown): asserts topic is string {
  check_string(topic, "The topic", CODE);
  if (topic === "") refuse("The topic is empty: a message needs a topic of at least one character.");
  if (topic.includes("+") || topic.includes("#")) {
    refuse(
      `The topic ${JSON.stringify(topic)} has a wildcard: + and # are for subscribing, a message has one exact topic.`,
    );
  }
}

/**
 * Refuses what cannot be a filter of a subscription: `+` must be a whole level, `#` the whole last level. A shared
 * subscription is `$share/<group>/<filter>`.
 *
 * @throws TypeError when it is not a string; ValueError (`ERR_MQTT_TOPIC`) when it breaks the rules of 4.7 or 4.8.2.
 */
export function check_topic_filter(filter: unknown): asserts filter is string {
  check_string(filter, "The topic filter", CODE);
  if (filter === "") refuse("The topic filter is empty: it needs at least one character.");
  const shown = JSON.stringify(filter);
  const levels = filter.split("/");
  if (levels[0] === "$share") {
    const group = levels[1] ?? "";
    if (group === "" || /[+#]/.test(group)) {
      refuse(`The topic filter ${shown} needs a group name without + and #: $share/<group>/<filter>.`);
    }
    if (levels.slice(2).join("/") === "") {
      refuse(`The topic filter ${shown} has no filter after its group: $share/<group>/<filter>.`);
    }
  }
  for (const [index, level] of levels.entries()) {
    if (level.length > 1 && /[+#]/.test(level)) {
      refuse(
        `The topic filter ${shown} has a wildcard inside the level ${JSON.stringify(level)}: + and # must stand alone between slashes.`,
      );
    }
    if (level === "#" && index < levels.length - 1) {
      refuse(`The topic filter ${shown} goes on after #: the multi-level wildcard must be the last level.`);
    }
  }
}

const shared = /^(?:\$share\/[^/]+|\$queue)\/(.+)$/s;

/** The filter that messages are matched against: without `$share/<group>/` (4.8.2) or EMQX's `$queue/` in front. */
export function unshared_filter(filter: string): string {
  return filter.startsWith("$") ? (shared.exec(filter)?.[1] ?? filter) : filter;
}

/**
 * Whether a message with this topic comes by a subscription with this filter. Topics that begin with `$` match no
 * wildcard in the first level [MQTT-4.7.2-1]. The filter is not checked: a wildcard in a wrong place is a letter.
 *
 * @param sub the filter, also of a shared subscription.
 */
export function topic_matches_sub(sub: string, topic: string): boolean {
  const filter = unshared_filter(sub).split("/");
  const levels = topic.split("/");
  const is_hidden = topic.startsWith("$");
  for (const [index, wanted] of filter.entries()) {
    const is_wildcard_allowed = index > 0 || !is_hidden;
    // "a/#" matches "a" as well (4.7.1.2), so # is looked at before the length.
    if (wanted === "#" && index === filter.length - 1) return is_wildcard_allowed;
    const level = levels[index];
    if (level === undefined) return false;
    if (level !== wanted && !(wanted === "+" && is_wildcard_allowed)) return false;
  }
  return filter.length === levels.length;
}
