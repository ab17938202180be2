// The short way for plain packets says what the strict walk and mqtt-packet say, or nothing.

import { describe, expect, it } from "@jest/globals";
import fc from "fast-check";
import { encode } from "../../lib/codec/encoder.ts";
import { Framer } from "../../lib/codec/framer.ts";
import { check_packet } from "../../lib/codec/layouts.ts";
import type { Packet, PublishPacket } from "../../lib/codec/packets.ts";
import { alias_of, PlainPackets, payload_length } from "../../lib/codec/plain_packets.ts";
import {
  alias_of as alias_of_in_page,
  PlainPackets as NoPlainPackets,
  payload_length as payload_length_in_page,
} from "../../lib/codec/plain_packets_browser.ts";
import { end_look, lend } from "../../lib/model/lent_memory.ts";
import { PacketTypes } from "../../lib/model/packettypes.ts";
import { Properties } from "../../lib/model/properties.ts";
import { PacketParser } from "../support/mqtt_packet_parser.ts";
import { plain } from "../support/plain_packet.ts";
import { bytes_of, type Version } from "../vectors/vector.ts";
import { any_packet } from "./arbitraries.ts";

const versions: readonly Version[] = [3, 4, 5];

function message(rest: Partial<PublishPacket> = {}): PublishPacket {
  const plain = { dup: false, qos: 0, retain: false, topic: "t", mid: 0, properties: null } as const;
  return { type: PacketTypes.PUBLISH, ...plain, payload: Buffer.from("p"), ...rest };
}

const plain_message: fc.Arbitrary<Packet> = fc
  .record({
    topic: fc.constantFrom("t", "a/b", "sensors/kitchen/temperature", "$SYS/broker"),
    payload: fc.uint8Array({ maxLength: 300 }).map((bytes) => Buffer.from(bytes)),
    qos: fc.constantFrom(0 as const, 1 as const, 2 as const),
    retain: fc.boolean(),
    mid: fc.integer({ min: 1, max: 65535 }),
  })
  .map((one) => message({ ...one, mid: one.qos === 0 ? 0 : one.mid }));

/** A framer that is at the only packet in these bytes, all of them there or come in two pieces. */
function frame_of(bytes: Uint8Array, in_pieces = false): Framer {
  const framer = new Framer(1_000_000, { check_first_byte() {} });
  framer.push(in_pieces ? bytes.subarray(0, 1) : bytes);
  if (in_pieces) {
    framer.next();
    framer.push(bytes.subarray(1));
  }
  expect(framer.next()).toBe(true);
  return framer;
}

const read = (bytes: Uint8Array, version: Version = 4, in_pieces = false) =>
  new PlainPackets().read(frame_of(bytes, in_pieces), version);

/** What the strict way makes of it; null where it refuses. */
function read_strictly(bytes: Uint8Array, version: Version): Packet | null {
  const { body } = frame_of(bytes);
  try {
    return new PacketParser(version).parse(bytes, check_packet(bytes, body, version, "server"), false);
  } catch {
    return null;
  }
}

describe.each(versions)("plain packets of version %d", (version) => {
  it("are read as the strict walk reads them, or left to it", () => {
    let count = 0;
    const packets = fc.oneof(any_packet(version, "server"), plain_message);
    fc.assert(
      fc.property(packets, fc.boolean(), (packet, in_pieces) => {
        const bytes = encode(packet, version);
        const found = read(bytes, version, in_pieces);
        if (found === null) return;
        count += 1;
        expect(plain(found)).toEqual(read_strictly(bytes, version));
      }),
      { numRuns: 400 },
    );
    expect(count).toBeGreaterThan(100);
  });

  it("are never read where the strict walk refuses, whichever bits flip", () => {
    const properties = new Properties(PacketTypes.PUBLISH, {
      ...{ PayloadFormatIndicator: 1, MessageExpiryInterval: 60, ContentType: "a", ResponseTopic: "r" },
      ...{ CorrelationData: Buffer.from([0, 255]), UserProperty: [["a", "b"] as const, ["a", ""] as const] },
    });
    const sent = fc.constantFrom(
      message(),
      message({ properties }),
      message({ qos: 2, mid: 7, properties }),
      message({ qos: 1, mid: 7, retain: true }),
      message({ topic: "a/b", payload: Buffer.alloc(0) }),
      { type: PacketTypes.PUBACK, mid: 1, reason_code: 0, properties: null } as const,
      { type: PacketTypes.PUBREL, mid: 300, reason_code: 0, properties: null } as const,
    );
    fc.assert(
      fc.property(sent, fc.array(fc.tuple(fc.nat(), fc.nat(7)), { maxLength: 3 }), (packet, flips) => {
        const bytes = Buffer.from(encode(packet, version));
        // The fixed header is the framer's and the first byte's matter.
        for (const [at, bit] of flips) {
          const place = 2 + (at % (bytes.length - 2));
          bytes[place] = (bytes[place] as number) ^ (1 << bit);
        }
        const found = read(bytes, version);
        if (found !== null) expect(plain(found)).toEqual(read_strictly(bytes, version));
      }),
      { numRuns: 2000 },
    );
  });
});

