// Decides how a scenario gets its clients: connected, with their loop running, one line each. What they then do is
// the business of the scenario.

import {
  CallbackAPIVersion,
  Client,
  type ClientOptions,
  type ConnectArguments,
  type MQTTMessage,
  MQTTProtocolVersion,
  PacketTypes,
  Properties,
  type ReasonCode,
} from "../../lib/client/index.ts";
import { in_time, type Patience } from "../support/eventually.ts";
import { type Mosquitto, mosquitto } from "../support/mosquitto.ts";

// Brokers and processes are started and stopped here, maybe on a machine that has other things to do.
const patient = { within: 10_000 };

/** For `describe.each`: what is the same on every version is run on every version. */
export const versions = [
  ["MQTT 3.1", MQTTProtocolVersion.MQTTv31],
  ["MQTT 3.1.1", MQTTProtocolVersion.MQTTv311],
  ["MQTT 5", MQTTProtocolVersion.MQTTv5],
] as const;

/** Lines for mosquitto.conf: it queues without a limit, and does not log each packet of ten thousand. */
export const for_many_messages = ["max_queued_messages 0", "log_type none", "log_type information"];

/**
 * Lines for mosquitto.conf: it keeps the order of a topic. With a limit on what is in flight, 20 unless it is told
 * otherwise, mosquitto 2.0.11 sends what is published while it empties a queue before what is older in the queue: ids 161,
 * 150, 151 and on, none of them a duplicate, with the numbers 35, 33, 34 of one topic. It looks at the free places only,
 * and not whether somebody waits for them.
 */
export const in_order = ["max_inflight_messages 0"];

export type SceneOptions = ClientOptions<2> & {
  connect?: Omit<ConnectArguments, "host" | "port">;
  /** Keeps the session while the client is away; needs a `client_id`. */
  persistent?: boolean;
  /** Called before the client connects: for callbacks, a will, a password. */
  prepare?: (client: Client<2>) => void;
};

/** A client as the options say, not connected, with short waits between its attempts to reconnect. */
export function new_client(options: SceneOptions = {}): Client<2> {
  const { connect: _connect, persistent = false, prepare, ...rest } = options;
  const session = persistent && rest.protocol !== MQTTProtocolVersion.MQTTv5 ? { clean_session: false } : {};
  // Where connections are cut on purpose, nobody needs to be told of it.
  const client = new Client<2>(CallbackAPIVersion.VERSION2, { warnings: false, ...rest, ...session });
  client.reconnect_delay_set(0.05, 0.5);
  prepare?.(client);
  return client;
}

/** Opens the connection and starts the loop; resolves when the broker has accepted it, rejects when it has not. */
export async function connect(client: Client<2>, port: number, options: SceneOptions = {}): Promise<void> {
  const answered = new Promise<ReasonCode>((resolve) => {
    client.once("connect", (_client, _userdata, _flags, reason_code) => resolve(reason_code));
  });
  client.loop_start();
  await client.connect({
    host: "127.0.0.1",
    port,
    ...session_arguments(client, options),
    ...options.connect,
  });
  const reason_code = await in_time(answered, "CONNACK", patient);
  if (reason_code.is_failure) {
    client.disconnect();
    throw new Error(`the broker refused the connection: ${reason_code}`);
  }
}

/** A client that the broker has accepted: `await using client = await connected(broker.port)`. */
export async function connected(port: number, options: SceneOptions = {}): Promise<Client<2>> {
  const client = new_client(options);
  await connect(client, port, options);
  return client;
}

function session_arguments(client: Client<2>, { persistent = false }: SceneOptions) {
  if (!persistent || client.protocol !== MQTTProtocolVersion.MQTTv5) {
    return {};
  }
  const properties = new Properties(PacketTypes.CONNECT, { SessionExpiryInterval: 3600 });
  return { clean_start: false, properties };
}

/** Subscribes and gives the broker's answer for each filter. */
export async function subscribed(
  client: Client<2>,
  ...args: Parameters<Client<2>["subscribe"]>
): Promise<ReasonCode[]> {
  const [, mid] = client.subscribe(...args);
  const answer = new Promise<ReasonCode[]>((resolve) => {
    const listen = (_client: unknown, _userdata: unknown, answered: number, reason_codes: ReasonCode[]) => {
      if (answered === mid) {
        client.off("subscribe", listen);
        resolve(reason_codes);
      }
    };
    client.on("subscribe", listen);
  });
  return in_time(answer, "SUBACK", patient);
}

/** All messages that come to the client from now on. */
export function inbox(client: Client<2>): MQTTMessage[] {
  const messages: MQTTMessage[] = [];
  client.on("message", (_client, _userdata, message) => {
    messages.push(message);
  });
  return messages;
}

/** The payloads as text, for comparing. */
export function texts(messages: readonly MQTTMessage[]): string[] {
  return messages.map((message) => message.text());
}

/** The next message that comes to the client. */
export function next_message(client: Client<2>, patience: Patience = patient): Promise<MQTTMessage> {
  const message = new Promise<MQTTMessage>((resolve) => {
    client.once("message", (_client, _userdata, message) => resolve(message));
  });
  return in_time(message, "a message", patience);
}

/** A broker that is busy: see {@link for_many_messages}. */
export function busy_mosquitto(config: string[] = []): Promise<Mosquitto> {
  return mosquitto({ config: [...for_many_messages, ...config] });
}
