// Decides how a value crosses from one thread to the other and is the same afterwards: of its class, with its fields.
// What cannot be, is refused in words.

import { Buffer } from "node:buffer";
import * as errors from "../model/errors.ts";
import { MQTTException } from "../model/errors.ts";
import { is_plain_object } from "../model/keywords.ts";
import { ConnectFlags, DisconnectFlags, MQTTMessage } from "../model/message.ts";
import type { PacketType } from "../model/packettypes.ts";
import { Properties } from "../model/properties.ts";
import { ReasonCode } from "../model/reasoncodes.ts";
import { SubscribeOptions } from "../model/subscribeoptions.ts";
import { name_type } from "../model/type_names.ts";
import { pack_store, type StoreParcel, unpack_store } from "./store_argument.ts";

/** What the threads exchange: only what the structured clone of the platform keeps as it is. */
export type Parcel = unknown;

/** How functions and clients, which stay where they are, are named. */
export interface Crossing {
  pack_function(fn: (...args: unknown[]) => unknown): number;
  unpack_function(id: number): (...args: unknown[]) => unknown;
  /** The number of a client; null for what is none. */
  pack_client(value: object): number | null;
  unpack_client(id: number): object;
}

interface Tagged {
  readonly $: string;
  readonly [key: string]: unknown;
}

const error_classes: Readonly<Record<string, new (...args: never[]) => Error>> = {
  ...{ Error, TypeError, RangeError, SyntaxError, ReferenceError, URIError, EvalError },
  ...(Object.fromEntries(
    Object.values(errors)
      .filter((value) => typeof value === "function")
      .map((value) => [value.name, value]),
  ) as Record<string, new (...args: never[]) => Error>),
};

/** Errors that have crossed lately, so that one that comes back is the very one that was thrown. */
const sent_errors = new Map<number, unknown>();
const KEPT_ERRORS = 64;
let last_error = 0;

/** @throws MQTTException (`ERR_MQTT_UNSUPPORTED`) for what cannot cross. */
export function pack(value: unknown, crossing: Crossing): Parcel {
  if (typeof value === "function") {
    return { $: "function", id: crossing.pack_function(value as (...args: unknown[]) => unknown) };
  }
  if (typeof value === "symbol") throw uncrossable(value);
  if (typeof value !== "object" || value === null) return value;
  if (value instanceof Uint8Array) return tight_bytes(value);
  if (ArrayBuffer.isView(value) || Object.prototype.toString.call(value) === "[object ArrayBuffer]")
    return value;
  if (open.has(value)) throw uncrossable(value, " that contains itself");
  open.add(value);
  try {
    return pack_object(value, crossing);
  } finally {
    open.delete(value);
  }
}

/** The objects that are being packed, one inside the other. */
const open = new Set<object>();

function pack_object(value: object, crossing: Crossing): Parcel {
  if (Array.isArray(value)) return value.map((item) => pack(item, crossing));
  if (value instanceof Error) return pack_error(value, crossing);
  const tagged = pack_known(value, crossing);
  if (tagged !== null) return tagged;
  if (!is_plain_object(value)) throw uncrossable(value);
  const packed = pack_fields(value as Record<string, unknown>, crossing);
  return "$" in packed ? { $: "object", fields: packed } : packed;
}

/** Bytes that bring no memory along but their own: a view would cross with all that it is a view of. */
export function tight_bytes(bytes: Uint8Array): Uint8Array {
  return bytes.byteLength === bytes.buffer.byteLength ? bytes : new Uint8Array(bytes);
}

export function unpack(parcel: Parcel, crossing: Crossing): unknown {
  if (typeof parcel !== "object" || parcel === null) return parcel;
  if (ArrayBuffer.isView(parcel)) {
    return parcel instanceof Uint8Array
      ? Buffer.from(parcel.buffer as ArrayBuffer, parcel.byteOffset, parcel.byteLength)
      : parcel;
  }
  if (parcel instanceof ArrayBuffer) return parcel;
  if (Array.isArray(parcel)) return parcel.map((item) => unpack(item, crossing));
  if (!("$" in parcel)) return unpack_fields(parcel as Record<string, unknown>, crossing);
  return unpack_known(parcel as Tagged, crossing);
}

function pack_known(value: object, crossing: Crossing): Tagged | null {
  const client = crossing.pack_client(value);
  if (client !== null) return { $: "client", id: client };
  if (value instanceof ReasonCode) return { $: "ReasonCode", type: value.packetType, value: value.value };
  if (value instanceof Properties) {
    return { $: "Properties", type: value.packetType, values: { ...value } };
  }
  if (value instanceof SubscribeOptions) return { $: "SubscribeOptions", values: value.json() };
  if (value instanceof ConnectFlags) return { $: "ConnectFlags", session_present: value.session_present };
  if (value instanceof DisconnectFlags) {
    const { is_disconnect_packet_from_server, error } = value;
    return { $: "DisconnectFlags", is_disconnect_packet_from_server, error: pack(error, crossing) };
  }
  if (value instanceof MQTTMessage) {
    const { mid, topic, ...fields } = value.toJSON();
    return { $: "MQTTMessage", mid, topic, fields: pack_fields(fields, crossing) };
  }
  return pack_store(value);
}

