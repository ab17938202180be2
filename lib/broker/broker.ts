// Decides how the core of a broker meets the world: connections, time, and the program that it runs in. All rules of MQTT
// are in the core.

import { once } from "node:events";
import { type AddressInfo, createServer, type Server, type Socket } from "node:net";
import type { Duplex } from "node:stream";
import { EventEmitter } from "../client/emitter.ts";
import { whole_number } from "../client/options.ts";
import { type Flag, type PublishArguments, publication_of, without_absent } from "../client/publication.ts";
import { LogLevel, MQTTProtocolVersion } from "../model/enums.ts";
import { RuntimeError, TransportError } from "../model/errors.ts";
import type { MQTTMessage } from "../model/message.ts";
import { type PacketType, PacketTypes } from "../model/packettypes.ts";
import type { PayloadType } from "../model/payload.ts";
import { ReasonCode } from "../model/reasoncodes.ts";
import { check_topic_filter, check_topic_name } from "../model/topics.ts";
import { name_type } from "../model/type_names.ts";
import { type Clock, system_clock } from "../network/clock.ts";
import { type BrokerClient, check_reason_code, refusal_of } from "./access.ts";
import { type BrokerEvents, emit_event, shown } from "./broker_events.ts";
import { log_event, log_line } from "./broker_log.ts";
import { BrokerCore } from "./core.ts";
import type { CoreEvent } from "./effects.ts";
import type { Link } from "./link.ts";
import { message_of } from "./message.ts";
import { check_named } from "./named.ts";
import { type BrokerOptions, resolve_broker_options } from "./options.ts";
import { Wire } from "./wire.ts";

/** What the broker knows of a client, present or not. */
export interface BrokerSession {
  readonly client_id: string;
  readonly is_connected: boolean;
  /** Its filters. */
  readonly subscriptions: readonly string[];
  /** How many QoS 1 and 2 messages wait for it, or for its acknowledgement. */
  readonly queued: number;
  /** How many messages it has missed, because too much waited. */
  readonly dropped: number;
}

interface Connection {
  readonly wire: Wire;
  is_asked: boolean;
}

/**
 * A broker of MQTT 3.1, 3.1.1 and 5 inside a program.
 *
 * ```ts
 * import { Broker } from "karere/broker";
 *
 * const broker = new Broker();
 * await broker.listen({ port: 0 });
 * broker.on("published", (message) => console.log(message.topic, message.text()));
 * console.log(broker.url); // mqtt://127.0.0.1:...
 * await broker.close();
 * ```
 */
export class Broker extends EventEmitter<BrokerEvents> {
  readonly #options: Required<BrokerOptions>;
  readonly #clock: Clock;
  readonly #connections = new Map<Link, Connection>();
  #core: BrokerCore;
  #server: Server | null = null;
  #is_in_turn = false;
  #timer_at = Number.POSITIVE_INFINITY;
  #cancel_timer: (() => void) | null = null;

  /** @throws TypeError for an option that does not exist, TypeError or ValueError for a value that is not allowed. */
  constructor(options: BrokerOptions = {}) {
    super();
    this.#options = resolve_broker_options(options);
    this.#clock = system_clock;
    this.#core = this.#new_core();
  }

  /** Where it listens; 0: nowhere. */
  get port(): number {
    return (this.#server?.address() as AddressInfo | null)?.port ?? 0;
  }

  /** As a client may be told it: `mqtt://127.0.0.1:1883`; `""` while it does not listen. */
  get url(): string {
    const there = this.#server?.address() as AddressInfo | null | undefined;
    if (there == null) return "";
    // What listens on all addresses is reached on that of the machine itself.
    if (there.family === "IPv6")
      return `mqtt://[${there.address === "::" ? "::1" : there.address}]:${there.port}`;
    return `mqtt://${there.address === "0.0.0.0" ? "127.0.0.1" : there.address}:${there.port}`;
  }

  /** The clients that are connected now, in the order in which they came. */
  get clients(): BrokerClient[] {
    const up = [...this.#connections.keys()].filter(({ phase }) => phase === "up");
    return up.map(({ client }) => client as BrokerClient);
  }

  /** What it knows of its clients, present or not. */
  get sessions(): BrokerSession[] {
    return Array.from(this.#core.sessions, ({ client_id, is_present, subscriptions, outgoing }) => ({
      client_id,
      is_connected: is_present,
      subscriptions: [...subscriptions.keys()],
      queued: outgoing.size,
      dropped: outgoing.dropped,
    }));
  }

