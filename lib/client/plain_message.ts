// Decides which calls of `publish()` need no closer look.

import { MQTTProtocolVersion } from "../model/enums.ts";
import { PacketTypes } from "../model/packettypes.ts";
import { number_text } from "../model/payload.ts";
import { Properties } from "../model/properties.ts";
import { has_lone_surrogate } from "../model/utf8.ts";
import type { PlainMessage } from "../protocol/passage.ts";

/**
 * What most programs publish: text, bytes, a number or nothing, with the other arguments by position or in a literal in
 * place of `qos`. Its topic is not checked yet. Null for anything else, which `publication_of` has to look at.
 */
export function plain_message(
  topic: unknown,
  payload: unknown,
  qos: unknown,
  retain: unknown,
  properties: unknown,
  version: MQTTProtocolVersion,
): PlainMessage | null {
  if (typeof qos !== "object") return plain(topic, payload, qos, retain, properties, version);
  if (retain !== undefined || properties !== undefined || !names_others(qos)) return null;
  return plain(topic, payload, qos.qos, qos.retain, qos.properties, version);
}

/** Whether it is a literal that names no other arguments than these. */
function names_others(
  named: object | null,
): named is { qos?: unknown; retain?: unknown; properties?: unknown } {
  if (named === null || Object.getPrototypeOf(named) !== Object.prototype) return false;
  for (const name in named) {
    if (name !== "qos" && name !== "retain" && name !== "properties") return false;
  }
  return true;
}

function plain(
  topic: unknown,
  payload: unknown,
  qos: unknown = 0,
  retain: unknown = false,
  properties: unknown = null,
  version: MQTTProtocolVersion,
): PlainMessage | null {
  if (typeof topic !== "string" || typeof retain !== "boolean") return null;
  if (qos !== 0 && qos !== 1 && qos !== 2) return null;
  if (properties !== null && !are_plain(properties, version)) return null;
  if (typeof payload === "string") {
    return has_lone_surrogate(payload) ? null : { topic, payload, qos, retain, properties };
  }
  if (payload instanceof Uint8Array) return { topic, payload, qos, retain, properties };
  if (typeof payload === "number") return { topic, payload: number_text(payload), qos, retain, properties };
  return payload == null ? { topic, payload: "", qos, retain, properties } : null;
}

/** Whether they are for a PUBLISH of this version, and leave its topic as it is. */
function are_plain(
  properties: unknown,
  version: MQTTProtocolVersion,
): properties is Properties<typeof PacketTypes.PUBLISH> {
  if (version !== MQTTProtocolVersion.MQTTv5 || !(properties instanceof Properties)) return false;
  return properties.packetType === PacketTypes.PUBLISH && properties.TopicAlias === undefined;
}
