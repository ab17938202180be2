// Decides how one client lives in the client's thread: what it does for the script, and what it tells it. It is the
// client of the event loop, with all its rules; here are only listeners that pass on what happens.

import type { ApiVersion } from "../client/callback_api.ts";
import type { Client } from "../client/client.ts";
import { AUDIENCE, ENGINE, NEW_INFO } from "../client/inside.ts";
import type { Logger } from "../client/logging.ts";
import type { MQTTMessageInfo } from "../client/message_info.ts";
import { LogLevel, MQTTErrorCode } from "../model/enums.ts";
import { error_codes } from "../model/errors.ts";
import { Line } from "../model/line.ts";
import type { MQTTMessage } from "../model/message.ts";
import { allowance, no_limits, type OwnLimits } from "./allowance.ts";
import { ArrivalsPacker } from "./arrivals.ts";
import { OutboxReader, type OutboxVisitor } from "./outbox.ts";
import { type Crossing, pack, unpack } from "./parcel.ts";
import { no_waiting, PublishedMessages, progress_of } from "./published_messages.ts";
import type { Progress, Report, Restored, SharedOutbox, SlowMessage } from "./thread_words.ts";

/** What is taken out of the outbox in one turn: afterwards bytes leave and come. */
const TURN_BYTES = 256 * 1024;
/** How long a connection that takes nothing more is left alone. */
const CONGESTION_MS = 1;
/** How soon it is looked again whether there is room for more, while the script waits for that. */
const ROOM_MS = 5;
/** How long the restoring of subscriptions waits for on_connect, which may have to wait for the script. */
const ON_CONNECT_MS = 1000;
/** How long a refusal waits for a loop, in which on_connect tells it. */
const LOOP_MS = 2000;

export interface HostOwner {
  report(report: Report): void;
  /** As `report`, for what the script has to answer. */
  ask(report: (id: number) => Report): Promise<unknown>;
  readonly crossing: Crossing;
  /** Lets a writer look who waits for room. */
  ring(): void;
}

export class Host {
  readonly client: Client<ApiVersion>;
  readonly #id: number;
  readonly #owner: HostOwner;
  readonly #limits: OwnLimits;
  /** Null until the script has published something. */
  #outbox: OutboxReader | null = null;
  readonly #slow = new Line<SlowMessage>();
  readonly #packer: ArrivalsPacker;
  #is_telling = false;
  #is_taking = false;
  /** Messages that the script has and has not finished with, in their order. */
  #handed: Handed[] = [];
  #first_handed = 0;
  /** What that was when the script was last seen to wait for room. */
  #handed_before = 0;
  readonly #messages: PublishedMessages;
  /** What was found in the store when it was opened last, as far as the script has asked. */
  #restored: { infos: readonly MQTTMessageInfo[]; first: number } = { infos: [], first: 0 };
  #heard: readonly string[] = [];
  /** That the broker has refused the client, as long as on_connect may still tell it. */
  #refusal: string | null = null;