  /**
   * The retained messages that a filter matches; without one all but those of topics that begin with `$`. They are copies.
   *
   * ```ts
   * import { Broker } from "karere/broker";
   *
   * const broker = new Broker();
   * broker.publish("house/door", "open", 1, true);
   * for (const { topic, payload } of broker.retained("house/#")) console.log(topic, payload);
   * ```
   */
  retained(filter = "#"): MQTTMessage[] {
    check_topic_filter(filter);
    const now = this.#clock.now();
    return this.#core.retained(filter, now).map((message) => shown(message, now));
  }

  /**
   * Listens for TCP connections. Port 0 is any that is free: {@link port} says which.
   *
   * @param where default port 1883 of 127.0.0.1, which other machines cannot reach; `host: "0.0.0.0"` lets them.
   * @throws RuntimeError when it listens already, or is closed meanwhile; TypeError for a name that does not exist;
   *   ValueError for what is no port; TransportError when the system does not let it.
   */
  async listen(where: { port?: number; host?: string } = {}): Promise<void> {
    check_named("listen()", ["port", "host"], where);
    const { port = 1883, host = "127.0.0.1" } = where;
    if (this.#server !== null) throw new RuntimeError(`the broker listens already, on ${this.url}`);
    whole_number("port", port, 0, 65_535);
    const server = createServer({ noDelay: true }, (socket) => this.accept(socket));
    this.#server = server;
    try {
      await new Promise<void>((resolve, reject) => {
        server.once("listening", resolve);
        server.once("close", () => reject(new RuntimeError("the broker was closed before it could listen")));
        // Also later, when a connection could not be accepted: then the others go on.
        server.on("error", reject);
        server.listen({ port, host });
      });
    } catch (cause) {
      if (this.#server === server) this.#server = null;
      if (cause instanceof RuntimeError) throw cause;
      const is_taken = (cause as { code?: string }).code === "EADDRINUSE";
      const hint = is_taken ? "something else listens there; port 0 takes a free one" : "";
      throw new TransportError(`cannot listen on ${host}:${port}`, { cause, hint });
    }
    this.#log(LogLevel.MQTT_LOG_INFO, `= listening on ${this.url}`);
    // What became due while it was closed, and what will.
    this.#core.tick(this.#clock.now());
    this.#turn();
  }

  /** Takes a connection that something else has accepted: a TLS socket, the stream of a WebSocket, one end of a pair. */
  accept(stream: Duplex): void {
    if (stream.destroyed) return;
    // What became due while nobody was there has its turn first.
    this.#core.tick(this.#clock.now());
    const { remoteAddress, remotePort } = stream as Partial<Socket>;
    const address = remoteAddress === undefined ? "a stream" : `${remoteAddress}:${remotePort}`;
    const link = this.#core.open(address, this.#clock.now());
    const wire = new Wire(stream, {
      came: (bytes) => {
        this.#attempt(link, (now) => this.#core.receive(link, bytes, now));
        this.#turn();
      },
      moved: () => link.moved(this.#clock.now()),
      drained: () => {
        this.#attempt(link, (now) => this.#core.drained(link, now));
        this.#serve(link);
        this.#turn();
      },
      closed: () => {
        this.#connections.delete(link);
        this.#attempt(link, (now) => this.#core.closed(link, now));
        this.#turn();
      },
    });
    this.#connections.set(link, { wire, is_asked: false });
    this.#turn();
  }

  /**
   * Publishes a message as a client would, also to topics that begin with `$SYS/`.
   *
   * @param topic without wildcards.
   * @param payload text, bytes, a number (sent as text), or nothing. For objects: `JSON.stringify`.
   * @param qos 0 (default), 1 or 2.
   * @param retain whether it is kept for later subscribers. Default false.
   * @param properties those of PUBLISH; copied. Only clients of MQTT 5 get them.
   * @throws ValueError or TypeError for what cannot be published.
   */
  publish(
    topic: string | PublishArguments,
    payload?: PayloadType | Omit<PublishArguments, "topic">,
    qos?: number | Omit<PublishArguments, "topic" | "payload">,
    retain?: Flag | Pick<PublishArguments, "retain" | "properties">,
    properties?: PublishArguments["properties"] | Pick<PublishArguments, "properties">,
  ): void;
  publish(...args: unknown[]): void {
    const publication = publication_of(without_absent(args), MQTTProtocolVersion.MQTTv5);
    const { topic } = publication;
    // An alias stands for nothing here.
    check_topic_name(topic);
    const now = this.#clock.now();
    this.#core.publish(message_of(publication, topic, null, now), now);
    this.#turn();
  }

  /**
   * Ends the connection of a client; its session stays. On MQTT 5 the client is told why.
   *
   * ```ts
   * import { PacketTypes, ReasonCode } from "karere";
   * import { Broker } from "karere/broker";
   *
   * const broker = new Broker();
   * broker.disconnect("thermometer", new ReasonCode(PacketTypes.DISCONNECT, "Server busy"));
   * ```
   *
   * @param reason_code of a DISCONNECT; default "Administrative action".
   * @returns whether there was one.
   * @throws TypeError unless it is a `ReasonCode`; ValueError for one that is not for DISCONNECT.
   */
  disconnect(
    client_id: string,
    reason_code: ReasonCode = new ReasonCode(PacketTypes.DISCONNECT, "Administrative action"),
  ): boolean {
    check_reason_code(reason_code, "DISCONNECT");
    const { value } = new ReasonCode(PacketTypes.DISCONNECT, "", reason_code.value);
    const was_there = this.#core.disconnect(client_id, value, this.#clock.now());
    this.#turn();
    return was_there;
  }

  /** Ends all connections, and forgets all sessions, retained messages and wills. */
  clear(): void {
    const old = this.#core;
    old.forget_wills();
    old.shut_down(this.#clock.now());
    this.#turn();
    // Called by a listener it is in the midst of a turn, which would not look at the old core again.
    for (const link of old.take_work()) this.#serve(link);
    for (const event of old.take_events()) this.#tell(event);
    this.#core = this.#new_core();
  }

  /**
   * Ends all connections and stops listening; resolves when all is closed. Sessions and retained messages stay, and are
   * there again with the next `listen()`.
   */
  async close(): Promise<void> {
    const server = this.#server;
    this.#server = null;
    const closed = server?.listening ? once(server, "close") : null;
    server?.close();
    this.#core.shut_down(this.#clock.now());
    this.#turn();
    await Promise.all([closed, ...Array.from(this.#connections.values(), ({ wire }) => wire.over)]);
    // It may be in use again: it listens, or has accepted a stream.
    if (this.#server !== null || this.#connections.size > 0) return;
    // A broker that nobody uses any more must not be kept by a session that expires in a year.
    this.#cancel_timer?.();
    this.#cancel_timer = null;
    this.#timer_at = Number.POSITIVE_INFINITY;
  }

  /** As `close()`: `await using broker = new Broker()`. */
  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }

  /** @internal All connections end as if they were lost, at once: to the peers no word is said. */
  protected lose_all(): void {
    for (const link of this.#connections.keys()) this.#core.closed(link, this.#clock.now());
    this.#turn();
  }

  #new_core(): BrokerCore {
    const { authenticate, authorize, logger, connect_timeout, ...limits } = this.#options;
    return new BrokerCore({
      ...limits,
      connect_timeout_ms: connect_timeout * 1000,
      asks: authenticate !== null,
      traces: logger !== null,
      new_client_id: () => `karere-${globalThis.crypto.randomUUID()}`,
      access: (client, action, topic) => {
        if (authorize === null) return 0;
        const packet = action === "publish" ? PacketTypes.PUBACK : PacketTypes.SUBACK;
        try {
          return this.#refusal("authorize", authorize(client, action, topic), packet);
        } catch (error) {
          this.#log(LogLevel.MQTT_LOG_ERR, `= authorize failed: ${error}`);
          return 0x80;
        }
      },
    });
  }

  /** A step of the core that a client has brought about. */
  #attempt(link: Link, step: (now: number) => void): void {
    try {
      step(this.#clock.now());
    } catch (error) {
      // A mistake of ours that one client has found is the end of that one, and not of the program.
      this.#log(LogLevel.MQTT_LOG_ERR, `= ${link.address} broke the broker: ${(error as Error).stack}`);
      link.held.drop(() => true);
      this.#core.closed(link, this.#clock.now());
    }
  }

  /** Does what the core has decided, until it decides nothing more. */
  #turn(): void {
    // A listener that publishes is in the midst of a turn, which will see to it.
    if (this.#is_in_turn) return;
    this.#is_in_turn = true;
    try {
      for (;;) {
        const work = this.#core.take_work();
        for (const link of work) this.#serve(link);
        const events = this.#core.take_events();
        if (work.size === 0 && events.length === 0) break;
        for (const event of events) this.#tell(event);
      }
    } finally {
      this.#is_in_turn = false;
    }
    this.#arm();
  }

  #serve(link: Link): void {
    const connection = this.#connections.get(link);
    if (connection === undefined) return;
    const { wire } = connection;
    if (link.phase === "asking" && !connection.is_asked) {
      connection.is_asked = true;
      void this.#ask(link);
    }
    while (link.unsent > 0 && !wire.is_congested) {
      wire.write(link.take_output());
      this.#attempt(link, (now) => this.#core.drained(link, now));
    }
    wire.hold(link.is_deaf);
    if (link.phase !== "ended") return;
    if (link.unsent > 0) wire.write(link.take_output());
    wire.end();
  }

  async #ask(link: Link): Promise<void> {
    const { client, connect } = link;
    let refusal = 0x80;
    try {
      const credentials = { ...(client as BrokerClient), password: connect?.password ?? null };
      const verdict = await this.#options.authenticate?.(credentials);
      refusal = this.#refusal("authenticate", verdict, PacketTypes.CONNACK);
    } catch (error) {
      this.#log(LogLevel.MQTT_LOG_ERR, `= authenticate failed: ${error}`);
    }
    this.#attempt(link, (now) => this.#core.answered(link, refusal, now));
    this.#turn();
  }

  /** What is no verdict refuses like false; who has written the hook can only be told in the log. */
  #refusal(hook: "authenticate" | "authorize", verdict: unknown, packet: PacketType): number {
    if (typeof verdict === "boolean" || verdict instanceof ReasonCode) return refusal_of(verdict, packet);
    const text = `= ${hook} must return true, false or a ReasonCode, not ${name_type(verdict)}`;
    this.#log(LogLevel.MQTT_LOG_ERR, text);
    // Nobody waits for a promise: what it ends with would end the program.
    Promise.resolve(verdict).catch((error) => this.#log(LogLevel.MQTT_LOG_ERR, `= ${hook} failed: ${error}`));
    return refusal_of(false, packet);
  }

  #tell(event: CoreEvent): void {
    const { logger } = this.#options;
    if (logger !== null) log_event(logger, event);
    if (event.type === "packet" || this.listenerCount(event.type) === 0) return;
    emit_event(this, event, this.#clock.now(), (error) => {
      // A listener that fails is its program's affair, and none of the clients'.
      queueMicrotask(() => {
        throw error;
      });
    });
  }

  #log(level: LogLevel, text: string): void {
    const { logger } = this.#options;
    if (logger !== null) log_line(logger, level, text);
  }

  #arm(): void {
    const at = this.#core.next_timeout();
    // Each packet puts a moment off: a timer that comes for nothing now and then costs less than one for each.
    if (at >= this.#timer_at) return;
    this.#cancel_timer?.();
    this.#timer_at = at;
    this.#cancel_timer = this.#clock.after(at - this.#clock.now(), () => {
      this.#timer_at = Number.POSITIVE_INFINITY;
      this.#cancel_timer = null;
      this.#core.tick(this.#clock.now());
      this.#turn();
    });
  }
}
