// Decides what the fields may hold that several packets share: packet ids, topics, filters, reason codes, properties.
// Knows nothing of where in a packet they are.

import { MalformedPacket, ProtocolError } from "../model/errors.ts";
import type { PacketType } from "../model/packettypes.ts";
import { Properties } from "../model/properties.ts";
import { reason_code_table } from "../model/reasoncode_table.ts";
import { check_topic_filter } from "../model/topics.ts";
import { type ByteReader, MOST_IN_LIST } from "../model/wire_values.ts";
import type { Version } from "./fixed_header.ts";

/** For what cannot be parsed (0x81). */
export function malformed(text: string): MalformedPacket {
  return new MalformedPacket(`${text}.`);
}

/** For what can be parsed and is not allowed (0x82, unless the standard names another code). */
export function violation(text: string, reason_code = 0x82): ProtocolError {
  return new ProtocolError(`${text}.`, { reason_code });
}

/** The same error with the name of the packet in front. Whatever else was thrown in reading is malformed too. */
export function named(error: unknown, packet: string): MalformedPacket | ProtocolError {
  const { message, reason_code } = error as MalformedPacket | ProtocolError;
  const Kind = error instanceof ProtocolError ? ProtocolError : MalformedPacket;
  return new Kind(`${packet}: ${message}`, { reason_code, cause: error });
}

export function check_packet_id(mid: number): void {
  // [MQTT-2.3.1-1] in 3.1.1
  if (mid === 0) throw violation("the packet id is 0 [MQTT-2.2.1-3]");
}

/** `what` names the field in the error, for example `"the topic"`. */
export function check_topic(topic: string, what: string): void {
  if (topic === "") throw violation(`${what} is empty [MQTT-4.7.3-1]`);
  if (topic.includes("+") || topic.includes("#")) {
    throw violation(`${what} ${JSON.stringify(topic)} has a wildcard [MQTT-3.3.2-2]`);
  }
}

export function check_filter(filter: string): void {
  try {
    check_topic_filter(filter);
  } catch (cause) {
    throw new ProtocolError((cause as Error).message, { cause });
  }
}

/** A block of properties; null when it is empty. */
export function read_properties<T extends PacketType>(body: ByteReader, type: T): Properties<T> | null {
  const properties = new Properties(type);
  properties.read_block(body, MOST_IN_LIST);
  return properties.isEmpty() ? null : properties;
}

/** The properties of a message, as a PUBLISH and a will carry them. */
export function message_properties<T extends 3 | 99>(body: ByteReader, type: T): Properties<T> | null {
  const properties = read_properties(body, type);
  const response_topic = (properties as Properties<3 | 99> | null)?.ResponseTopic;
  if (response_topic !== undefined) check_topic(response_topic, "the response topic");
  return properties;
}

const codes_of_packet = new Map<PacketType, Set<number>>();
for (const { value, packets } of reason_code_table) {
  for (const type of packets) codes_of_packet.set(type, (codes_of_packet.get(type) ?? new Set()).add(value));
}

export function check_reason_code(code: number, type: PacketType): void {
  if (codes_of_packet.get(type)?.has(code)) return;
  throw violation(`the reason code 0x${hex(code)} does not exist for it (2.4)`);
}

/** The return code of a SUBACK of 3.x [MQTT-3.9.3-2]. */
export function check_return_code(code: number): void {
  if (code > 2 && code !== 0x80)
    throw violation(`the return code 0x${hex(code)} does not exist for it (3.9.3)`);
}

function hex(code: number): string {
  return code.toString(16).padStart(2, "0");
}

/** Goes past the properties of a packet that was found sound. */
export function skip_properties(body: ByteReader): void {
  body.take(body.variable());
}

/** In 3.1 the remaining length counts more than the flags of user name and password (3.1 of 3.1). */
export function is_missing(body: ByteReader, version: Version): boolean {
  return version === 3 && body.at === body.end;
}