function unpack_known(tagged: Tagged, crossing: Crossing): unknown {
  switch (tagged.$) {
    case "function":
      return crossing.unpack_function(tagged.id as number);
    case "client":
      return crossing.unpack_client(tagged.id as number);
    case "object":
      return unpack_fields(tagged.fields as Record<string, unknown>, crossing);
    case "error":
      return unpack_error(tagged, crossing);
    case "ReasonCode":
      return new ReasonCode(tagged.type as PacketType, "", tagged.value as number);
    case "Properties":
      return new Properties(tagged.type as PacketType, tagged.values as never);
    case "SubscribeOptions": {
      const { QoS, ...others } = tagged.values as { QoS: number };
      return new SubscribeOptions({ qos: QoS, ...others });
    }
    case "FileStore":
    case "LevelStore":
      return unpack_store(tagged as StoreParcel);
    case "ConnectFlags":
      return new ConnectFlags(tagged.session_present as boolean);
    case "DisconnectFlags":
      return new DisconnectFlags(
        tagged.is_disconnect_packet_from_server as boolean,
        unpack(tagged.error, crossing) as Error | null,
      );
    default: {
      const message = new MQTTMessage(tagged.mid as number, tagged.topic as string);
      return Object.assign(message, unpack_fields(tagged.fields as Record<string, unknown>, crossing));
    }
  }
}

function pack_fields(fields: Record<string, unknown>, crossing: Crossing): Record<string, unknown> {
  const packed: Record<string, unknown> = {};
  for (const [name, value] of Object.entries(fields)) packed[name] = pack(value, crossing);
  return packed;
}

function unpack_fields(fields: Record<string, unknown>, crossing: Crossing): Record<string, unknown> {
  const value: Record<string, unknown> = {};
  for (const [name, field] of Object.entries(fields)) value[name] = unpack(field, crossing);
  return value;
}

function pack_error(error: Error, crossing: Crossing): Tagged {
  last_error += 1;
  sent_errors.set(last_error, error);
  sent_errors.delete(last_error - KEPT_ERRORS);
  return {
    $: "error",
    class: class_of(error),
    message: error.message,
    stack: error.stack,
    cause: pack_detail(error.cause, crossing),
    errors: error instanceof AggregateError ? error.errors.map((one) => pack_detail(one, crossing)) : null,
    fields: Object.fromEntries(
      // One that was assigned is a field like any other, and has crossed above.
      Object.entries(error).flatMap(([name, field]) =>
        name === "cause" ? [] : [[name, pack_detail(field, crossing)]],
      ),
    ),
    origin: origins.get(error) ?? null,
    id: last_error,
  };
}

/** Where errors of the other thread have come from. */
const origins = new WeakMap<object, number>();

function unpack_error(tagged: Tagged, crossing: Crossing): unknown {
  const mine = sent_errors.get(tagged.origin as number);
  if (mine !== undefined) return mine;
  const cause = unpack(tagged.cause, crossing);
  const details = cause === undefined ? undefined : { cause };
  const error =
    tagged.errors === null
      ? Reflect.construct(Error, [tagged.message, details], error_classes[tagged.class as string] ?? Error)
      : new AggregateError(unpack(tagged.errors, crossing) as unknown[], tagged.message as string, details);
  Object.assign(error, unpack_fields(tagged.fields as Record<string, unknown>, crossing));
  Object.defineProperty(error, "stack", { value: tagged.stack, writable: true, configurable: true });
  origins.set(error, tagged.id as number);
  return error;
}

/** Whether it has come from the other thread, and shows where in that it was made. */
export function is_foreign(error: unknown): error is Error {
  return error instanceof Error && origins.has(error);
}

/** The nearest class that the other thread knows, too. */
function class_of(error: Error): string {
  let shape = Object.getPrototypeOf(error);
  while (shape !== null && !(shape.constructor.name in error_classes)) shape = Object.getPrototypeOf(shape);
  return shape?.constructor.name ?? "Error";
}

/** What belongs to an error is told as text where it cannot cross: it must not hide the error. */
function pack_detail(value: unknown, crossing: Crossing): Parcel {
  try {
    return pack(value, crossing);
  } catch {
    return String(value);
  }
}

function uncrossable(value: unknown, which = ""): MQTTException {
  const what = (value as { constructor?: { name?: string } } | null)?.constructor?.name ?? name_type(value);
  const hint =
    what === "SecureContext"
      ? ": give the options of tls.createSecureContext() instead of what it returns"
      : ": use text, numbers, bytes and plain objects";
  return new MQTTException(
    `a ${what}${which} cannot be handed over, because a blocking client works in a thread of its own${hint}`,
    { code: "ERR_MQTT_UNSUPPORTED" },
  );
}
