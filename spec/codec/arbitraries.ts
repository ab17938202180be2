// Decides what an arbitrary legal packet is, for properties that must hold for all of them.

import fc from "fast-check";
import type { Packet, Subscription, WillMessage } from "../../lib/codec/packets.ts";
import { type PacketType, PacketTypes } from "../../lib/model/packettypes.ts";
import { Properties, type PropertyValues } from "../../lib/model/properties.ts";
import { type PropertyRow, property_table } from "../../lib/model/property_table.ts";
import { reason_code_table } from "../../lib/model/reasoncode_table.ts";
import type { Sender, Version } from "../vectors/vector.ts";

const text = fc.string({ unit: "grapheme", maxLength: 12 }).filter((value) => !value.includes("\0"));
const bytes = fc.uint8Array({ maxLength: 20 }).map((value) => Buffer.from(value) as Uint8Array);
const topic = text.map((value) => value.replaceAll(/[+#]/g, "x")).filter((value) => value !== "");
const level = fc.oneof(fc.constant("+"), fc.constant(""), topic);
const filter = fc
  .tuple(fc.array(level, { minLength: 1, maxLength: 4 }), fc.constantFrom("", "/#"))
  .map(([levels, end]) => levels.join("/") + end)
  .filter((value) => value !== "");
const qos = fc.constantFrom(0 as const, 1 as const, 2 as const);
const mid = fc.integer({ min: 1, max: 65535 });

function property_value(row: PropertyRow): fc.Arbitrary<unknown> {
  switch (row.type) {
    case "UTF-8 Encoded String":
      return row.name === "ResponseTopic" ? topic : text;
    case "UTF-8 String Pair":
      return fc.array(fc.tuple(text, text), { minLength: 1, maxLength: 4 });
    case "Binary Data":
      return bytes;
    default:
      return fc.integer({ min: row.min as number, max: row.max as number });
  }
}

/** Properties for a packet, or null; `except` are names that the sender may not use there. */
function properties<P extends PacketType>(
  type: P,
  version: Version,
  except: readonly string[] = [],
): fc.Arbitrary<Properties<P> | null> {
  if (version < 5) return fc.constant(null);
  const rows = property_table.filter((row) => (row.packets as readonly number[]).includes(type));
  const values = rows
    .filter((row) => !except.includes(row.name))
    .map((row) => [row.name, property_value(row)] as const);
  return fc
    .record(Object.fromEntries(values), { requiredKeys: [] })
    .map((record) =>
      Object.keys(record).length === 0 ? null : new Properties(type, record as PropertyValues<P>),
    );
}

function reason_code(type: PacketType, version: Version): fc.Arbitrary<number> {
  if (version < 5) return fc.constant(0);
  return fc.constantFrom(
    ...reason_code_table.filter((row) => row.packets.includes(type)).map((row) => row.value),
  );
}

function will(version: Version): fc.Arbitrary<WillMessage> {
  return fc.record({
    topic,
    payload: bytes,
    qos,
    retain: fc.boolean(),
    properties: properties(PacketTypes.WILLMESSAGE, version),
  });
}

function connect(version: Version): fc.Arbitrary<Packet> {
  return fc
    .record({
      type: fc.constant(PacketTypes.CONNECT),
      version: fc.constant(version),
      bridge: fc.boolean(),
      clean: fc.boolean(),
      keepalive: fc.integer({ min: 0, max: 65535 }),
      client_id: text,
      username: fc.option(text),
      password: fc.option(bytes),
      will: fc.option(will(version)),
      properties: properties(PacketTypes.CONNECT, version),
    })
    .filter(({ username, password }) => version === 5 || username !== null || password === null)
    .filter(
      ({ properties: set }) =>
        set?.AuthenticationData === undefined || set.AuthenticationMethod !== undefined,
    );
}

function connack(version: Version): fc.Arbitrary<Packet> {
  return fc
    .record({
      type: fc.constant(PacketTypes.CONNACK),
      session_present: fc.boolean(),
      reason_code:
        version === 5 ? reason_code(PacketTypes.CONNACK, version) : fc.integer({ min: 0, max: 255 }),
      properties: properties(PacketTypes.CONNACK, version),
    })
    .map((packet) => ({ ...packet, session_present: packet.session_present && packet.reason_code === 0 }));
}

function publish(version: Version, from: Sender): fc.Arbitrary<Packet> {
  return fc
    .record({
      type: fc.constant(PacketTypes.PUBLISH),
      dup: fc.boolean(),
      qos,
      retain: fc.boolean(),
      topic,
      mid,
      payload: fc.oneof({ weight: 9, arbitrary: bytes }, { weight: 1, arbitrary: long_bytes }),
      properties: properties(
        PacketTypes.PUBLISH,
        version,
        from === "client" ? ["SubscriptionIdentifier"] : [],
      ),
      aliased: fc.boolean(),
    })
    .map(({ aliased, ...packet }) => ({
      ...packet,
      topic: aliased && packet.properties?.TopicAlias !== undefined ? "" : packet.topic,
      dup: packet.dup && packet.qos > 0,
      mid: packet.qos > 0 ? packet.mid : 0,
    }));
}

/** Lengths around the steps of the remaining length (2.1.4). */
const long_bytes = fc
  .tuple(fc.constantFrom(100, 127, 128, 16_383, 16_384, 70_000), fc.nat(20), fc.nat(255))
  .map(([length, more, byte]) => Buffer.alloc(length + more, byte) as Uint8Array);

function acknowledgement(type: 4 | 5 | 6 | 7, version: Version): fc.Arbitrary<Packet> {
  return fc.record({
    type: fc.constant(type),
    mid,
    reason_code: reason_code(type, version),
    properties: properties(type, version),
  }) as fc.Arbitrary<Packet>;
}

function subscription(version: Version): fc.Arbitrary<Subscription> {
  const flag = version === 5 ? fc.boolean() : fc.constant(false);
  return fc
    .record({
      filter,
      qos,
      no_local: flag,
      retain_as_published: flag,
      retain_handling:
        version === 5 ? fc.constantFrom(0 as const, 1 as const, 2 as const) : fc.constant(0 as const),
      shared: fc.boolean(),
    })
    .map(({ shared, ...options }) =>
      shared ? { ...options, filter: `$share/g/${options.filter}`, no_local: false } : options,
    );
}

function subscribe(version: Version): fc.Arbitrary<Packet> {
  return fc.record({
    type: fc.constant(PacketTypes.SUBSCRIBE),
    mid,
    subscriptions: fc.array(subscription(version), { minLength: 1, maxLength: 4 }),
    properties: properties(PacketTypes.SUBSCRIBE, version),
  });
}

function suback(version: Version): fc.Arbitrary<Packet> {
  const code = version === 5 ? reason_code(PacketTypes.SUBACK, version) : fc.constantFrom(0, 1, 2, 0x80);
  return fc.record({
    type: fc.constant(PacketTypes.SUBACK),
    mid,
    reason_codes: fc.array(code, { minLength: 1, maxLength: 4 }),
    properties: properties(PacketTypes.SUBACK, version),
  });
}

function unsubscribe(version: Version): fc.Arbitrary<Packet> {
  return fc.record({
    type: fc.constant(PacketTypes.UNSUBSCRIBE),
    mid,
    filters: fc.array(filter, { minLength: 1, maxLength: 4 }),
    properties: properties(PacketTypes.UNSUBSCRIBE, version),
  });
}

function unsuback(version: Version): fc.Arbitrary<Packet> {
  const code = reason_code(PacketTypes.UNSUBACK, version);
  return fc.record({
    type: fc.constant(PacketTypes.UNSUBACK),
    mid,
    reason_codes: fc.array(code, version === 5 ? { minLength: 1, maxLength: 4 } : { maxLength: 0 }),
    properties: properties(PacketTypes.UNSUBACK, version),
  });
}

function disconnect(version: Version, from: Sender): fc.Arbitrary<Packet> {
  return fc.record({
    type: fc.constant(PacketTypes.DISCONNECT),
    reason_code: reason_code(PacketTypes.DISCONNECT, version),
    properties: properties(
      PacketTypes.DISCONNECT,
      version,
      from === "server" ? ["SessionExpiryInterval"] : [],
    ),
  });
}

function auth(version: Version): fc.Arbitrary<Packet> {
  return fc.record({
    type: fc.constant(PacketTypes.AUTH),
    reason_code: reason_code(PacketTypes.AUTH, version),
    properties: properties(PacketTypes.AUTH, version),
  });
}

/** Any packet that `from` may send in this version. */
export function any_packet(version: Version, from: Sender): fc.Arbitrary<Packet> {
  const ping: fc.Arbitrary<Packet> = fc.constant({ type: PacketTypes.PINGREQ });
  const all = [
    publish(version, from),
    acknowledgement(PacketTypes.PUBACK, version),
    acknowledgement(PacketTypes.PUBREC, version),
    acknowledgement(PacketTypes.PUBREL, version),
    acknowledgement(PacketTypes.PUBCOMP, version),
    ping,
  ];
  if (from === "client") all.push(connect(version), subscribe(version), unsubscribe(version));
  else
    all.push(
      connack(version),
      suback(version),
      unsuback(version),
      fc.constant({ type: PacketTypes.PINGRESP }),
    );
  if (from === "client" || version === 5) all.push(disconnect(version, from));
  if (version === 5) all.push(auth(version));
  return fc.oneof(...all);
}

/** Cuts bytes at any places, several times at one place too. */
export function any_cut(bytes_to_cut: Uint8Array, places: readonly number[]): Uint8Array[] {
  const sorted = places.map((place) => place % (bytes_to_cut.length + 1)).sort((a, b) => a - b);
  const ends = [...sorted, bytes_to_cut.length];
  return ends.map((end, index) => bytes_to_cut.subarray(ends[index - 1] ?? 0, end));
}
