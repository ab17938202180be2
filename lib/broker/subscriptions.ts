// Decides who subscribes to a topic: each client once, whichever of its filters match, and of each shared subscription
// one of its members, in turn.

import { MQTTMatcher } from "../model/matcher.ts";

/** A subscription as the broker granted it. */
export interface Granted<S> {
  readonly subscriber: S;
  /** As the client wrote it, `$share/<group>/` in front included. */
  readonly filter: string;
  readonly qos: 0 | 1 | 2;
  readonly no_local: boolean;
  readonly retain_as_published: boolean;
  /** Null: the client gave none. */
  readonly identifier: number | null;
}

interface Subscriber {
  /** Whether it could be sent something now. */
  readonly is_present: boolean;
}

/** The members of one shared subscription; whose turn it is. */
interface Group<S> {
  members: Granted<S>[];
  turn: number;
}

/** All who subscribe with one filter. */
interface Subscribers<S> {
  readonly single: Map<S, Granted<S>>;
  readonly groups: Map<string, Group<S>>;
}

export class Subscriptions<S extends Subscriber> {
  readonly #plain = new MQTTMatcher<Subscribers<S>>();
  /** By filters that begin with `$`: no wildcard in the first level sees such topics [MQTT-4.7.2-1]. */
  readonly #hidden = new MQTTMatcher<Subscribers<S>>();

  /** It replaces one that the client had by the same filter [MQTT-3.8.4-3]. */
  add(granted: Granted<S>): void {
    const { group, filter } = parts_of(granted.filter);
    const [matcher, key] = this.#place(filter);
    let subscribers = matcher.has(key) ? matcher.get(key) : null;
    if (subscribers === null) {
      subscribers = { single: new Map(), groups: new Map() };
      matcher.set(key, subscribers);
    }
    if (group === null) {
      subscribers.single.set(granted.subscriber, granted);
      return;
    }
    const known = subscribers.groups.get(group);
    if (known === undefined) {
      subscribers.groups.set(group, { members: [granted], turn: 0 });
      return;
    }
    const index = known.members.findIndex(({ subscriber }) => subscriber === granted.subscriber);
    known.members[index === -1 ? known.members.length : index] = granted;
  }

  remove({ filter: written, subscriber }: Granted<S>): void {
    const { group, filter } = parts_of(written);
    const [matcher, key] = this.#place(filter);
    const subscribers = matcher.get(key);
    if (group === null) {
      subscribers.single.delete(subscriber);
    } else {
      const known = subscribers.groups.get(group) as Group<S>;
      const index = known.members.findIndex((member) => member.subscriber === subscriber);
      known.members.splice(index, 1);
      // It stays the turn of the same one.
      if (index < known.turn) known.turn -= 1;
      if (known.members.length === 0) subscribers.groups.delete(group);
    }
    if (subscribers.single.size === 0 && subscribers.groups.size === 0) matcher.delete(key);
  }

  /**
   * By which subscriptions a message goes out: all of one client together, and for each shared subscription one of
   * one member. `is_wanted` may leave out subscriptions that are not shared.
   */
  receivers(topic: string, is_wanted: (granted: Granted<S>) => boolean): Granted<S>[][] {
    const [matcher, key] = this.#place(topic);
    const matching = matcher.match(key);
    const receivers: Granted<S>[][] = [];
    const of_client = new Map<S, Granted<S>[]>();
    for (const { single, groups } of matching) {
      for (const granted of single.values()) {
        if (!is_wanted(granted)) continue;
        const others = of_client.get(granted.subscriber);
        if (others !== undefined) {
          others.push(granted);
          continue;
        }
        const receiver = [granted];
        receivers.push(receiver);
        if (matching.length > 1) of_client.set(granted.subscriber, receiver);
      }
      for (const group of groups.values()) receivers.push([next_of(group)]);
    }
    return receivers;
  }

  /** The matcher gives `$queue/` in front a meaning that the standard does not know: behind a slash it has none. */
  #place(text: string): [matcher: MQTTMatcher<Subscribers<S>>, key: string] {
    return text.startsWith("$") ? [this.#hidden, `/${text}`] : [this.#plain, text];
  }
}

/** Whose turn it is among those who are there; or, when nobody is, among all. */
function next_of<S extends Subscriber>(group: Group<S>): Granted<S> {
  const { members, turn } = group;
  const count = members.length;
  let index = turn % count;
  for (let step = 0; step < count; step += 1) {
    const candidate = (turn + step) % count;
    if ((members[candidate] as Granted<S>).subscriber.is_present) {
      index = candidate;
      break;
    }
  }
  group.turn = index + 1;
  return members[index] as Granted<S>;
}

/** The parts of `$share/<group>/<filter>` (4.8.2); any other filter is of no group. */
function parts_of(written: string): { group: string | null; filter: string } {
  if (!written.startsWith("$share/")) return { group: null, filter: written };
  const end = written.indexOf("/", "$share/".length);
  return { group: written.slice("$share/".length, end), filter: written.slice(end + 1) };
}

/** Whether a filter is that of a shared subscription. */
export function is_shared(filter: string): boolean {
  return parts_of(filter).group !== null;
}
