// Decides what the user of the blocking flavour sees: paho's Client, whose calls wait themselves. What it is asked it
// has done by a client of the event loop in another thread; callbacks run in this one.

import type {
  ClientArguments,
  LaterClientArguments,
  NamedClientArguments,
  OldClientArguments,
} from "../client/call_arguments.ts";
import type { ApiVersion } from "../client/callback_api.ts";
import type { EventsOf, MessageCallbackArguments, MessageHandler } from "../client/callback_members.ts";
import type { EventEmitter } from "../client/callbacks.ts";
import { AUDIENCE } from "../client/inside.ts";
import type { Logger } from "../client/logging.ts";
import { type ResolvedOptions, resolve_options } from "../client/options.ts";
import { plain_message } from "../client/plain_message.ts";
import { publication_of } from "../client/publication.ts";
import { MQTTErrorCode } from "../model/enums.ts";
import { positional } from "../model/keywords.ts";
import type { CallbackArguments, SharedMembers } from "./client_types.ts";
import { ListeningEmitter } from "./listening.ts";
import type { MQTTMessageInfo } from "./message_info.ts";
import { Peer } from "./peer.ts";
import { check_blocking_store } from "./store_argument.ts";
import type { Adopted, Entry } from "./thread.ts";

/** The events of `client.on(...)`: paho's callbacks without `on_`, and what karere adds. */
export type ClientEvents<V extends ApiVersion> = EventsOf<CallbackArguments<V>>;

/** What a member that both flavours have takes. */
type ArgumentsOf<Name extends keyof SharedMembers<1>> = SharedMembers<1>[Name] extends (
  ...args: infer Arguments
) => unknown
  ? Arguments
  : never;

function blocking_options(args: readonly unknown[]): ResolvedOptions {
  const options = resolve_options(args);
  check_blocking_store(options.store);
  return options;
}

/** Makes the client of a helper, whose other half is there already. */
const adopting: { peer: ((client: EventEmitter & { suppress_exceptions: boolean }) => Peer) | null } = {
  peer: null,
};

// Exported below as `Client`, with two defaults that one class cannot have: `new Client()` is of VERSION1, while the
// annotation `Client` means a client of either version.
// Callbacks run in the script's thread: while one of its calls waits, or when it is idle.
class ClientClass<V extends ApiVersion> extends ListeningEmitter<CallbackArguments<V>> {
  static override readonly name = "Client";

  readonly #peer: Peer;

  constructor(...args: unknown[]) {
    super();
    const self = this as unknown as EventEmitter & { suppress_exceptions: boolean };
    this.#peer = adopting.peer?.(self) ?? new Peer(self, blocking_options(args));
  }

  // ---- what stays on this side ---------------------------------------------------------------------------------

  get callback_api_version(): V {
    return this.#peer.options.callback_api_version as V;
  }

  override get logger(): Logger | null {
    return super.logger;
  }
  override set logger(logger: Logger | null) {
    super.logger = logger;
    this.#peer.listen();
  }

  publish(...args: ArgumentsOf<"publish">): MQTTMessageInfo {
    const peer = this.#peer;
    const entry = ClientClass.prototype.publish;
    const [topic, payload, qos, retain, properties] = args;
    const { protocol } = peer.options;
    const plain = args.length <= 5 ? plain_message(topic, payload, qos, retain, properties, protocol) : null;
    // A topic that was published to before is a legal one.
    const message = plain !== null && peer.knows(plain.topic) ? plain : publication_of(args, protocol);
    return peer.publish(
      message.topic,
      message.payload,
      message.qos,
      message.retain,
      message.properties,
      entry,
    );
  }

  override message_callback_add(
    sub: string | MessageCallbackArguments<this>,
    callback?: MessageHandler<this> | Omit<MessageCallbackArguments<this>, "sub">,
  ): void;
  override message_callback_add(...args: [never, never]): void {
    super.message_callback_add(...args);
    this.#peer.listen();
  }

  // ---- what the other half does --------------------------------------------------------------------------------

  /** As setting `max_queued_messages`; returns the client. */
  max_queued_messages_set(queue_size: number | { queue_size: number }): this {
    const entry = ClientClass.prototype.max_queued_messages_set;
    this.#peer.call("call", "max_queued_messages_set", [queue_size], "quick", entry);
    return this;
  }

  reinitialise(...args: ArgumentsOf<"reinitialise">): void {
    const names = ["client_id", "clean_session", "userdata"];
    const [client_id, clean_session, userdata = null] = positional("reinitialise", names, args, ["userdata"]);
    const others = [client_id ?? "", clean_session ?? true];
    this.#peer.reinitialise(others, userdata, ClientClass.prototype.reinitialise);
  }

  store_set(...[store]: ArgumentsOf<"store_set">): void {
    this.#peer.store_set(check_blocking_store(store), ClientClass.prototype.store_set);
  }

  restored(): readonly MQTTMessageInfo[] {
    return this.#peer.restored(ClientClass.prototype.restored);
  }

