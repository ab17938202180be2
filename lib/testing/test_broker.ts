// Decides what a test can do with a broker of its own: wait for what the tried program does, and let go wrong what can.

import type { Socket } from "node:net";
import type { Duplex } from "node:stream";
import type { Verdict } from "../broker/access.ts";
import { Broker } from "../broker/broker.ts";
import type { BrokerOptions } from "../broker/options.ts";
import { check_seconds } from "../client/options.ts";
import { TimeoutError } from "../model/errors.ts";
import type { MQTTMessage } from "../model/message.ts";
import type { ReasonCode } from "../model/reasoncodes.ts";
import { check_topic_filter, topic_matches_sub } from "../model/topics.ts";
import { reset } from "./reset.ts";

/** How long a test waits for what should come at once, in seconds. */
const PATIENCE_SECONDS = 5;

/** A look at something that may not be there yet. */
type Look<T> = () => T | undefined;

/** A broker on a free port of 127.0.0.1. All of `Broker` is there too. */
export class TestBroker extends Broker {
  readonly #streams = new Set<Duplex>();
  readonly #looks = new Set<() => void>();
  /** Messages that no `received()` has given yet. */
  readonly #arrived: MQTTMessage[] = [];
  readonly #refusal: { verdict: Verdict };
  #last_port = 0;

  /** @internal {@link using_broker} makes one that listens. */
  constructor(options: BrokerOptions) {
    const { authenticate = null } = options;
    const refusal = { verdict: true as Verdict };
    super({
      ...options,
      authenticate: (client) =>
        refusal.verdict === true ? (authenticate?.(client) ?? true) : refusal.verdict,
    });
    this.#refusal = refusal;
    this.on("published", (message) => this.#arrived.push(message));
    for (const event of ["published", "connected", "disconnected", "subscribed"] as const) {
      this.on(event, () => this.#look());
    }
  }

  override accept(stream: Duplex): void {
    this.#streams.add(stream);
    stream.once("close", () => this.#streams.delete(stream));
    super.accept(stream);
  }

  // ---- to wait for the program

  /**
   * The next message to a topic that the filter matches, and that no earlier call has given; one that has come already, or
   * one that comes. Wills count, and what the test publishes itself.
   *
   * @param timeout how many seconds of the machine's clock to wait. Default 5.
   * @throws TimeoutError when none comes.
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
   * @throws TimeoutError when none has it in time.
   */
  async subscribed(filter: string, timeout = PATIENCE_SECONDS): Promise<void> {
    const look = () =>
      this.sessions.find(({ is_connected, subscriptions }) => is_connected && subscriptions.includes(filter));
    await this.#until(look, `a subscription with ${JSON.stringify(filter)}`, timeout);
  }

  /**
   * Resolves when a client of this id is connected, or, without one, any client.
   *
   * @throws TimeoutError when none is in time.
   */
  async connected(client_id?: string, timeout = PATIENCE_SECONDS): Promise<void> {
    const look = () => this.clients.find((client) => client.client_id === (client_id ?? client.client_id));
    await this.#until(look, client_id === undefined ? "a client" : `the client ${client_id}`, timeout);
  }

  // ---- to let go wrong

  /** Ends all connections without a word: `"RST"` as if they broke, `"FIN"` as if the broker had closed them. */
  cut(how: "FIN" | "RST" = "RST"): void {
    for (const stream of this.#streams) {
      if (how === "RST" && "resetAndDestroy" in stream) reset(stream as Socket);
      else stream.end();
    }
  }

  /** Lets nobody in from now on, for this reason; with null all may come in again. Those who are in stay. */
  refuse(reason_code: ReasonCode | null): void {
    this.#refusal.verdict = reason_code ?? true;
  }

  /** As if the broker had crashed: all connections break, and nobody listens. What it knows is kept. */
  async stop(): Promise<void> {
    this.#last_port = this.port;
    this.cut();
    await this.close();
  }

  /** Listens again, on the port that it had. With `forget`, all sessions and retained messages are lost. */
  async start({ forget = false }: { forget?: boolean } = {}): Promise<void> {
    if (forget) this.clear();
    await this.listen({ port: this.#last_port });
  }

  /** `stop()` and `start()`. */
  async restart(how: { forget?: boolean } = {}): Promise<void> {
    await this.stop();
    await this.start(how);
  }

  #look(): void {
    for (const look of [...this.#looks]) look();
  }

  #until<T>(look: Look<T>, what: string, timeout: number): Promise<T> {
    const ms = check_seconds("timeout", timeout, 0) * 1000;
    return new Promise((resolve, reject) => {
      const try_it = () => {
        const found = look();
        if (found === undefined) return false;
        this.#looks.delete(try_it);
        clearTimeout(timer);
        resolve(found);
        return true;
      };
      const timer = setTimeout(() => {
        this.#looks.delete(try_it);
        reject(new TimeoutError(`waited ${timeout} s in vain for ${what}`));
      }, ms);
      if (!try_it()) this.#looks.add(try_it);
    });
  }
}

/**
 * A broker for one test, which listens already: `await using broker = await using_broker()`.
 *
 * @param options those of `Broker`.
 */
export async function using_broker(options: BrokerOptions = {}): Promise<TestBroker> {
  const broker = new TestBroker(options);
  await broker.listen({ port: 0 });
  return broker;
}
