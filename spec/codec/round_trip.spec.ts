import { describe, expect, it } from "@jest/globals";
import fc from "fast-check";
import mqtt_packet from "mqtt-packet";
import { Decoder } from "../../lib/codec/decoder.ts";
import { encode } from "../../lib/codec/encoder.ts";
import type { Packet } from "../../lib/codec/packets.ts";
import { MalformedPacket, ProtocolError } from "../../lib/model/errors.ts";
import { PacketTypes } from "../../lib/model/packettypes.ts";
import type { Properties } from "../../lib/model/properties.ts";
import { plain } from "../support/plain_packet.ts";
import { reader_of, type Sender, type Version } from "../vectors/vector.ts";
import { any_cut, any_packet } from "./arbitraries.ts";

const sides: readonly { version: Version; from: Sender }[] = [
  { version: 3, from: "client" },
  { version: 3, from: "server" },
  { version: 4, from: "client" },
  { version: 4, from: "server" },
  { version: 5, from: "client" },
  { version: 5, from: "server" },
];

const places = fc.array(fc.nat(200_000), { maxLength: 12 });

function decode(version: Version, from: Sender, chunks: readonly Uint8Array[]) {
  const decoder = new Decoder({ version, max_packet_size: 1_000_000, role: reader_of(from) });
  const packets = chunks.flatMap((chunk) => decoder.push(chunk).map(plain));
  return { packets, error: decoder.error };
}

describe.each(sides)("packets of version $version from a $from", ({ version, from }) => {
  it("come out of any cut of their bytes as they went in", () => {
    fc.assert(
      fc.property(fc.array(any_packet(version, from), { maxLength: 5 }), places, (packets, cut) => {
        const stream = Buffer.concat(packets.map((packet) => encode(packet, version)));
        const result = decode(version, from, any_cut(stream, cut));
        expect(result.error).toBeNull();
        expect(result.packets).toEqual(packets);
      }),
      { numRuns: 150 },
    );
  });

  it("are written as mqtt-packet writes them", () => {
    fc.assert(
      fc.property(any_packet(version, from).filter(is_writable_by_mqtt_packet), (packet) => {
        const theirs = mqtt_packet.generate(as_mqtt_packet(packet) as never, { protocolVersion: version });
        expect(Buffer.from(encode(packet, version)).toString("hex")).toBe(theirs.toString("hex"));
      }),
      { numRuns: 150 },
    );
  });

  it("when bits flip or bytes are missing, end in packets and at most one typed error, at any cut the same", () => {
    const damage = fc.array(fc.tuple(fc.nat(), fc.constantFrom("flip", "drop", "zero"), fc.nat(7)), {
      maxLength: 3,
    });
    const stream = fc.array(any_packet(version, from), { minLength: 1, maxLength: 3 });
    fc.assert(
      fc.property(stream, damage, places, (packets, wounds, cut) => {
        let bytes = Buffer.concat(packets.map((packet) => encode(packet, version)));
        for (const [where, kind, bit] of wounds) {
          const at = where % Math.min(bytes.length, 64);
          if (kind === "drop") bytes = Buffer.concat([bytes.subarray(0, at), bytes.subarray(at + 1)]);
          else bytes[at] = kind === "zero" ? 0 : (bytes[at] as number) ^ (1 << bit);
          if (bytes.length === 0) break;
        }
        expect_sane(bytes, cut);
      }),
      { numRuns: 300 },
    );
  });

  it("when bytes are random, end in packets and at most one typed error, at any cut the same", () => {
    // A legal first byte and a fitting length lead deeper into the layouts than pure noise.
    const framed = fc
      .tuple(
        fc.constantFrom(0x10, 0x20, 0x30, 0x32, 0x40, 0x62, 0x82, 0x90, 0xa2, 0xb0, 0xe0, 0xf0),
        fc.uint8Array(),
      )
      .map(([first, body]) =>
        Buffer.concat([Buffer.of(first, body.length & 0x7f), body.subarray(0, body.length & 0x7f)]),
      );
    const noise = fc.uint8Array({ maxLength: 40 }).map((value) => Buffer.from(value));
    fc.assert(
      fc.property(fc.oneof(framed, noise), places, (bytes, cut) => expect_sane(bytes, cut)),
      { numRuns: 400 },
    );
  });

  function expect_sane(bytes: Buffer, cut: readonly number[]): void {
    const whole = decode(version, from, [Buffer.from(bytes)]);
    const pieces = decode(version, from, any_cut(bytes, cut));
    expect(pieces.packets).toEqual(whole.packets);
    expect(pieces.error?.message).toBe(whole.error?.message);
    if (whole.error !== null) {
      expect(whole.error instanceof MalformedPacket || whole.error instanceof ProtocolError).toBe(true);
      expect([0x81, 0x82, 0x84, 0x94, 0x95]).toContain(whole.error.reason_code);
      expect(pieces.error?.reason_code).toBe(whole.error.reason_code);
    }
    // What has been accepted can be said again and means the same.
    let speaks = version;
    for (const packet of whole.packets) {
      if (packet.type === PacketTypes.CONNECT) speaks = packet.version;
      expect(decode(speaks, from, [encode(packet, speaks)])).toEqual({ packets: [packet], error: null });
    }
  }
});

