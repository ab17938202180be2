// Decides how a conversation about messages begins and ends: a client and a scripted broker that have shaken hands.
// What connecting itself looks like is the matter of other specs.

import type { ApiVersion, ClientOptions, MQTTErrorCode } from "../../lib/client/index.ts";
import { CallbackAPIVersion, Client, Properties } from "../../lib/client/index.ts";
import { PacketTypes } from "../../lib/model/packettypes.ts";
import { in_time } from "../support/eventually.ts";
import { type Bytes, packet_bytes, type Version } from "../support/packet_bytes.ts";
import { type ScriptedBroker, type ScriptedLink, scripted_broker } from "../support/scripted_broker.ts";

export interface TalkOptions<V extends ApiVersion> extends Omit<ClientOptions<V>, "callback_api_version"> {
  /** Default VERSION2. */
  api?: V;
  /** The bytes of the properties of CONNACK. */
  connack?: Bytes;
  /** Whether the broker says that it still has the session. */
  session_present?: boolean;
  /** Seconds; default 60. */
  keepalive?: number;
  /** The properties of CONNECT. */
  connect?: Properties<typeof PacketTypes.CONNECT>;
  /** Whether a loop is started. Default true. */
  loop?: boolean;
}

export interface Talk<V extends ApiVersion> extends AsyncDisposable {
  readonly broker: ScriptedBroker;
  readonly client: Client<V>;
  /** The connection in use. */
  link: ScriptedLink;
  /** The builders of packets for the version spoken. */
  readonly packets: ReturnType<typeof packet_bytes>;
  /** Calls `connect()`, takes the CONNECT and leaves it unanswered. */
  dial(): Promise<MQTTErrorCode>;
  /** Answers CONNECT. */
  welcome(fields?: { session_present?: boolean; properties?: Bytes }): void;
  /** Waits for the next connection of the client and takes its CONNECT. */
  next_link(): Promise<ScriptedLink>;
  /** Shows that nothing more has come from the client than was expected: its answer to a ping is the next packet. */
  nothing_more(): Promise<void>;
}

/** A client that has not called `connect()` yet. */
export async function strangers<V extends ApiVersion = 2>(options: TalkOptions<V> = {}): Promise<Talk<V>> {
  const { api, connack, session_present, keepalive = 60, connect, loop = true, ...named } = options;
  const broker = await scripted_broker();
  const packets = packet_bytes((named.protocol ?? 4) as Version);
  const client = broker.lead(
    new Client((api ?? CallbackAPIVersion.VERSION2) as V, { warnings: false, ...named }),
  );
  client.reconnect_delay_set(0, 0);
  if (loop) client.loop_start();
  const next_link = async () => {
    talk.link = await broker.accept();
    await talk.link.expect_packet("CONNECT");
    return talk.link;
  };
  const talk: Talk<V> = {
    broker,
    client,
    link: undefined as unknown as ScriptedLink,
    packets,
    next_link,
    async dial() {
      const dialled = client.connect(broker.host, broker.port, {
        keepalive,
        ...(connect === undefined ? {} : { properties: connect }),
      });
      await next_link();
      return dialled;
    },
    welcome({ session_present: present = session_present ?? false, properties = connack ?? "" } = {}) {
      talk.link.send(packets.connack({ session_present: present, properties }));
    },
    async nothing_more() {
      talk.link.send(packets.pingreq());
      await talk.link.expect(packets.pingresp());
    },
    async [Symbol.asyncDispose]() {
      client.disconnect();
      await broker[Symbol.asyncDispose]();
    },
  };
  return talk;
}

/** A client that is connected: CONNACK has been processed, and with a loop `on_connect` has run. */
export async function connected<V extends ApiVersion = 2>(options: TalkOptions<V> = {}): Promise<Talk<V>> {
  const talk = await strangers(options);
  await talk.dial();
  talk.welcome();
  await talk.nothing_more();
  return talk;
}

/** The rest of the arguments of the next call for an event, without client and userdata. */
export function next_call(client: Client<ApiVersion>, name: string): Promise<unknown[]> {
  const called = new Promise<unknown[]>((resolve) => {
    const once = client.once.bind(client) as (event: string, listener: (...args: unknown[]) => void) => void;
    once(name, (_client, _userdata, ...rest) => resolve(rest));
  });
  return in_time(called, `the event "${name}"`);
}

/** Keeps all calls for some events, as `[name, ...arguments without client and userdata]`. */
export function record(client: Client<ApiVersion>, ...names: string[]): unknown[][] {
  const calls: unknown[][] = [];
  const on = client.on.bind(client) as (event: string, listener: (...args: unknown[]) => void) => void;
  for (const name of names) on(name, (_client, _userdata, ...rest) => void calls.push([name, ...rest]));
  return calls;
}

/** Properties of PUBLISH, in short. */
export function publish_properties(
  values: ConstructorParameters<typeof Properties<typeof PacketTypes.PUBLISH>>[1],
): Properties<typeof PacketTypes.PUBLISH> {
  return new Properties(PacketTypes.PUBLISH, values);
}

/** A promise to be settled from outside. */
export function deferred(): { readonly promise: Promise<void>; resolve(): void } {
  let resolve = () => {};
  const promise = new Promise<void>((settle) => {
    resolve = settle;
  });
  return { promise, resolve: () => resolve() };
}
