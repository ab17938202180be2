// Decides what becomes of the stored properties of one packet when a caller assigns and when a peer sends one; what a
// value may be is decided in property_values.ts.

import { MalformedPacket, MQTTException, ProtocolError, ValueError } from "./errors.ts";
import { unknown_name } from "./nearest.ts";
import { type PacketType, PacketTypes } from "./packettypes.ts";
import type { PropertyRow } from "./property_table.ts";
import {
  check_assigned,
  check_received,
  may_repeat,
  row_of_id,
  row_of_name,
  rows_of_packet,
} from "./property_values.ts";
import type { WireValue } from "./wire_values.ts";

/** What a property holds: a value, or the list of an accumulating one. */
export type StoredValue = WireValue | WireValue[];

/** The properties that are set, by name. */
export type Store = Record<string, StoredValue>;

function packet_name(packet: PacketType): string {
  return packet === PacketTypes.WILLMESSAGE ? "WILLMESSAGE" : PacketTypes.Names[packet].toUpperCase();
}

/** Throws ValueError for what is no number of `PacketTypes`. */
export function check_packet_type(packet: unknown): void {
  if (rows_of_packet.has(packet as PacketType)) return;
  const first_byte = typeof packet === "number" && packet % 16 === 0 ? packet / 16 : 0;
  const hint = PacketTypes.Names[first_byte]?.toUpperCase();
  throw new ValueError(
    first_byte > 0 && hint !== undefined
      ? `${packet} is the first byte of a ${hint}, not a packet type: use PacketTypes.${hint}.`
      : `${String(packet)} is not a packet type: use a number of PacketTypes, such as PacketTypes.PUBLISH.`,
  );
}

/**
 * Does what assigning an attribute means: checks, then replaces, adds or removes.
 *
 * @throws MQTTException for a name that does not exist or is not for this packet; TypeError and ValueError for a value.
 */
export function assign(store: Store, packet: PacketType, name: string, value: unknown): void {
  if (name === "packetType") {
    throw new MQTTException("packetType cannot be changed: make new Properties for another packet.", {
      code: "ERR_MQTT_PROPERTY",
    });
  }
  const row = row_of_name.get(name) ?? row_of_name.get(name.replaceAll(" ", ""));
  if (row === undefined) {
    throw new MQTTException(unknown_name("MQTT 5", name, row_of_name.keys(), "property"), {
      code: "ERR_MQTT_PROPERTY",
    });
  }
  if (!row.packets.includes(packet)) {
    throw new MQTTException(
      `${row.name} is not allowed in ${packet_name(packet)}, only in ${row.packets.map(packet_name).join(", ")}.`,
      { code: "ERR_MQTT_PROPERTY" },
    );
  }
  if (value === undefined || value === null) {
    delete store[row.name];
  } else if (row.multiple) {
    append(store, packet, row, value);
  } else {
    store[row.name] = check_assigned(row, value);
  }
}

/** The values that an assignment adds: those of a list, or the one that is given. */
function items_of(row: PropertyRow, value: unknown): unknown[] {
  if (!Array.isArray(value)) return [value];
  // A pair is an array too: it is told from a list of pairs by what it begins with.
  const is_list = row.type !== "UTF-8 String Pair" || value.length === 0 || Array.isArray(value[0]);
  return is_list ? value : [value];
}

function append(store: Store, packet: PacketType, row: PropertyRow, value: unknown): void {
  const before = (store[row.name] as WireValue[] | undefined) ?? [];
  const all = [...before, ...items_of(row, value).map((item) => check_assigned(row, item))];
  if (all.length > 1 && !may_repeat(row, packet)) {
    throw new ValueError(
      `${row.name} may stand only once in ${packet_name(packet)}: set it to undefined before it is replaced.`,
      { code: "ERR_MQTT_PROPERTY" },
    );
  }
  if (all.length > 0) store[row.name] = all;
}

/**
 * The property that a peer means by an identifier.
 *
 * @throws MalformedPacket when there is none, or this packet may not carry it (2.2.2.2).
 */
export function received_row(packet: PacketType, identifier: number): PropertyRow {
  const row = row_of_id.get(identifier);
  if (row === undefined) {
    throw new MalformedPacket(`There is no property with the identifier ${identifier}.`);
  }
  if (!row.packets.includes(packet)) {
    throw new MalformedPacket(`${packet_name(packet)} may not carry ${row.name}.`);
  }
  return row;
}

/** Adds a value that a peer sent. Throws ProtocolError for a repetition or a forbidden value. */
export function receive(store: Store, packet: PacketType, row: PropertyRow, value: WireValue): void {
  const present = store[row.name] as WireValue[] | undefined;
  if (present !== undefined && !may_repeat(row, packet)) {
    throw new ProtocolError(`${row.name} stands more than once in ${packet_name(packet)}.`);
  }
  check_received(row, value);
  if (!row.multiple) {
    store[row.name] = value;
  } else if (present === undefined) {
    store[row.name] = [value];
  } else {
    present.push(value);
  }
}