  constructor(client: Client<ApiVersion>, id: number, owner: HostOwner, limits: OwnLimits = no_limits) {
    this.#limits = limits;
    this.client = client;
    this.#id = id;
    this.#owner = owner;
    this.#packer = new ArrivalsPacker(owner.crossing);
    this.#messages = new PublishedMessages((block, mids, ids, failures) =>
      owner.report({
        say: "settled",
        client: id,
        block,
        mids,
        ids,
        failures: pack(failures, owner.crossing),
      }),
    );
    client[NEW_INFO] = (waiting) => this.#messages.add(waiting);
    client[AUDIENCE].warn = (text) => this.#warn(text);
  }

  /** Here CONNACK often comes before the script, which has waited in connect(), begins its loop. */
  #warn(text: string): void {
    const { [AUDIENCE]: audience, [ENGINE]: engine } = this.client;
    const is_refusal = text.startsWith(error_codes.ERR_MQTT_CONNECT_REFUSED);
    if (!is_refusal || engine.loops.was_driven || !audience.hears("connect")) {
      audience.reporter.warn(text);
      return;
    }
    this.#refusal = text;
    setTimeout(() => this.tell_refusal(), LOOP_MS).unref();
  }

  /** No loop will come, or none soon. */
  tell_refusal(): void {
    const text = this.#refusal;
    this.#refusal = null;
    if (text !== null && !this.client[ENGINE].loops.was_driven) this.client[AUDIENCE].reporter.warn(text);
  }

  /** Tells also of callbacks that have failed in this thread. */
  tell_failures(): void {
    this.client.on("callback_error", (...args) => this.#tell("callback_error", args));
  }

  // ---- what the script hears -----------------------------------------------------------------------------------

  /** Listens to what the script listens to, no more and no less: for the client it makes a difference. */
  hear(names: readonly string[]): void {
    for (const name of this.#heard) if (!names.includes(name)) this.#listen(name, null);
    for (const name of names) if (!this.#heard.includes(name)) this.#listen(name, this.#listener(name));
    this.#heard = names;
  }

  #listen(name: string, listener: ((...args: unknown[]) => unknown) | null): void {
    if (name === "logger") this.client.logger = listener === null ? null : logger_of(listener);
    else (this.client as unknown as Record<string, unknown>)[`on_${name}`] = listener;
  }

  #listener(name: string): (...args: unknown[]) => unknown {
    if (name === "message") return (_client, _userdata, message) => this.#hand_over(message as MQTTMessage);
    if (name === "pre_connect") {
      return () => this.#owner.ask((id) => this.#event(name, [], id)).then(() => undefined);
    }
    if (name === "connect") {
      return (_client, _userdata, ...args) => {
        this.flush();
        const handled = this.#owner.ask((id) => this.#event(name, args, id));
        const late = new Promise<void>((resolve) => setTimeout(resolve, ON_CONNECT_MS).unref());
        return Promise.race([handled.then(() => {}), late]);
      };
    }
    const is_socket = name.startsWith("socket");
    return (_client, _userdata, ...args) => this.#tell(name, is_socket ? args.map(plain_socket) : args);
  }

  #tell(name: string, args: readonly unknown[]): void {
    this.flush();
    this.#owner.report(this.#event(name === "logger" ? "log" : name, args, null));
  }

  #event(name: string, args: readonly unknown[], id: number | null): Report {
    const gated = this.client[ENGINE].loops.is_driven && !ungated.has(name);
    return { say: "event", client: this.#id, name, args: pack(args, this.#owner.crossing), gated, id };
  }

  // ---- messages of the broker ----------------------------------------------------------------------------------

  #hand_over(message: MQTTMessage): Handed {
    const handed = new Handed();
    this.#handed.push(handed);
    if (this.#packer.has_no_room_for(message)) this.flush();
    this.#packer.add(message);
    if (!this.#is_telling) {
      this.#is_telling = true;
      queueMicrotask(() => {
        this.#is_telling = false;
        this.flush();
      });
    }
    return handed;
  }

  /** Tells of the messages that were collected. */
  flush(): void {
    if (this.#packer.is_empty) return;
    this.#owner.report({ say: "arrived", client: this.#id, arrivals: this.#packer.take() });
  }

  /** The script has finished with all messages before this one. */
  finished(count: number): void {
    const done = count - this.#first_handed;
    for (const handed of this.#handed.splice(0, done)) handed.finish();
    this.#first_handed = count;
  }

  // ---- messages of the script ----------------------------------------------------------------------------------

  /** Something is in the outbox. */
  wake(): void {
    if (!this.#is_taking) this.#take_turn();
  }

  slow(message: SlowMessage): void {
    this.#slow.push(message);
  }

  /** Takes everything that is in the outbox: what is asked next comes after it. */
  take_all(): void {
    this.#take(Number.POSITIVE_INFINITY);
  }

  /** Says how many more messages the script may write, which depends on what the client does. */
  renew_allowance(): void {
    this.#outbox?.allow(allowance(this.client, this.#limits));
    if (this.#outbox?.is_awaited) this.#owner.ring();
  }

  /** Through this messages come from now on. */
  set_outbox(outbox: SharedOutbox | null): void {
    this.take_all();
    this.#outbox = outbox === null ? null : new OutboxReader(outbox);
    this.wake();
  }

  #take(max_bytes: number): void {
    this.#outbox?.take(this.#visitor, max_bytes);
    this.renew_allowance();
  }

  readonly #take_turn = (): void => {
    const engine = this.client[ENGINE];
    this.#is_taking = true;
    if (engine.is_congested) {
      setTimeout(this.#take_turn, CONGESTION_MS);
      return;
    }
    this.#take(TURN_BYTES);
    if (this.#outbox === null || this.#outbox.sleep()) {
      this.#is_taking = false;
    } else if (this.#outbox.is_empty) {
      this.#read_on();
      setTimeout(this.#take_turn, ROOM_MS);
    } else {
      setImmediate(this.#take_turn);
    }
  };

  /** The script waits for acknowledgements; if that is within a callback, nothing is read until it has finished. */
  #read_on(): void {
    if (this.#handed.length > 0 && this.#first_handed === this.#handed_before)
      this.client[ENGINE].resume_reading();
    this.#handed_before = this.#first_handed;
  }

  readonly #visitor: OutboxVisitor = {
    message: (topic, payload, qos, retain) => this.#publish(topic, payload, qos, retain),
    slow: () => {
      const message = this.#slow.shift();
      if (message === null) return false;
      const { topic, payload, qos, retain, properties } = message;
      this.#publish(topic, payload, qos, retain, unpack(properties, this.#owner.crossing));
      return true;
    },
  };

  #publish(...args: unknown[]): void {
    const before = this.#messages.count;
    try {
      (this.client.publish as (...args: unknown[]) => unknown)(...args);
    } catch (error) {
      if (this.#messages.count === before) this.#messages.add(no_waiting);
      this.#messages.at(before)?.fail(error as Error, MQTTErrorCode.MQTT_ERR_INVAL);
    }
  }

  /** What has become of a message; null when that was told with its block. */
  progress(number: number): Progress | null {
    const info = this.info(number);
    return info === null ? null : progress_of(info);
  }

  /** As `progress`, once a store that answers at once has kept the message, or has not. */
  async kept(number: number): Promise<Progress | null> {
    this.take_all();
    // Whatever its policy, the client writes at the end of the step in which it was asked to publish, which is now.
    await null;
    return this.progress(number);
  }

  /** What earlier processes have left in the store. */
  restored(): Restored {
    const infos = this.client.restored();
    if (infos !== this.#restored.infos) this.#restored = { infos, first: this.#messages.restore(infos) };
    return { first: this.#restored.first, ids: infos.map(({ id }) => id) };
  }

  /** Null when the message is settled, and told. */
  info(number: number): MQTTMessageInfo | null {
    this.take_all();
    return this.#messages.at(number);
  }

  /** Whether the process must stay alive for it: it waits for the broker, or its bytes have not left. */
  get is_needed(): boolean {
    const engine = this.client[ENGINE];
    return engine.is_held || engine.is_congested || this.#is_taking || unsent_bytes(engine.socket) > 0;
  }
}

/** One that passes each line on, with its level. */
function logger_of(listener: (...args: unknown[]) => unknown): Logger {
  const line = (level: LogLevel) => (text: string) => void listener(null, null, level, text);
  return {
    debug: line(LogLevel.MQTT_LOG_DEBUG),
    info: line(LogLevel.MQTT_LOG_INFO),
    warn: line(LogLevel.MQTT_LOG_WARNING),
    error: line(LogLevel.MQTT_LOG_ERR),
  };
}

/** What is told whether or not a loop runs. */
const ungated = new Set([
  ...["log", "logger", "callback_error", "pre_connect", "connect_fail"],
  ...["socket_open", "socket_close", "socket_register_write", "socket_unregister_write"],
]);

/** A message that the script has: what the delivery waits for to acknowledge it. */
class Handed implements PromiseLike<void> {
  #finish: (() => void) | null = null;

  // Called once, before the script can have finished: a promise for each message would cost more than the message.
  // biome-ignore lint/suspicious/noThenProperty: it is what the delivery waits for.
  then(fulfilled: unknown): never {
    this.#finish = fulfilled as () => void;
    return undefined as never;
  }

  finish(): void {
    this.#finish?.();
  }
}

/** What can be told of a socket in another thread; null stays null. */
export function plain_socket(socket: unknown): unknown {
  if (typeof socket !== "object" || socket === null) return socket;
  const { localAddress, localPort, remoteAddress, remotePort } = (
    "_socket" in socket ? socket._socket : socket
  ) as Record<string, unknown>;
  return { localAddress, localPort, remoteAddress, remotePort };
}

function unsent_bytes(socket: unknown): number {
  if (typeof socket !== "object" || socket === null) return 0;
  const { writableLength, bufferedAmount } = socket as { writableLength?: number; bufferedAmount?: number };
  return writableLength ?? bufferedAmount ?? 0;
}
