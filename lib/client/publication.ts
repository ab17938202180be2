// Decides what `publish()` accepts, and turns it into what the core sends.

import type { MQTTProtocolVersion } from "../model/enums.ts";
import { is_plain_object, positional } from "../model/keywords.ts";
import { PacketTypes } from "../model/packettypes.ts";
import { type PayloadType, payload_bytes } from "../model/payload.ts";
import type { Properties } from "../model/properties.ts";
import { check_topic_name } from "../model/topics.ts";
import type { Publication } from "../protocol/outbound_message.ts";
import { check_flag } from "./options.ts";
import { check_properties } from "./settings.ts";
import { check_qos } from "./subscription_arguments.ts";

/** True or false; 1 and 0 are the same, as in Python. */
export type Flag = boolean | 0 | 1;

/** The arguments of `publish()` by name. */
export interface PublishArguments {
  topic: string;
  payload?: PayloadType;
  /** 0, 1 or 2. */
  qos?: number;
  retain?: Flag;
  properties?: Properties<typeof PacketTypes.PUBLISH> | null;
}

const parameters = [
  "topic",
  "payload",
  "qos",
  "retain",
  "properties",
] as const satisfies readonly (keyof PublishArguments)[];

/** @throws ValueError or TypeError for what cannot be published. */
export function publication_of(args: readonly unknown[], version: MQTTProtocolVersion): Publication {
  refuse_object_payload(args, parameters);
  const [topic, payload, qos, retain, given] = positional("publish", parameters, args);
  const properties = check_properties(given, PacketTypes.PUBLISH, version);
  // MQTT 5: an alias may stand for the topic; which one it is, the session knows.
  if (topic !== "" || properties?.TopicAlias === undefined) check_topic_name(topic);
  return {
    topic: topic as string,
    payload: payload_bytes(payload as PayloadType),
    qos: check_qos(qos ?? 0),
    retain: check_flag("retain", retain ?? false),
    properties,
  };
}

/** Arguments without those at the end that were not given, so that a plain object of named ones is the last. */
export function without_absent(args: unknown[]): unknown[] {
  while (args.length > 0 && args.at(-1) === undefined) args.pop();
  return args;
}

/**
 * `publish("t", { temperature: 20 })` is a natural mistake, and its object could be taken for named arguments.
 *
 * @param names of the arguments, of which the payload is the second.
 * @throws TypeError for an object that holds none of them.
 */
export function refuse_object_payload(args: readonly unknown[], names: readonly string[]): void {
  const [, payload] = args;
  if (args.length !== 2 || !is_plain_object(payload)) return;
  const given = Object.keys(payload);
  if (given.length === 0 || given.some((name) => names.includes(name))) return;
  throw new TypeError("a plain object cannot be published: use JSON.stringify(...) for the payload");
}
