// Whatever clients do, each gets what a naive model of a broker says, in that order: a list of subscriptions that is looked
// through, and a list of messages for each client.

import { describe, expect, it } from "@jest/globals";
import fc from "fast-check";
import { PacketTypes } from "../../lib/model/packettypes.ts";
import { topic_matches_sub } from "../../lib/model/topics.ts";
import {
  disconnect,
  props,
  puback,
  pubcomp,
  publish,
  pubrec,
  pubrel,
  subscribe,
  unsubscribe,
} from "../support/core_packets.ts";
import { type Peer, Stand } from "./stand.ts";

type QoS = 0 | 1 | 2;

const ids = ["a", "b", "c"] as const;
type Id = (typeof ids)[number];
const topics = ["x", "x/y", "x/y/z", "w", "$v"];
const filters = ["x", "x/+", "x/#", "#", "+", "+/y", "w", "$v", "+/+/z"];

/** What arrives at a client, in words. */
function words(topic: string, payload: string, qos: QoS, retain: boolean): string {
  return `${topic}=${payload} qos=${qos}${retain ? " retained" : ""}`;
}

interface Wish {
  readonly qos: QoS;
  readonly no_local: boolean;
  readonly retain_as_published: boolean;
}

/** The broker as somebody would write it who cares for nothing but the outcome. */
class Model {
  now = 0;
  readonly sessions = new Map<Id, { subscriptions: Map<string, Wish>; waiting: string[]; ends_at: number }>();
  readonly there = new Set<Id>();
  readonly expiry = new Map<Id, number>();
  readonly retained = new Map<string, { payload: string; qos: QoS; from: Id | null }>();
  /** What has arrived and was not compared yet. */
  readonly arrived = new Map<Id, string[]>(ids.map((id) => [id, []]));

  connect(id: Id, clean: boolean, expiry: number): void {
    this.leave(id);
    if (clean) this.sessions.delete(id);
    const session = this.sessions.get(id) ?? { subscriptions: new Map(), waiting: [], ends_at: 0 };
    session.ends_at = Number.POSITIVE_INFINITY;
    this.sessions.set(id, session);
    this.expiry.set(id, expiry);
    this.there.add(id);
    this.arrived.get(id)?.push(...session.waiting.splice(0));
  }

  leave(id: Id): void {
    if (!this.there.delete(id)) return;
    const session = this.sessions.get(id);
    if (session !== undefined) session.ends_at = this.now + (this.expiry.get(id) as number);
    this.pass(0);
  }

  pass(seconds: number): void {
    this.now += seconds;
    for (const [id, { ends_at }] of [...this.sessions]) if (ends_at <= this.now) this.sessions.delete(id);
  }

  subscribe(id: Id, filter: string, wish: Wish, retain_handling: number): void {
    const subscriptions = this.sessions.get(id)?.subscriptions as Map<string, Wish>;
    const is_new = !subscriptions.has(filter);
    subscriptions.set(filter, wish);
    if (retain_handling === 2 || (retain_handling === 1 && !is_new)) return;
    for (const [topic, { payload, qos, from }] of this.retained) {
      if (!topic_matches_sub(filter, topic) || (wish.no_local && from === id)) continue;
      this.arrived.get(id)?.push(words(topic, payload, Math.min(qos, wish.qos) as QoS, true));
    }
  }

  publish(from: Id | null, topic: string, payload: string, qos: QoS, retain: boolean): void {
    if (retain && payload === "") this.retained.delete(topic);
    else if (retain) this.retained.set(topic, { payload, qos, from });
    for (const [id, { subscriptions, waiting }] of this.sessions) {
      const matching = [...subscriptions]
        .filter(([filter, { no_local }]) => topic_matches_sub(filter, topic) && !(no_local && from === id))
        .map(([, wish]) => wish);
      if (matching.length === 0) continue;
      const granted = Math.min(qos, Math.max(...matching.map((wish) => wish.qos))) as QoS;
      const mark = retain && matching.some((wish) => wish.retain_as_published);
      const message = words(topic, payload, granted, mark);
      if (this.there.has(id)) this.arrived.get(id)?.push(message);
      else if (granted > 0) waiting.push(message);
    }
  }
}

/** Clients of the real core, which acknowledge all at once. */
class Clients {
  readonly stand = new Stand({ max_inflight_messages: 3 });
  readonly #peers = new Map<Id, Peer>();
  #mid = 0;

  is_there(id: Id): boolean {
    return this.#peers.get(id)?.is_ended === false;
  }

  connect(id: Id, clean: boolean, expiry: number): void {
    const peer = this.stand.peer();
    const properties = props(PacketTypes.CONNECT, { SessionExpiryInterval: expiry, ReceiveMaximum: 2 });
    peer.connect({ client_id: id, clean, properties, keepalive: 0 });
    this.#peers.set(id, peer);
  }

  peer(id: Id): Peer {
    return this.#peers.get(id) as Peer;
  }

  next_mid(): number {
    this.#mid += 1;
    return this.#mid;
  }