  loop_start(...args: ArgumentsOf<"loop_start">): MQTTErrorCode {
    const rc = this.#peer.call(
      "call",
      "loop_start",
      args,
      "quick",
      ClientClass.prototype.loop_start,
    ) as MQTTErrorCode;
    if (rc === MQTTErrorCode.MQTT_ERR_SUCCESS) this.#peer.is_started = true;
    return rc;
  }

  loop_stop(): MQTTErrorCode {
    // What has happened before is told before, as if a thread of callbacks were waited for.
    const rc = this.#peer.call(
      "call",
      "loop_stop",
      [],
      "blocking",
      ClientClass.prototype.loop_stop,
    ) as MQTTErrorCode;
    if (rc === MQTTErrorCode.MQTT_ERR_SUCCESS) this.#peer.is_started = false;
    return rc;
  }

  loop_forever(...args: ArgumentsOf<"loop_forever">): MQTTErrorCode {
    const names = ["timeout", "retry_first_connection", "stop_on_error"];
    const stop_on_error = positional("loop_forever", names, args)[2];
    return this.#peer.loop_forever(
      args,
      stop_on_error === true,
      ClientClass.prototype.loop_forever,
    ) as MQTTErrorCode;
  }

  close(...args: ArgumentsOf<"close">): void {
    this.#peer.close(args, ClientClass.prototype.close);
  }

  [Symbol.dispose](): void {
    this.close();
  }

  /** @internal */
  override get [AUDIENCE](): Peer {
    return this.#peer;
  }

  /** @internal */
  _forward(
    kind: "call" | "get" | "set" | "wait" | "loop",
    name: string,
    args: unknown[],
    entry: Entry,
  ): unknown {
    if (kind === "loop") return this.#peer.loop(name, args, entry);
    if (kind === "wait") return this.#peer.call("call", name, args, "blocking", entry);
    return this.#peer.call(kind, name, args, "quick", entry);
  }

  /** @internal */
  override _listen(): void {
    this.#peer.listen();
  }
}

/** Calls whose answer comes at once: no callback runs meanwhile. */
const quick = [
  ...["username_pw_set", "tls_set", "tls_set_context", "tls_insecure_set", "ws_set_options", "proxy_set"],
  ...["will_set", "will_clear", "enable_bridge_mode", "max_inflight_messages_set", "reconnect_delay_set"],
  ...["manual_ack_set", "connect_async", "disconnect", "check_connection", "want_write"],
  ...["socket", "subscribe", "unsubscribe", "ack", "stats"],
] as const;
/** Calls that wait in Python, too; and one whose answer shall not be true before on_connect has run. */
const waiting = ["connect", "connect_srv", "reconnect", "ready", "is_connected"] as const;
/** Calls that are loops. */
const loops = ["loop", "loop_read", "loop_write", "loop_misc"] as const;

const readable = ["protocol", "will_topic", "will_payload"] as const;
const writable = [
  ...["host", "port", "keepalive", "transport", "connect_timeout", "username", "password"],
  ...["max_inflight_messages", "max_queued_messages"],
] as const;

function define_call(kind: "call" | "wait" | "loop", name: string): void {
  function forwarded(this: ClientClass<ApiVersion>, ...args: unknown[]) {
    return this._forward(kind, name, args, forwarded);
  }
  Object.defineProperty(forwarded, "name", { value: name });
  Object.defineProperty(ClientClass.prototype, name, {
    value: forwarded,
    writable: true,
    configurable: true,
  });
}

for (const name of quick) define_call("call", name);
for (const name of waiting) define_call("wait", name);
for (const name of loops) define_call("loop", name);
for (const name of [...readable, ...writable]) {
  const set = (writable as readonly string[]).includes(name)
    ? function set(this: ClientClass<ApiVersion>, value: unknown) {
        this._forward("set", name, [value], set);
      }
    : undefined;
  function get(this: ClientClass<ApiVersion>): unknown {
    return this._forward("get", name, [], get);
  }
  Object.defineProperty(ClientClass.prototype, name, {
    get,
    ...(set === undefined ? {} : { set }),
    configurable: true,
  });
}

/** The script's view of a client that a helper has made in the other thread. */
export function adopt({ client, protocol }: Adopted): Peer {
  let adopted: Peer | null = null;
  adopting.peer = (target) => {
    adopted = new Peer(target, resolve_options([{ callback_api_version: 2, protocol }]));
    adopted.adopt(client);
    return adopted;
  };
  try {
    new ClientClass<2>();
  } finally {
    adopting.peer = null;
  }
  return adopted as unknown as Peer;
}

/**
 * An MQTT client with paho's names, whose calls wait themselves.
 *
 * ```ts
 * const client = new Client(CallbackAPIVersion.VERSION2);
 * client.on_connect = () => client.subscribe("sensors/#");
 * client.on_message = (client, userdata, message) => console.log(message.topic, message.text());
 * client.connect("localhost");
 * client.loop_forever();
 * ```
 */
// biome-ignore lint/suspicious/noExplicitAny: `Client` without more, as an annotation, is a client of either version.
export type Client<V extends ApiVersion = any> = ClientClass<V> & SharedMembers<V>;

/** What `new Client(...)` takes. Without a version it makes a `Client<1>`. */
export interface ClientConstructor {
  /** As in paho 1.x: a client of VERSION1. */
  new <V extends ApiVersion = 1>(...args: V extends 1 ? OldClientArguments : [never]): Client<V>;
  new <V extends ApiVersion = 1>(named: NamedClientArguments<V>): Client<V>;
  /** Without a version: a client of VERSION1. */
  new <V extends ApiVersion = 1>(
    callback_api_version: V extends 1 ? null | undefined : never,
    ...later: LaterClientArguments
  ): Client<V>;
  /**
   * @param callback_api_version the shape of the callbacks. Default VERSION1, as paho.
   * @param client_id see `ClientOptions`, as for all that follow. All may be given by name in one object.
   * @throws ValueError or TypeError for what is not allowed.
   */
  new <V extends ApiVersion = 1>(...args: ClientArguments<V>): Client<V>;
}

export const Client: ClientConstructor = ClientClass as unknown as ClientConstructor;
