// Decides what `Properties` looks like to its user, and how a block of properties is packed and unpacked
// (paho.mqtt.properties); what may be stored is decided in property_store.ts.

import { ByteWriter } from "./byte_writer.ts";
import { type Bytes, copy_bytes, hex_of } from "./bytes.ts";
import { ValueError } from "./errors.ts";
import type { PacketType } from "./packettypes.ts";
import type { PropertiesJson, PropertyAttributes, PropertyValues } from "./property_attributes.ts";
import {
  assign,
  check_packet_type,
  receive,
  received_row,
  type Store,
  type StoredValue,
} from "./property_store.ts";
import {
  type PropertyRow,
  property_table,
  spaced_name,
  type WireType,
  wire_types,
} from "./property_table.ts";
import { row_of_id, row_of_name, rows_of_packet } from "./property_values.ts";
import { ByteReader, check_count, read_value, type WireValue, write_value } from "./wire_values.ts";

export { MalformedPacket, MQTTException } from "./errors.ts";
export { type PacketType, PacketTypes } from "./packettypes.ts";
export type { PropertiesJson, PropertyName, PropertyValues } from "./property_attributes.ts";
export {
  readBytes,
  readInt16,
  readInt32,
  readUTF,
  VariableByteIntegers,
  type WireValue,
  writeBytes,
  writeInt16,
  writeInt32,
  writeUTF,
} from "./wire_values.ts";

const ids_by_spaced_name: Readonly<Record<string, number>> = Object.freeze(
  Object.fromEntries(property_table.map(({ name, id }) => [spaced_name(name), id])),
);

const facts_by_id: Readonly<Record<number, readonly [type: number, packets: readonly PacketType[]]>> =
  Object.freeze(
    Object.fromEntries(
      property_table.map((row) => [row.id, [wire_types.indexOf(row.type), row.packets] as const]),
    ),
  );

const writer = /* @__PURE__ */ new ByteWriter();

/** What the constructor's result is built on: `super()` returns the given object instead of a new one. */
class Returned {
  constructor(self: object) {
    // biome-ignore lint/correctness/noConstructorReturn: it puts the private fields of the subclass on the proxy.
    return self;
  }
}

class PropertySet<P extends PacketType> extends Returned {
  // The values by name, which are also the own properties of `this`: the proxy only guards assignments to them.
  readonly #store: Store;
  readonly #packet_type: P;

  constructor(packetType: P, values: PropertyValues<P> = {} as PropertyValues<P>) {
    check_packet_type(packetType);
    const store: Store = Object.create(new.target.prototype);
    super(
      new Proxy(store, {
        set(target, name, value) {
          assign(target, packetType, String(name), value);
          return true;
        },
      }),
    );
    this.#store = store;
    this.#packet_type = packetType;
    for (const [name, value] of Object.entries(values)) assign(store, packetType, name, value);
  }

  /** The packet type that these properties are for; fixed. */
  get packetType(): P {
    return this.#packet_type;
  }

  /** The names of the seven wire types. */
  get types(): readonly WireType[] {
    return wire_types;
  }

  /** The identifiers of all properties by the standard's name, such as `"User Property"`. */
  get names(): Readonly<Record<string, number>> {
    return ids_by_spaced_name;
  }

  /** The wire type (an index of `types`) and the packet types of all properties by identifier. */
  get properties(): Readonly<Record<number, readonly [type: number, packets: readonly PacketType[]]>> {
    return facts_by_id;
  }

