// Decides what a test can do with a broker of its own: wait for what the tried program does, and let go wrong what can.

import type { Socket } from "node:net";
import type { Duplex } from "node:stream";
import { check_reason_code, type Verdict } from "../broker/access.ts";
import { Broker } from "../broker/broker.ts";
import { check_named } from "../broker/named.ts";
import { type BrokerOptions, resolve_broker_options } from "../broker/options.ts";
import { check_seconds } from "../client/options.ts";
import { RuntimeError, TimeoutError, ValueError } from "../model/errors.ts";
import type { MQTTMessage } from "../model/message.ts";
import type { ReasonCode } from "../model/reasoncodes.ts";
import { check_topic_filter, topic_matches_sub } from "../model/topics.ts";
import { is_time_stopped } from "./fake_clock.ts";
import { reset } from "./reset.ts";

/** How long a test waits for what should come at once, in seconds. */
const PATIENCE_SECONDS = 5;
/** So many messages are kept for `received()`; the oldest ones go first. */
const MOST_ARRIVED = 10_000;

/** A timer of more is over at once. */
const LONGEST_TIMER_MS = 2 ** 31 - 1;

/** A look at something that may not be there yet. */
type Look<T> = () => T | undefined;

/** Somebody who waits. */
interface Waiting {
  look(): void;
  give_up(): void;
}

/** A broker on a free port of 127.0.0.1. All of `Broker` is there too. */
export class TestBroker extends Broker {
  readonly #streams = new Set<Duplex>();
  readonly #waiting = new Set<Waiting>();
  /** Messages that no `received()` has given yet. */
  readonly #arrived: MQTTMessage[] = [];
  readonly #refusal: { verdict: Verdict };
  /** Where it has listened last. */
  #last: { port: number; host?: string } = { port: 0 };

