import { inspect } from "node:util";
import { describe, expect, it } from "@jest/globals";
import { Decoder } from "../../lib/codec/decoder.ts";
import { encode } from "../../lib/codec/encoder.ts";
import type { Packet } from "../../lib/codec/packets.ts";
import { MalformedPacket, ProtocolError } from "../../lib/model/errors.ts";
import { plain } from "../support/plain_packet.ts";
import { malformed_vectors } from "../vectors/malformed.ts";
import { valid_vectors } from "../vectors/valid.ts";
import { bytes_of, reader_of, type Sender, type Version } from "../vectors/vector.ts";

function decoder_for(version: Version, from: Sender): Decoder {
  return new Decoder({ version, max_packet_size: 1000, role: reader_of(from) });
}

function push_all(decoder: Decoder, chunks: Iterable<Uint8Array>): Packet[] {
  const packets: Packet[] = [];
  for (const chunk of chunks) packets.push(...decoder.push(chunk).map(plain));
  return packets;
}

function* single_bytes(bytes: Uint8Array): Generator<Uint8Array> {
  // One buffer for all chunks, as a transport may reuse it.
  const chunk = new Uint8Array(1);
  for (const byte of bytes) {
    chunk[0] = byte;
    yield chunk;
    chunk[0] = 0xee;
  }
}

const valid = valid_vectors.flatMap(({ versions, from, ...vector }) =>
  versions.flatMap((version) =>
    from.map((sender) => ({ ...vector, version, sender, title: `${vector.name} [${vector.clause}]` })),
  ),
);

const malformed = malformed_vectors.flatMap(({ versions, ...vector }) =>
  versions.map((version) => ({ ...vector, version, title: `${vector.name} [${vector.clause}]` })),
);

describe("valid vectors", () => {
  it.each(valid)("reads version $version, from the $sender: $title", ({ version, sender, hex, packet }) => {
    const bytes = bytes_of(hex);
    const whole = decoder_for(version, sender);
    expect(whole.push(bytes).map(plain)).toEqual([packet]);
    expect(whole.error).toBeNull();

    const slow = decoder_for(version, sender);
    expect(push_all(slow, single_bytes(bytes))).toEqual([packet]);
    expect(slow.error).toBeNull();

    const split = decoder_for(version, sender);
    expect(push_all(split, [bytes.subarray(0, 2), bytes.subarray(2)])).toEqual([packet]);
  });

  it.each(valid)(
    "reads two of version $version, from the $sender: $title",
    ({ version, sender, hex, packet }) => {
      const bytes = bytes_of(hex + hex);
      expect(decoder_for(version, sender).push(bytes).map(plain)).toEqual([packet, packet]);
      expect(push_all(decoder_for(version, sender), single_bytes(bytes))).toEqual([packet, packet]);
    },
  );

  it.each(valid)("writes version $version: $title", ({ version, hex, packet, writes }) => {
    const before = inspect(packet, { depth: 9 });
    const bytes = encode(packet, version);
    expect(Buffer.from(bytes).toString("hex")).toBe(bytes_of(writes ?? hex).toString("hex"));
    expect(inspect(packet, { depth: 9 })).toBe(before);
  });

  it.each(valid)(
    "keeps nothing of the chunk: version $version, $title",
    ({ version, sender, hex, packet }) => {
      const bytes = bytes_of(hex);
      const packets = decoder_for(version, sender).push(bytes);
      bytes.fill(0xee);
      expect(packets.map(plain)).toEqual([packet]);
    },
  );
});

describe("malformed vectors", () => {
  it.each(malformed)("refuses version $version, from the $from: $title", (vector) => {
    const { version, from, hex, reason_code, says } = vector;
    const bytes = bytes_of(hex);
    // All that follows a bad packet is ignored, so what follows it must not change the error.
    const ping = bytes_of(from === "client" ? "c000" : "d000");
    const ways = [
      [bytes],
      [Buffer.concat([bytes, ping, ping])],
      single_bytes(bytes),
      [bytes.subarray(0, 1), bytes.subarray(1)],
      [bytes.subarray(0, 3), bytes.subarray(3)],
    ];
    const messages = ways.map((chunks) => {
      const decoder = decoder_for(version, from);
      expect(decoder.push(ping)).toHaveLength(1);
      expect(push_all(decoder, chunks)).toEqual([]);
      expect(decoder.push(ping)).toEqual([]);
      const error = decoder.error;
      const Kind = reason_code === 0x81 ? MalformedPacket : ProtocolError;
      expect(error).toBeInstanceOf(Kind);
      expect(error?.reason_code).toBe(reason_code);
      return error?.message;
    });
    expect(messages[0]).toContain(says);
    expect(new Set(messages).size).toBe(1);
  });

  it.each(malformed)("returns what came before: version $version, from the $from: $title", (vector) => {
    const ping = bytes_of(vector.from === "client" ? "c000" : "d000");
    const decoder = decoder_for(vector.version, vector.from);
    expect(decoder.push(Buffer.concat([ping, ping, bytes_of(vector.hex), ping]))).toHaveLength(2);
    expect(decoder.error).not.toBeNull();
  });
});

describe("the vectors", () => {
  const lists = [valid, malformed];

  it.each([1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14])(
    "show type %i in every version, good and bad",
    (type) => {
      for (const list of lists) {
        const versions = new Set(
          list.filter(({ hex }) => bytes_of(hex).readUInt8(0) >> 4 === type).map((row) => row.version),
        );
        expect([...versions].sort()).toEqual([3, 4, 5]);
      }
    },
  );

  it("have no name twice in a version and direction", () => {
    for (const list of lists) {
      const names = list.map(
        (row) => `${row.version} ${"sender" in row ? row.sender : row.from} ${row.title} ${row.hex}`,
      );
      expect(new Set(names).size).toBe(names.length);
    }
  });

  it("say the true remaining length, where that is not what is wrong", () => {
    for (const { hex, title } of [...valid, ...malformed]) {
      if (/remaining length/.test(title)) continue;
      const bytes = bytes_of(hex);
      const [, low, high] = bytes as unknown as [number, number, number];
      const long = low > 127;
      const length = long ? (low & 0x7f) + high * 128 : low;
      expect([title, length]).toEqual([title, bytes.length - (long ? 3 : 2)]);
    }
  });
});
