// Decides what a reason code of MQTT 5 is: a value with a name that depends on the packet (paho.mqtt.reasoncodes).

import { new_bytes } from "./bytes.ts";
import { KeyError, MalformedPacket, ValueError } from "./errors.ts";
import { is_plain_object, positional } from "./keywords.ts";
import { nearest_name } from "./nearest.ts";
import { type PacketType, PacketTypes } from "./packettypes.ts";
import { reason_code_table } from "./reasoncode_table.ts";
import { name_type } from "./type_names.ts";

export { type PacketType, PacketTypes } from "./packettypes.ts";

const CODE = "ERR_MQTT_REASON_CODE";

/** One number for a packet and a value: both fit in a byte. */
function key_of(packet: PacketType, value: number): number {
  return packet * 256 + value;
}

const name_of_key: ReadonlyMap<number, string> = new Map(
  reason_code_table.flatMap(({ value, name, packets }) =>
    packets.map((packet) => [key_of(packet, value), name] as const),
  ),
);

/** Names, and for each name its values with the packets that may carry them. */
export type ReasonCodeNames = Readonly<Record<string, Readonly<Record<number, readonly PacketType[]>>>>;

const names_table: ReasonCodeNames = Object.freeze(
  Object.fromEntries(
    reason_code_table.map(({ value, name, packets }) => [name, Object.freeze({ [value]: packets })]),
  ),
);

function packet_label(packet: PacketType): string {
  return (PacketTypes.Names as readonly string[])[packet] ?? String(packet);
}

/** Arguments of `ReasonCode` by name. */
export interface ReasonCodeArguments {
  packetType?: PacketType;
  aName?: string;
  identifier?: number;
}

/**
 * A reason code of MQTT 5, by paho's names.
 *
 * ```ts
 * if (reason_code.is_failure) console.log(`refused: ${reason_code}`);
 * new ReasonCode(PacketTypes.DISCONNECT, "Server busy").value; // 137
 * ```
 *
 * An object is always true in JavaScript, also for Success: test `is_failure`, `value` or `equals()`, not the object.
 */
export class ReasonCode {
  /** The packet type that carries the code. */
  packetType: PacketType;
  /** The number on the wire: 128 and above are failures. */
  value: number;

  /**
   * @param packetType a number of `PacketTypes`.
   * @param aName the name of the standard. The default stands for "Normal disconnection" in a DISCONNECT.
   * @param identifier the value; when it is given the name is ignored.
   * @throws KeyError for a name that does not exist or is not for this packet, and for a value that does not exist;
   *   ValueError for a value that is not for this packet.
   */
  constructor(
    packetType: PacketType,
    aName?: string | Omit<ReasonCodeArguments, "packetType">,
    identifier?: number | Omit<ReasonCodeArguments, "packetType" | "aName">,
  );
  constructor(named: ReasonCodeArguments & { packetType: PacketType });
  constructor(...args: unknown[]) {
    // A number in the last place is the way of nearly all: one for each acknowledgement.
    const is_named = typeof args[2] !== "number" && is_plain_object(args.at(-1));
    const [packetType, aName = "Success", identifier = -1] = is_named
      ? positional("ReasonCode", ["packetType", "aName", "identifier"], args)
      : args;
    this.packetType = packetType as PacketType;
    if (identifier !== -1) {
      this.value = identifier as number;
      this.getName();
    } else {
      const is_plain_success = packetType === PacketTypes.DISCONNECT && aName === "Success";
      this.value = this.getId(is_plain_success ? "Normal disconnection" : (aName as string));
    }
  }

  /** Whether a packet may carry this value. */
  static is_valid(packetType: PacketType, value: number): boolean {
    return name_of_key.has(key_of(packetType, value));
  }

  /** All names with their values and packets; one table for all instances. */
  get names(): ReasonCodeNames {
    return names_table;
  }

  /** Whether the value is 128 or above. */
  get is_failure(): boolean {
    return this.value >= 0x80;
  }

  /**
   * The name of the value in this packet.
   *
   * @throws KeyError when no such value exists; ValueError when it is not for this packet.
   */
  getName(): string {
    const name = name_of_key.get(key_of(this.packetType, this.value));
    if (name !== undefined) return name;
    const packets = reason_code_table.filter((row) => row.value === this.value).flatMap((row) => row.packets);
    if (packets.length === 0) {
      throw new KeyError(`There is no reason code ${this.value}.`, { code: CODE });
    }
    throw new ValueError(
      `Reason code ${this.value} is not for ${packet_label(this.packetType)}: only ${packets.map(packet_label).join(", ")} may carry it.`,
      { code: CODE },
    );
  }

  /**
   * The value of a name in this packet.
   *
   * @throws KeyError when there is no such name, or it is not for this packet.
   */
  getId(name: string): number {
    const here = reason_code_table.filter((row) => row.packets.includes(this.packetType));
    const row = here.find((candidate) => candidate.name === name);
    if (row !== undefined) return row.value;
    const nearest = nearest_name(
      String(name),
      here.map((candidate) => candidate.name),
    );
    const guess = nearest === null ? "." : `: did you mean ${JSON.stringify(nearest)}?`;
    throw new KeyError(
      `${packet_label(this.packetType)} has no reason code ${JSON.stringify(name)}${guess}`,
      { code: CODE },
    );
  }

  /** Takes the value of a name; throws as {@link getId}. */
  set(name: string): void {
    this.value = this.getId(name);
  }

  /** The one byte of the wire. */
  pack(): Uint8Array {
    const bytes = new_bytes(1);
    bytes[0] = this.value;
    return bytes;
  }

  /**
   * Takes the value of the first byte.
   *
   * @returns 1, the number of bytes used.
   * @throws MalformedPacket when there is no byte; KeyError and ValueError as {@link getName}. Nothing changes then.
   */
  unpack(buffer: Uint8Array): number {
    const value = buffer[0];
    if (value === undefined) throw new MalformedPacket("The packet ends where a reason code is due.");
    this.value = new ReasonCode(this.packetType, "", value).value;
    return 1;
  }

  /** The name. */
  json(): string {
    return this.getName();
  }

  /** The name. */
  toString(): string {
    return this.getName();
  }

  /** The value, so that `<`, `>` and `==` with a number do what they say. */
  valueOf(): number {
    return this.value;
  }

  /** Whether this has the value (a number, or another ReasonCode of whatever packet) or the name (a string). */
  equals(other: number | string | ReasonCode): boolean {
    if (typeof other === "string") return this.getName() === other;
    return this.value === (other instanceof ReasonCode ? other.value : other);
  }

  /** Negative, 0 or positive as this value is below, equal to or above the other. Throws TypeError for a string. */
  compare(other: number | ReasonCode): number {
    if (typeof other !== "number" && !(other instanceof ReasonCode)) {
      throw new TypeError(
        `A ReasonCode is compared with a number or a ReasonCode, not with ${name_type(other)}.`,
      );
    }
    return this.value - Number(other);
  }

  /** `ReasonCode(Connack, 'Success')`: what `console.log` prints in Node. */
  [Symbol.for("nodejs.util.inspect.custom")](): string {
    return `ReasonCode(${packet_label(this.packetType)}, '${this.getName()}')`;
  }
}

/**
 * The name that {@link ReasonCode} had before paho 2.0; `instanceof` accepts either.
 *
 * @deprecated Use {@link ReasonCode}.
 */
export class ReasonCodes extends ReasonCode {
  static override [Symbol.hasInstance](value: unknown): boolean {
    return value instanceof ReasonCode;
  }
}
