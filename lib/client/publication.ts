// Decides what `publish()` accepts, and turns it into what the core sends.

import type { MQTTProtocolVersion } from "../model/enums.ts";
import { is_plain_object, positional } from "../model/keywords.ts";
import { PacketTypes } from "../model/packettypes.ts";
import { type PayloadType, payload_bytes } from "../model/payload.ts";
import type { Properties } from "../model/properties.ts";
import { check_topic_name } from "../model/topics.ts";
import type { Publication } from "../protocol/outbound_message.ts";
import { check_properties } from "./settings.ts";
import { check_qos, type QoS } from "./subscription_arguments.ts";

/** The arguments of `publish()` by name. */
export interface PublishArguments {
  topic: string;
  payload?: PayloadType;
  qos?: QoS;
  retain?: boolean;
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
  refuse_object_payload(args);
  const [topic, payload, qos, retain, given] = positional("publish", parameters, args);
  const properties = check_properties(given, PacketTypes.PUBLISH, version);
  // MQTT 5: an alias may stand for the topic; which one it is, the session knows.
  if (topic !== "" || properties?.TopicAlias === undefined) check_topic_name(topic);
  return {
    topic: topic as string,
    payload: payload_bytes(payload as PayloadType),
    qos: check_qos(qos ?? 0),
    retain: Boolean(retain),
    properties,
  };
}

// `publish("t", { temperature: 20 })` is a natural mistake, and its object could be taken for named arguments.
function refuse_object_payload(args: readonly unknown[]): void {
  const [, payload] = args;
  if (args.length !== 2 || !is_plain_object(payload)) return;
  const keys: readonly string[] = parameters;
  const names = Object.keys(payload);
  if (names.length === 0 || names.some((name) => keys.includes(name))) return;
  throw new TypeError("a plain object cannot be published: use JSON.stringify(...) for the payload");
}