describe("plain properties", () => {
  it("are built when somebody looks at them, from memory that is not used again", () => {
    const given = { ContentType: "text", CorrelationData: Buffer.from("12"), UserProperty: [["a", "b"]] };
    const properties = new Properties(PacketTypes.PUBLISH, given as never);
    const bytes = Buffer.from(encode(message({ properties, payload: Buffer.from("payload") }), 5));
    const packets = new PlainPackets();
    const found = packets.read(frame_of(bytes), 5) as PublishPacket;
    packets.forget_chunk();
    bytes.fill(0xee);
    expect(found.properties?.json()).toEqual(properties.json());
    expect(String(found.payload)).toBe("payload");
    expect(alias_of(found)).toBeUndefined();
  });

  it("leave a topic alias to be asked for", () => {
    const properties = new Properties(PacketTypes.PUBLISH, { TopicAlias: 3 });
    for (const ask of [alias_of, alias_of_in_page]) {
      expect([ask(message({ properties })), ask(message())]).toEqual([3, undefined]);
    }
  });
});

describe("the length of a payload", () => {
  it("is known of what is plain, and of what is not", () => {
    const plain = read(Buffer.from(encode(message({ payload: Buffer.from("payload") }), 4)), 4);
    expect(payload_length(plain as PublishPacket)).toBe(7);
    for (const length of [payload_length, payload_length_in_page]) {
      expect(length(message({ payload: Buffer.from("payload") }))).toBe(7);
    }
  });

  it("is known when somebody else has the memory", () => {
    const bytes = Buffer.from(encode(message({ payload: Buffer.alloc(9000, 1) }), 4));
    const found = read(bytes, 4) as PublishPacket;
    const buffer = found.payload.buffer as ArrayBuffer;
    structuredClone(buffer, { transfer: [buffer] });
    expect(payload_length(found)).toBe(9000);
  });
});

describe("what is not plain", () => {
  it.each<[string, string, Version]>([
    ["a topic that is cut off", "3001 00", 4],
    ["a topic longer than the packet", "3003 0005 74", 4],
    ["no packet id", "3203 0001 74", 4],
    ["the packet id 0", "3205 0001 74 0000", 4],
    ["no block of properties", "3003 0001 74", 5],
    ["properties longer than the packet", "3005 0001 74 05 02", 5],
    ["more than 127 bytes of properties", `30850101 0001 74 8001 26 0001 61 007a ${"61".repeat(122)}`, 5],
    ["a topic alias", "3007 0001 74 03 23 0001", 5],
    ["a subscription identifier", "3006 0001 74 02 0b 01", 5],
    ["a property of another packet", "3009 0001 74 05 11 00000001", 5],
    ["a property that does not exist", "3006 0001 74 02 00 00", 5],
    ["a property twice", "3008 0001 74 04 01 00 01 00", 5],
    ["a payload format of 2", "3006 0001 74 02 01 02", 5],
    ["a property that is cut off", "3005 0001 74 01 01", 5],
    ["an expiry that is cut off", "3008 0001 74 04 02 000000", 5],
    ["a text that is cut off", "3007 0001 74 03 03 00 61", 5],
    ["a text longer than the block", "3008 0001 74 04 03 0002 61", 5],
    ["a content type beyond ASCII", "3009 0001 74 05 03 0002 c3a9", 5],
    ["an empty response topic", "3007 0001 74 03 08 0000", 5],
    ["a response topic with a wildcard", "3008 0001 74 04 08 0001 2b", 5],
    ["correlation data longer than the block", "3008 0001 74 04 09 0002 61", 5],
    ["a pair without a value", "3008 0001 74 04 26 0001 61", 5],
    ["a pair with a name that is cut off", "3006 0001 74 02 26 00", 5],
    ["an empty topic", "3002 0000", 4],
    ["a wildcard", "3004 0002 612b", 4],
    ["the other wildcard", "3004 0002 6123", 4],
    ["a topic beyond ASCII", "3004 0002 c3a9", 4],
    ["a NUL", "3004 0002 6100", 4],
    ["a topic of 257 letters", `308302 0101 ${"61".repeat(257)}`, 4],
    ["an acknowledgement of the packet id 0", "4002 0000", 4],
    ["an acknowledgement with a reason code", "4003 0001 10", 5],
    ["a PINGRESP", "d000", 4],
  ])("is left to the strict walk: %s", (_what, hex, version) => {
    expect(read(bytes_of(hex), version)).toBeNull();
  });

  it("is everything in a page", () => {
    const packets = new NoPlainPackets();
    expect(packets.read()).toBeNull();
    packets.forget_chunk();
  });
});