  /** Whether no property is set. */
  isEmpty(): boolean {
    return Object.keys(this.#store).length === 0;
  }

  /** Removes all properties. */
  clear(): void {
    for (const name of Object.keys(this.#store)) delete this.#store[name];
  }

  /** A copy that shares nothing with this one, with every value checked again. Beyond paho. */
  copy(): Properties<P> {
    return new Properties(this.#packet_type, this.#store as PropertyValues<P>);
  }

  /** Whether assigning adds to what is there: true for `"UserProperty"` and `"SubscriptionIdentifier"`. */
  allowsMultiple(compressedName: string): boolean {
    return row_of_name.get(compressedName)?.multiple ?? false;
  }

  /** The identifier of a property by its attribute name, or -1. */
  getIdentFromName(compressedName: string): number {
    return row_of_name.get(compressedName)?.id ?? -1;
  }

  /** The standard's name, with spaces, of the property with this identifier, or null. */
  getNameFromIdent(identifier: number): string | null {
    const row = row_of_id.get(identifier);
    return row === undefined ? null : spaced_name(row.name);
  }

  /** A plain object of the present properties in the order of the standard; CorrelationData as hexadecimal digits. */
  json(): PropertiesJson {
    const json: Record<string, StoredValue> = {};
    for (const { name } of this.#present()) {
      const value = this.#store[name] as StoredValue;
      json[name] = name === "CorrelationData" ? hex_of(value as Uint8Array) : value;
    }
    return json as PropertiesJson;
  }

  /** `[Name : value, Name : value]` in the order of the standard; bytes as hexadecimal digits. */
  override toString(): string {
    const shown = this.#present().map(({ name }) => `${name} : ${show(this.#store[name] as StoredValue)}`);
    return `[${shown.join(", ")}]`;
  }

  /** The properties as one block of the wire: the length, then each value by ascending identifier. */
  pack(): Bytes {
    return copy_bytes(this.lend_packed());
  }

  /**
   * The same, in memory that the next call uses again, whatever properties it is for.
   *
   * @internal
   */
  lend_packed(): Uint8Array {
    writer.begin();
    for (const { id, type, name, multiple } of this.#present()) {
      const value = this.#store[name] as StoredValue;
      for (const one of multiple ? (value as WireValue[]) : [value as WireValue]) {
        write_value(type, one, name, writer.byte(id));
      }
    }
    return writer.length_before(0).lent;
  }

  /**
   * Replaces all properties by those of the block at the start of `buffer`.
   *
   * @returns this object and how many bytes the block has.
   * @throws MalformedPacket for bytes that are no block of properties for this packet; ProtocolError for a repeated
   *   property or a value that the standard forbids. Nothing is set then.
   */
  unpack(buffer: Uint8Array): [properties: this, used: number] {
    const reader = new ByteReader(buffer);
    this.read_block(reader);
    return [this, reader.at];
  }

  /** The bytes of one property: its identifier and the value, written as wire type number `type`. */
  writeProperty(identifier: number, type: number, value: WireValue): Bytes {
    const name = row_of_id.get(identifier)?.name ?? `Property ${identifier}`;
    write_value(wire_type(type), value, name, writer.begin().variable(identifier));
    return writer.copy;
  }

  /**
   * The value of wire type number `type` at the start of `buffer`, of which `propslen` bytes belong to it at most.
   *
   * @returns the value and how many bytes it has.
   * @throws MalformedPacket.
   */
  readProperty(buffer: Uint8Array, type: number, propslen: number): [value: WireValue, used: number] {
    const reader = new ByteReader(buffer, 0, Math.min(propslen, buffer.length));
    const value = read_value(wire_type(type), reader, "The property");
    return [value, reader.at];
  }

  /**
   * Reads one block as `unpack` does and leaves the reader behind it.
   *
   * @param most how many properties there may be; ProtocolError for more.
   * @internal
   */
  read_block(reader: ByteReader, most = Number.POSITIVE_INFINITY): void {
    this.clear();
    try {
      const begin = reader.take(reader.variable());
      const block = new ByteReader(reader.bytes, begin, reader.at);
      for (let count = 1; block.at < block.end; count++) {
        check_count(count, most);
        const row = received_row(this.#packet_type, block.variable());
        receive(this.#store, this.#packet_type, row, read_value(row.type, block, row.name));
      }
    } catch (error) {
      this.clear();
      throw error;
    }
  }

  #present(): PropertyRow[] {
    const rows = rows_of_packet.get(this.#packet_type) as readonly PropertyRow[];
    return rows.filter((row) => this.#store[row.name] !== undefined);
  }
}

function wire_type(type: number): WireType {
  const name = wire_types[type];
  if (name === undefined) throw new ValueError(`${type} is not the number of a wire type: 0 to 6.`);
  return name;
}

function show(value: StoredValue): string {
  if (value instanceof Uint8Array) return hex_of(value);
  if (!Array.isArray(value)) return String(value);
  return `[${value.map((item) => (Array.isArray(item) ? `('${item[0]}', '${item[1]}')` : item)).join(", ")}]`;
}

/**
 * The properties of an MQTT 5 packet. Each is an attribute under the standard's name without spaces; the type
 * argument is the packet type, and decides which attributes there are. Without it: those of all packets.
 */
export type Properties<P extends PacketType = PacketType> = PropertySet<P> & PropertyAttributes<P>;

interface PropertiesConstructor {
  /**
   * @param packetType a number of `PacketTypes`; `PacketTypes.WILLMESSAGE` for a will.
   * @param values properties to begin with. Beyond paho.
   * @throws ValueError for an unknown packet type; MQTTException (`ERR_MQTT_PROPERTY`) for a property that does not
   *   exist or that the packet may not carry, as every later assignment does; TypeError and ValueError for its value.
   */
  new <P extends PacketType>(packetType: P, values?: PropertyValues<P>): Properties<P>;
  readonly prototype: Properties;
}

// The class is called as in paho where its name shows: in `console.log` and in test reports.
Object.defineProperty(PropertySet, "name", { value: "Properties" });

/**
 * The properties of an MQTT 5 packet, by paho's names:
 *
 * ```ts
 * const properties = new Properties(PacketTypes.PUBLISH);
 * properties.MessageExpiryInterval = 60;
 * properties.UserProperty = ["room", "kitchen"]; // adds a pair
 * properties.UserProperty = [["floor", "1"], ["door", "2"]]; // adds two
 * ```
 *
 * An absent property reads as undefined, and `"TopicAlias" in properties` is true only when it is set. Assigning
 * undefined removes it, as `delete` does. Values are copied when they are assigned.
 */
export const Properties = PropertySet as unknown as PropertiesConstructor;
