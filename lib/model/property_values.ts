// Decides which values a property may hold: what a caller may assign, and what a peer may send.

import { copy_bytes, view_bytes } from "./bytes.ts";
import { ProtocolError, ValueError } from "./errors.ts";
import { type PacketType, PacketTypes } from "./packettypes.ts";
import { type PropertyRow, property_table } from "./property_table.ts";
import { name_type } from "./type_names.ts";
import { check_string } from "./utf8.ts";
import { check_binary, check_integer, type WireValue } from "./wire_values.ts";

const CODE = "ERR_MQTT_PROPERTY";
const RESPONSE_TOPIC = 8;
const TOPIC_ALIAS = 35;

const rows: readonly PropertyRow[] = property_table;

export const row_of_id: ReadonlyMap<number, PropertyRow> = new Map(rows.map((row) => [row.id, row]));
export const row_of_name: ReadonlyMap<string, PropertyRow> = new Map(rows.map((row) => [row.name, row]));

/** The properties that each packet type may carry, in the order of the table. */
export const rows_of_packet: ReadonlyMap<PacketType, readonly PropertyRow[]> = new Map(
  [...PacketTypes.indexes, PacketTypes.WILLMESSAGE].map((packet) => [
    packet,
    rows.filter((row) => row.packets.includes(packet)),
  ]),
);

/** Whether more than one value is legal: a SUBSCRIBE has one SubscriptionIdentifier at most (3.8.2.1.2). */
export function may_repeat(row: PropertyRow, packet: PacketType): boolean {
  return row.multiple && !(row.type === "Variable Byte Integer" && packet === PacketTypes.SUBSCRIBE);
}

function check_pair(value: unknown): [string, string] {
  if (!Array.isArray(value) || value.length !== 2) {
    throw new TypeError(
      `UserProperty must be a pair of strings like ["name", "value"] or a list of such pairs, not ${name_type(value)}.`,
    );
  }
  const [name, text] = value;
  check_string(name, "The name of a UserProperty", CODE);
  check_string(text, "The value of a UserProperty", CODE);
  return [name, text];
}

/**
 * A snapshot of one value that a caller assigns.
 *
 * @throws TypeError for a wrong type; ValueError (`ERR_MQTT_PROPERTY`) for a value out of range.
 */
export function check_assigned(row: PropertyRow, value: unknown): WireValue {
  switch (row.type) {
    case "UTF-8 String Pair":
      return check_pair(value);
    case "UTF-8 Encoded String":
      check_string(value, row.name, CODE);
      if (row.id === RESPONSE_TOPIC && (value === "" || /[+#]/.test(value))) {
        throw new ValueError(
          `ResponseTopic must be a topic name: not empty and without + and # [MQTT-3.3.2-14], not ${JSON.stringify(value)}.`,
          { code: CODE },
        );
      }
      return value;
    case "Binary Data": {
      const bytes = value instanceof ArrayBuffer || ArrayBuffer.isView(value) ? view_bytes(value) : value;
      check_binary(bytes, row.name, CODE);
      return copy_bytes(bytes);
    }
    default:
      check_integer(value, row.name, row.min as number, row.max as number, CODE);
      return value;
  }
}

/** Throws ProtocolError when a well-formed value that a peer sent is one that the standard forbids. */
export function check_received(row: PropertyRow, value: WireValue): void {
  if (typeof value === "number") {
    const { min, max } = row as { min: number; max: number };
    if (value < min || value > max) {
      throw new ProtocolError(`${row.name} must be from ${min} to ${max}, but the peer sent ${value}.`, {
        // The one property whose illegal value has a reason code of its own (3.3.2.3.4).
        reason_code: row.id === TOPIC_ALIAS ? 0x94 : 0x82,
      });
    }
  } else if (row.id === RESPONSE_TOPIC && /[+#]/.test(value as string)) {
    throw new ProtocolError("ResponseTopic has a wildcard, which is not allowed [MQTT-3.3.2-14].");
  }
}