/** It has no reason code without properties, and three kinds of CONNECT that it refuses or writes wrong. */
function is_writable_by_mqtt_packet(packet: Packet): boolean {
  if (packet.type === PacketTypes.DISCONNECT) return packet.properties !== null;
  if ("mid" in packet && "reason_code" in packet)
    return packet.properties !== null || packet.reason_code === 0;
  if (packet.type !== PacketTypes.CONNECT) return true;
  const has_id = packet.client_id !== "" || (packet.clean && packet.version > 3);
  return (
    has_id &&
    (packet.username !== null || packet.password === null) &&
    !(packet.bridge && packet.version === 5)
  );
}

function as_mqtt_packet(packet: Packet): object {
  const base = {
    cmd: PacketTypes.Names[packet.type]?.toLowerCase(),
    ...("properties" in packet && packet.properties !== null ? { properties: camel(packet.properties) } : {}),
  };
  switch (packet.type) {
    case PacketTypes.CONNECT:
      return {
        ...base,
        protocolId: packet.version === 3 ? "MQIsdp" : "MQTT",
        protocolVersion: packet.version,
        bridgeMode: packet.bridge,
        clean: packet.clean,
        keepalive: packet.keepalive,
        clientId: packet.client_id,
        username: packet.username,
        password: packet.password,
        will:
          packet.will === null ? undefined : { ...packet.will, properties: camel(packet.will.properties) },
      };
    case PacketTypes.CONNACK: {
      const { session_present: sessionPresent, reason_code: code } = packet;
      return { ...base, sessionPresent, reasonCode: code, returnCode: code };
    }
    case PacketTypes.PUBLISH: {
      const { dup, qos, retain, topic, mid: messageId, payload } = packet;
      return { ...base, dup, qos, retain, topic, messageId, payload };
    }
    case PacketTypes.SUBSCRIBE: {
      const subscriptions = packet.subscriptions.map(
        ({ filter, qos, no_local, retain_as_published, retain_handling }) => {
          return { topic: filter, qos, nl: no_local, rap: retain_as_published, rh: retain_handling };
        },
      );
      return { ...base, messageId: packet.mid, subscriptions };
    }
    case PacketTypes.UNSUBSCRIBE:
      return { ...base, messageId: packet.mid, unsubscriptions: packet.filters };
    case PacketTypes.SUBACK:
    case PacketTypes.UNSUBACK:
      return { ...base, messageId: packet.mid, granted: packet.reason_codes };
    case PacketTypes.PINGREQ:
    case PacketTypes.PINGRESP:
      return base;
    case PacketTypes.DISCONNECT:
    case PacketTypes.AUTH:
      return { ...base, reasonCode: packet.reason_code };
    default:
      return { ...base, messageId: packet.mid, reasonCode: packet.reason_code };
  }
}

const flags = new Set([
  "PayloadFormatIndicator",
  "RequestProblemInformation",
  "RequestResponseInformation",
  "RetainAvailable",
  "WildcardSubscriptionAvailable",
  "SubscriptionIdentifierAvailable",
  "SharedSubscriptionAvailable",
]);

/** In the order of the identifiers, which is the order in which we write. */
function camel(properties: Properties | null): object | undefined {
  if (properties === null) return undefined;
  const result: Record<string, unknown> = {};
  for (const name of Object.keys(properties.json())) {
    const value = (properties as unknown as Record<string, unknown>)[name];
    if (name === "UserProperty") {
      result.userProperties = (value as [string, string][]).map(([key, said]) => {
        return Object.defineProperty({}, key, { value: said, enumerable: true });
      });
    } else {
      const key = name === "SubscriptionIdentifierAvailable" ? "SubscriptionIdentifiersAvailable" : name;
      result[`${key.charAt(0).toLowerCase()}${key.slice(1)}`] = flags.has(name) ? value === 1 : value;
    }
  }
  return result;
}