  /** @internal {@link using_broker} makes one that listens. */
  constructor(options: BrokerOptions) {
    const resolved = resolve_broker_options(options);
    const { authenticate } = resolved;
    const refusal = { verdict: true as Verdict };
    super({
      ...resolved,
      authenticate: (client) => {
        if (refusal.verdict !== true) return refusal.verdict;
        return authenticate === null ? true : authenticate(client);
      },
    });
    this.#refusal = refusal;
    this.on("published", (message) => {
      this.#arrived.push(message);
      if (this.#arrived.length > MOST_ARRIVED) this.#arrived.shift();
    });
    for (const event of ["published", "connected", "disconnected", "subscribed"] as const) {
      this.on(event, () => this.#look());
    }
  }

  override async listen(where: { port?: number; host?: string } = {}): Promise<void> {
    await super.listen(where);
    this.#last = { ...where, port: this.port };
  }

  /** As {@link Broker.clear}; what has arrived for `received()` is forgotten, too. */
  override clear(): void {
    super.clear();
    this.#arrived.length = 0;
  }

  /** As {@link Broker.close}; whoever still waits for something is told by a RuntimeError that it will not come. */
  override async close(): Promise<void> {
    const closed = super.close();
    for (const one of [...this.#waiting]) one.give_up();
    await closed;
  }

  override accept(stream: Duplex): void {
    this.#streams.add(stream);
    stream.once("close", () => this.#streams.delete(stream));
    super.accept(stream);
  }

  // ---- to wait for the program

  /**
   * The next message to a topic that the filter matches, and that no earlier call has given; one that has come already, or
   * one that comes. Wills count, and what the test publishes itself. The latest 10,000 are kept.
   *
   * ```ts
   * import { using_broker } from "karere/testing";
   *
   * const broker = await using_broker();
   * broker.publish("house/bell", "ring");
   * const message = await broker.received("house/+");
   * message.text(); // "ring"
   * await broker.close();
   * ```
   *
   * @param timeout how many seconds of the machine's clock to wait. Default 5.
   * @throws TimeoutError when none comes; RuntimeError when the broker is closed before.
   */
  received(filter: string, timeout = PATIENCE_SECONDS): Promise<MQTTMessage> {
    check_topic_filter(filter);
    const look = () => {
      const index = this.#arrived.findIndex(({ topic }) => topic_matches_sub(filter, topic));
      return index === -1 ? undefined : this.#arrived.splice(index, 1)[0];
    };
    return this.#until(look, `a message to ${JSON.stringify(filter)}`, timeout);
  }

  /**
   * Resolves when a client that is connected has a subscription with exactly this filter.
   *
   * @throws TimeoutError when none has it in time; RuntimeError when the broker is closed before.
   */
  async subscribed(filter: string, timeout = PATIENCE_SECONDS): Promise<void> {
    const look = () =>
      this.sessions.find(({ is_connected, subscriptions }) => is_connected && subscriptions.includes(filter));
    await this.#until(look, `a subscription with ${JSON.stringify(filter)}`, timeout);
  }

  /**
   * Resolves when a client of this id is connected, or, without one, any client.
   *
   * @throws TimeoutError when none is in time; RuntimeError when the broker is closed before.
   */
  async connected(client_id?: string, timeout = PATIENCE_SECONDS): Promise<void> {
    const look = () => this.clients.find((client) => client.client_id === (client_id ?? client.client_id));
    await this.#until(look, client_id === undefined ? "a client" : `the client ${client_id}`, timeout);
  }

  // ---- to let go wrong

  /**
   * Ends all connections without a word: `"RST"` (default) as if they broke, `"FIN"` as if the broker had closed them. When it
   * returns nobody is connected: `connected()` and `subscribed()` wait for those who come again.
   */
  cut(how: "FIN" | "RST" = "RST"): void {
    if (how === "RST") {
      for (const stream of this.#streams) {
        if ("resetAndDestroy" in stream) reset(stream as Socket);
        else stream.destroy();
      }
    }
    this.lose_all();
  }

  /**
   * Lets nobody in from now on, for this reason; with null all may come in again. Those who are in stay.
   *
   * ```ts
   * import { PacketTypes, ReasonCode } from "karere";
   * import { using_broker } from "karere/testing";
   *
   * const broker = await using_broker();
   * broker.refuse(new ReasonCode(PacketTypes.CONNACK, "Server busy"));
   * broker.cut();
   * // ... what does the program do now?
   * broker.refuse(null);
   * await broker.close();
   * ```
   *
   * @throws TypeError unless it is a `ReasonCode` or null; ValueError for one that is no failure.
   */
  refuse(reason_code: ReasonCode | null): void {
    if (reason_code !== null) {
      check_reason_code(reason_code, "CONNACK");
      if (!reason_code.is_failure) {
        throw new ValueError(`"${reason_code}" refuses nobody: null is what lets all in again`);
      }
    }
    this.#refusal.verdict = reason_code ?? true;
  }

  /** As if the broker had crashed: all connections break, and nobody listens. What it knows is kept. */
  async stop(): Promise<void> {
    this.cut();
    // Whoever waits goes on: it will be started again.
    await super.close();
  }

  /**
   * Listens again, on the port that it had. With `forget`, all sessions and retained messages are lost, and what has arrived.
   *
   * @throws RuntimeError when it listens already; TypeError for a name that does not exist.
   */
  async start(how: { forget?: boolean } = {}): Promise<void> {
    check_named("start()", ["forget"], how);
    if (this.port > 0) throw new RuntimeError(`the broker listens already, on ${this.url}: stop() it first`);
    if (how.forget) this.clear();
    await this.listen(this.#last);
  }

  /** `stop()` and `start()`. */
  async restart(how: { forget?: boolean } = {}): Promise<void> {
    check_named("restart()", ["forget"], how);
    await this.stop();
    await this.start(how);
  }

  #look(): void {
    for (const one of [...this.#waiting]) one.look();
  }

  #until<T>(look: Look<T>, what: string, timeout: number): Promise<T> {
    const ms = check_seconds("timeout", timeout, 0) * 1000;
    return new Promise((resolve, reject) => {
      const over = () => {
        this.#waiting.delete(waiting);
        clearTimeout(timer);
      };
      const waiting: Waiting = {
        look() {
          const found = look();
          if (found === undefined) return;
          over();
          resolve(found);
        },
        give_up() {
          over();
          reject(new RuntimeError(`the broker was closed while a test waited for ${what}`));
        },
      };
      const vain = () => {
        over();
        reject(
          new TimeoutError(`waited ${timeout} s in vain for ${what}${is_time_stopped() ? STOPPED : ""}`),
        );
      };
      const timer =
        ms === Number.POSITIVE_INFINITY ? undefined : setTimeout(vain, Math.min(ms, LONGEST_TIMER_MS));
      this.#waiting.add(waiting);
      waiting.look();
    });
  }
}

const STOPPED =
  ". A fake clock is in use, and nothing that needs time happens by itself: advance() it, or restore() what an earlier test has left";

/**
 * A broker for one test, which listens already: `await using broker = await using_broker()`.
 *
 * ```ts
 * import { Client } from "karere";
 * import { using_broker } from "karere/testing";
 *
 * const broker = await using_broker({ max_queued_messages: 10 });
 * const client = new Client("tried");
 * client.connect("127.0.0.1", broker.port);
 * client.loop_start();
 * await broker.connected("tried");
 * await client.close();
 * await broker.close();
 * ```
 *
 * @param options those of `Broker`.
 */
export async function using_broker(options: BrokerOptions = {}): Promise<TestBroker> {
  const broker = new TestBroker(options);
  await broker.listen({ port: 0 });
  return broker;
}