  /** What arrives at a client. */
  arrived(id: Id): string[] {
    const came: string[] = [];
    const peer = this.#peers.get(id);
    if (peer === undefined) return came;
    for (let packets = peer.take(); packets.length > 0; packets = peer.take()) {
      for (const packet of packets) {
        if (packet.type === PacketTypes.PUBLISH) {
          const { topic, payload, qos, retain, mid } = packet;
          came.push(words(topic, Buffer.from(payload).toString(), qos, retain));
          if (qos === 1) peer.send(puback(mid));
          if (qos === 2) peer.send(pubrec(mid));
        } else if (packet.type === PacketTypes.PUBREL) peer.send(pubcomp(packet.mid));
        else if (packet.type === PacketTypes.PUBREC) peer.send(pubrel(packet.mid));
      }
    }
    return came;
  }
}

const some_id = fc.constantFrom(...ids);
const some_qos = fc.constantFrom<QoS>(0, 1, 2);
const often_false = fc.integer({ min: 0, max: 3 }).map((number) => number === 0);

const connecting = fc.record({
  what: fc.constant("connect" as const),
  id: some_id,
  clean: often_false,
  expiry: fc.constantFrom(0, 10, 1000),
});
const subscribing = fc.record({
  what: fc.constant("subscribe" as const),
  id: some_id,
  filter: fc.constantFrom(...filters),
  wish: fc.record({ qos: some_qos, no_local: often_false, retain_as_published: often_false }),
  retain_handling: fc.constantFrom<QoS>(0, 1, 2),
});
const unsubscribing = fc.record({
  what: fc.constant("unsubscribe" as const),
  id: some_id,
  filter: fc.constantFrom(...filters),
});
const publishing = fc.record({
  what: fc.constant("publish" as const),
  id: fc.option(some_id),
  topic: fc.constantFrom(...topics),
  empty: often_false,
  qos: some_qos,
  retain: often_false,
});
const leaving = fc.record({ what: fc.constantFrom("lose" as const, "disconnect" as const), id: some_id });
const passing = fc.record({ what: fc.constant("pass" as const), seconds: fc.integer({ min: 1, max: 12 }) });

const step = fc.oneof(
  { weight: 3, arbitrary: connecting },
  { weight: 4, arbitrary: subscribing },
  { weight: 1, arbitrary: unsubscribing },
  { weight: 8, arbitrary: publishing },
  { weight: 2, arbitrary: leaving },
  { weight: 1, arbitrary: passing },
);

type Step = typeof step extends fc.Arbitrary<infer S> ? S : never;

function play(steps: readonly Step[]): void {
  const model = new Model();
  const clients = new Clients();
  for (const [number, one] of steps.entries()) {
    if (one.what === "pass") {
      model.pass(one.seconds);
      clients.stand.pass(one.seconds);
      continue;
    }
    if (one.what === "publish") {
      const payload = one.empty ? "" : String(number);
      const from = one.id !== null && clients.is_there(one.id) ? one.id : null;
      model.publish(from, one.topic, payload, one.qos, one.retain);
      if (from === null) clients.stand.publish(one.topic, payload, one.qos, one.retain);
      else {
        const mid = one.qos === 0 ? 0 : clients.next_mid();
        clients.peer(from).send(publish(one.topic, payload, { qos: one.qos, retain: one.retain, mid }));
      }
    } else if (one.what === "connect") {
      model.connect(one.id, one.clean, one.expiry);
      clients.connect(one.id, one.clean, one.expiry);
    } else if (clients.is_there(one.id)) {
      const peer = clients.peer(one.id);
      if (one.what === "subscribe") {
        const { filter, wish, retain_handling } = one;
        model.subscribe(one.id, filter, wish, retain_handling);
        peer.send(subscribe(1, [{ filter, ...wish, retain_handling }]));
      } else if (one.what === "unsubscribe") {
        model.sessions.get(one.id)?.subscriptions.delete(one.filter);
        peer.send(unsubscribe(1, [one.filter]));
      } else {
        model.leave(one.id);
        if (one.what === "lose") peer.lose();
        else peer.send(disconnect());
      }
    }
    for (const id of ids) {
      // In which order retained messages come the standard does not say.
      const sort = one.what === "subscribe" ? (list: string[]) => list.sort() : (list: string[]) => list;
      const wanted = model.arrived.get(id) as string[];
      expect({ number, one, id, came: sort(clients.arrived(id)) }).toEqual({
        ...{ number, one, id },
        came: sort(wanted.splice(0)),
      });
    }
  }
  const kept = Array.from(clients.stand.core.sessions, ({ client_id }) => client_id).sort();
  expect(kept).toEqual([...model.sessions.keys()].sort());
}

describe("the core of the broker and a naive model of it", () => {
  it("agree on what arrives, whatever clients do", () => {
    fc.assert(fc.property(fc.array(step, { minLength: 1, maxLength: 80, size: "max" }), play), {
      numRuns: 300,
    });
  });
});
