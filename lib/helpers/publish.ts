// Decides what `publish.single` and `publish.multiple` do (paho.mqtt.publish): connect, publish, disconnect. The entry
// `karere/publish`.

import {
  type Flag,
  type PublishArguments,
  publication_of,
  refuse_object_payload,
} from "../client/publication.ts";
import { MQTTProtocolVersion } from "../model/enums.ts";
import { MQTTException, ValueError } from "../model/errors.ts";
import { is_plain_object } from "../model/keywords.ts";
import type { PayloadType } from "../model/payload.ts";
import { name_type } from "../model/type_names.ts";
import { type Destination, destination_parameters, named_arguments, OneShot } from "./one_shot.ts";

export { CallbackAPIVersion, MQTTProtocolVersion } from "../model/enums.ts";
export { Properties } from "../model/properties.ts";
export { ReasonCode } from "../model/reasoncodes.ts";
export type { Auth, Destination, Tls } from "./one_shot.ts";

/** The arguments of `publish()` in their order. */
export type MessageTuple = readonly [
  topic: string,
  payload?: PayloadType,
  qos?: number,
  retain?: Flag,
  properties?: PublishArguments["properties"],
];

/** A tuple as TypeScript infers it for a variable. What is in it is checked when it is published. */
type LooseTuple = readonly Exclude<MessageTuple[number], undefined>[];

/** One message for `multiple()`: the arguments of `publish()`, by name or in their order. */
export type Message = PublishArguments | MessageTuple | LooseTuple;

export interface MultipleArguments extends Destination {
  msgs: readonly Message[];
}

export interface SingleArguments extends Destination {
  topic: string;
  payload?: PayloadType;
  /** 0, 1 or 2. */
  qos?: number;
  retain?: Flag;
}

type Will = Destination["will"];
type Last = "transport" | "proxy_args" | "timeout";
const tail = [...destination_parameters, "proxy_args", "timeout"] as const;

/**
 * Publishes several messages, one after the other, and disconnects.
 *
 * ```ts
 * await publish.multiple([{ topic: "a", payload: "1", qos: 1 }, ["b", "2"]], { hostname: "localhost" });
 * ```
 *
 * A message that a broken connection has taken with it is published again on the next one.
 *
 * @param msgs the messages: objects, or arrays of arguments.
 * @param timeout (by name) how long the whole may take, in seconds.
 * @returns resolves when the last one has reached its end at its QoS. Rejects with `TransportError` when the broker
 *   cannot be reached, `MQTTException` when it refuses the connection or a message, `TimeoutError`.
 * @throws TypeError or ValueError, at once, for what cannot be published.
 */
export function multiple(
  msgs: readonly Message[] | MultipleArguments,
  hostname?: Destination["hostname"] | Destination,
  port?: number | Omit<Destination, "hostname">,
  client_id?: string | Omit<Destination, "hostname" | "port">,
  keepalive?: number | Omit<Destination, "hostname" | "port" | "client_id">,
  will?: Will,
  auth?: Destination["auth"],
  tls?: Destination["tls"],
  protocol?: MQTTProtocolVersion | Pick<Destination, "protocol" | Last>,
  transport?: Destination["transport"] | Pick<Destination, Last>,
  proxy_args?: Destination["proxy_args"],
  named?: Pick<Destination, "timeout">,
): Promise<void>;
export function multiple(...args: unknown[]): Promise<void> {
  const given = named_arguments("multiple", ["msgs", ...tail], args);
  const { msgs, ...destination } = given;
  return publish_all(msgs, destination as Destination);
}

/**
 * Publishes one message and disconnects.
 *
 * ```ts
 * await publish.single("sensors/temperature", "21.5", { hostname: "localhost" });
 * ```
 *
 * @returns as {@link multiple}.
 */
export function single(
  topic: string | SingleArguments,
  payload?: PayloadType | Omit<SingleArguments, "topic">,
  qos?: number | Omit<SingleArguments, "topic" | "payload">,
  retain?: Flag | Omit<SingleArguments, "topic" | "payload" | "qos">,
  hostname?: Destination["hostname"] | Destination,
  port?: number | Omit<Destination, "hostname">,
  client_id?: string | Omit<Destination, "hostname" | "port">,
  keepalive?: number | Omit<Destination, "hostname" | "port" | "client_id">,
  will?: Will,
  auth?: Destination["auth"],
  tls?: Destination["tls"],
  protocol?: MQTTProtocolVersion | Pick<Destination, "protocol" | Last>,
  transport?: Destination["transport"] | Pick<Destination, Last>,
  proxy_args?: Destination["proxy_args"],
  named?: Pick<Destination, "timeout">,
): Promise<void>;
export function single(...args: unknown[]): Promise<void> {
  const parameters = ["topic", "payload", "qos", "retain", ...tail] as const;
  refuse_object_payload(args, parameters);
  const { topic, payload, qos, retain, ...destination } = named_arguments("single", parameters, args);
  return publish_all([[topic, payload, qos, retain]], destination as Destination);
}

function publish_all(msgs: unknown, destination: Destination): Promise<void> {
  const protocol = destination.protocol ?? MQTTProtocolVersion.MQTTv311;
  const messages = message_arguments(msgs);
  for (const message of messages) publication_of(message, protocol);
  const shot = new OneShot(destination, true);
  return shot.run("publishing", async (failed) => {
    for (const message of messages) await publish_one(shot, message, failed);
  });
}

async function publish_one(
  shot: OneShot,
  message: readonly unknown[],
  failed: Promise<never>,
): Promise<void> {
  for (;;) {
    try {
      await Promise.race([shot.client.publish(...(message as [string])).wait_for_publish(), failed]);
      return;
    } catch (error) {
      const code = error instanceof MQTTException ? error.code : null;
      // QoS 0 went down with the connection, or there was none at this moment: it waits for the next one.
      if (code !== "ERR_MQTT_CONNECTION_LOST" && code !== "ERR_MQTT_NOT_CONNECTED") throw error;
      await Promise.race([new Promise((resolve) => shot.client.once("connect", resolve)), failed]);
    }
  }
}

/** As many as `publish()` of the client has. */
const MAX_ARGUMENTS = 5;

/** Each message as the positional arguments of `publish()`. */
function message_arguments(msgs: unknown): unknown[][] {
  if (
    typeof msgs === "string" ||
    typeof (msgs as Iterable<unknown> | null)?.[Symbol.iterator] !== "function"
  ) {
    throw new TypeError(`msgs must be a list of messages, not ${name_type(msgs)}`);
  }
  const list = [...(msgs as Iterable<unknown>)];
  if (list.length === 0) throw new ValueError("msgs is empty: there is nothing to publish");
  return list.map((message) => {
    if (Array.isArray(message)) {
      if (message.length <= MAX_ARGUMENTS) return [...message];
      throw new TypeError(
        `a message has at most ${MAX_ARGUMENTS} arguments (topic, payload, qos, retain, properties), not ${message.length}`,
      );
    }
    if (is_plain_object(message)) return [message];
    throw new TypeError(`a message must be an object or an array of arguments, not ${name_type(message)}`);
  });
}