describe("payloads", () => {
  /** Messages of these sizes, in memory of their own. */
  function chunk_of(sizes: readonly number[], rest = 0): Buffer {
    const encoded = sizes.map((size, index) =>
      encode(message({ payload: Buffer.alloc(size, index + 1) }), 4),
    );
    return Buffer.concat([...encoded, Buffer.alloc(rest)]);
  }

  /** Reads all that is in a chunk. */
  function read_all(chunk: Buffer, sizes: readonly number[]): PublishPacket[] {
    const framer = new Framer(1_000_000, { check_first_byte() {} });
    const packets = new PlainPackets();
    framer.push(chunk);
    const found = sizes.map(() => {
      framer.next();
      return packets.read(framer, 4) as PublishPacket;
    });
    packets.forget_chunk();
    return found;
  }

  /** Reads all that is in a chunk, and overwrites the chunk then. */
  function payloads(sizes: readonly number[], rest = 0): Uint8Array[] {
    const chunk = chunk_of(sizes, rest);
    const found = read_all(chunk, sizes);
    chunk.fill(0xee);
    return found.map(({ payload }) => payload);
  }

  describe("of 4 KiB and more, in memory that is lent", () => {
    const memories = (sizes: readonly number[], rest: number) => {
      const chunk = chunk_of(sizes, rest);
      lend(chunk.buffer);
      const found = read_all(chunk, sizes);
      const is_wanted = end_look();
      for (const [index, { payload }] of found.entries()) {
        expect(Buffer.alloc(sizes[index] as number, index + 1).equals(payload)).toBe(true);
      }
      return { is_wanted, stayed: found.map(({ payload }) => payload.buffer === chunk.buffer) };
    };

    it("stay where they are, and only they", () => {
      expect(memories([4096, 10, 4095, 5000], 40_000)).toEqual({
        is_wanted: true,
        stayed: [true, false, false, true],
      });
    });

    it("are copied where they are less than a sixteenth of it", () => {
      expect(memories([4096, 10], 65_536)).toEqual({ is_wanted: false, stayed: [false, false] });
    });
  });

  it.each([
    ["small ones", [10, 20, 30]],
    ["many in one chunk", Array.from({ length: 500 }, (_, index) => index % 200)],
    ["large ones among small ones", [10, 3000, 10, 50_000, 10, 2048, 2049, 0]],
    ["those at the end of a chunk", Array.from({ length: 90 }, () => 100)],
  ])("are the user's own: %s", (_what, sizes) => {
    for (const [index, payload] of payloads(sizes).entries()) {
      expect(payload).toBeInstanceOf(Buffer);
      expect(Buffer.alloc(sizes[index] as number, index + 1).equals(payload)).toBe(true);
    }
  });

  it("keep no more memory than 16 KiB, or their own", () => {
    for (const payload of payloads(
      Array.from({ length: 3000 }, (_, index) => (index % 7 === 0 ? 3000 : 20)),
    )) {
      expect(payload.buffer.byteLength).toBeLessThanOrEqual(16_384);
    }
  });

  it("that came in pieces are views of the memory of their packet, if they are most of it", () => {
    const large = read(encode(message({ payload: Buffer.alloc(3000, 7) }), 4), 4, true) as PublishPacket;
    expect(large.payload.buffer.byteLength).toBeLessThan(3100);
    const topic = "a".repeat(200);
    const small = read(encode(message({ topic, payload: Buffer.from("p") }), 4), 4, true) as PublishPacket;
    expect([small.topic, String(small.payload)]).toEqual([topic, "p"]);
  });
});
