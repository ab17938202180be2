import { describe, expect, it, jest } from "@jest/globals";
import { Decoder } from "../../lib/codec/decoder.ts";
import type { Packet, PublishPacket } from "../../lib/codec/packets.ts";
import { new_bytes } from "../../lib/model/bytes.ts";
import { MalformedPacket } from "../../lib/model/errors.ts";
import { PacketTypes } from "../../lib/model/packettypes.ts";
import { VariableByteIntegers } from "../../lib/model/wire_values.ts";
import { bytes_of } from "../vectors/vector.ts";

const READ_BUFFER = 65536;
const SLAB = 8192;

function client_decoder(max_packet_size = 1_000_000): Decoder {
  return new Decoder({ version: 4, max_packet_size });
}

/** A PUBLISH with QoS 0 of 3.1.1, whose remaining length takes four bytes at most. */
function publish_bytes(topic: string, payload_size: number): Buffer {
  const body = Buffer.concat([
    Buffer.of(topic.length >> 8, topic.length & 0xff),
    Buffer.from(topic),
    Buffer.alloc(payload_size, 7),
  ]);
  const length: number[] = [];
  let rest = body.length;
  do {
    length.push((rest & 0x7f) | (rest > 0x7f ? 0x80 : 0));
    rest >>= 7;
  } while (rest > 0);
  return Buffer.concat([Buffer.of(0x30, ...length), body]);
}

function only_publish(packets: readonly Packet[]): PublishPacket {
  expect(packets).toHaveLength(1);
  expect(packets[0]?.type).toBe(PacketTypes.PUBLISH);
  return packets[0] as PublishPacket;
}

describe("Decoder", () => {
  it("reads several packets of one chunk in order, and one of several chunks", () => {
    const decoder = client_decoder();
    const types = decoder.push(bytes_of("2002 0000 d000 3004 0001 74")).map((packet) => packet.type);
    expect(types).toEqual([PacketTypes.CONNACK, PacketTypes.PINGRESP]);
    expect(decoder.push(new Uint8Array(0))).toEqual([]);
    expect(only_publish(decoder.push(bytes_of("70"))).topic).toBe("t");
    expect(decoder.push(new Uint8Array(0))).toEqual([]);
    expect(decoder.error).toBeNull();
  });

  it("stays at its first error", () => {
    const decoder = client_decoder();
    expect(decoder.push(bytes_of("d000 0000 d000"))).toHaveLength(1);
    const first = decoder.error;
    expect(first?.message).toContain("type 0");
    expect(decoder.push(bytes_of("d000"))).toEqual([]);
    expect(decoder.push(bytes_of("3600"))).toEqual([]);
    expect(decoder.error).toBe(first);
  });

  it("names the packet in the error, once", () => {
    const decoder = client_decoder();
    decoder.push(bytes_of("3003 0001 ff"));
    expect(decoder.error?.message).toBe("PUBLISH: The topic is not valid UTF-8.");
  });

  it("reads as a server in the version of each CONNECT", () => {
    const decoder = new Decoder({ version: 4, max_packet_size: 1000, role: "server" });
    expect(decoder.version).toBe(4);
    decoder.push(bytes_of("100e 0004 4d515454 05 02 003c 00 0001 78"));
    expect(decoder.version).toBe(5);
    const subscribe = decoder.push(bytes_of("8209 0008 02 0b05 0001 61 00"))[0];
    expect(subscribe).toMatchObject({ mid: 8, properties: { SubscriptionIdentifier: [5] } });
    decoder.push(bytes_of("100f 0006 4d5149736470 03 02 003c 0001 78"));
    expect(decoder.version).toBe(3);
    expect(decoder.push(bytes_of("8206 0001 0001 61 01"))).toHaveLength(1);
    expect(decoder.error).toBeNull();
  });

  it("does not let one decoder's version reach another", () => {
    const server = new Decoder({ version: 4, max_packet_size: 1000, role: "server" });
    const client = client_decoder();
    server.push(bytes_of("100e 0004 4d515454 05 02 003c 00 0001 78"));
    expect(client.push(bytes_of("2002 0000"))).toHaveLength(1);
    expect(client.version).toBe(4);
  });
});

describe("the largest packet", () => {
  it("is refused on its fixed header, before any of it is kept [MQTT-3.1.2-24]", () => {
    const decoder = client_decoder(100);
    expect(decoder.push(bytes_of("30 64"))).toEqual([]);
    expect(decoder.error).toBeInstanceOf(MalformedPacket);
    expect(decoder.error?.reason_code).toBe(0x95);
    expect(decoder.error?.message).toMatch(/102 bytes.*max_packet_size is 100/);
  });

  it("counts with its fixed header (2.1.4)", () => {
    const bytes = publish_bytes("t", 10);
    expect(client_decoder(bytes.length).push(bytes)).toHaveLength(1);
    const stricter = client_decoder(bytes.length - 1);
    expect(stricter.push(bytes)).toEqual([]);
    expect(stricter.error?.reason_code).toBe(0x95);
  });

  it.each([
    ["268435460 bytes are no error by themselves", "30 ffffff7f", 268_435_460, null],
    ["268435460 bytes over the limit", "30 ffffff7f", 268_435_459, 0x95],
  ])("%s", (_, hex, limit, reason_code) => {
    const decoder = client_decoder(limit);
    for (const byte of bytes_of(hex)) decoder.push(Uint8Array.of(byte));
    expect(decoder.error?.reason_code ?? null).toBe(reason_code);
  });

  it("may come in very many pieces: the work grows with the bytes, not with their square", () => {
    const size = 4_000_000;
    const bytes = publish_bytes("t", size);
    const decoder = client_decoder(30_000_000);
    const packets: Packet[] = [];
    const allocate = jest.spyOn(Buffer, "allocUnsafeSlow");
    for (let at = 0; at < bytes.length; at += 500)
      packets.push(...decoder.push(bytes.subarray(at, at + 500)));
    const allocated = allocate.mock.calls.reduce((sum, [length]) => sum + length, 0);
    allocate.mockRestore();
    expect(allocated).toBeGreaterThan(size);
    expect(allocated).toBeLessThan(4 * size);
    const { payload } = only_publish(packets);
    expect(Buffer.alloc(size, 7).equals(payload)).toBe(true);
  });
});

describe("a packet that comes in two pieces", () => {
  it("lies in no memory that others have bytes in, which a user may hand over", () => {
    const bytes = publish_bytes("t", 20);
    const decoder = client_decoder();
    decoder.push(bytes.subarray(0, 10));
    const { buffer } = new_bytes(20);
    structuredClone(buffer, { transfer: [buffer] });
    const { payload } = only_publish(decoder.push(bytes.subarray(10)));
    expect(Buffer.alloc(20, 7).equals(payload)).toBe(true);
    expect(decoder.error).toBeNull();
  });
});

describe("a list in a packet", () => {
  const most = 65_535;
  const variable = (count: number) => Buffer.from(VariableByteIntegers.encode(count));
  const packet = (first_byte: number, ...body: Uint8Array[]) => {
    const bytes = Buffer.concat(body);
    return Buffer.concat([Buffer.of(first_byte), variable(bytes.length), bytes]);
  };
  const user_properties = (count: number) => {
    const pairs = Buffer.alloc(5 * count, bytes_of("26 0000 0000"));
    return packet(0x30, bytes_of("0001 74"), variable(pairs.length), pairs);
  };
  const acks = (type: number, version: number) => (count: number) =>
    packet(type << 4, bytes_of(version === 5 ? "0001 00" : "0001"), Buffer.alloc(count));

  it.each([
    ["user properties", 5, user_properties],
    ["reason codes of a SUBACK", 5, acks(9, 5)],
    ["return codes of a SUBACK of 3.1.1", 4, acks(9, 4)],
    ["reason codes of an UNSUBACK", 5, acks(11, 5)],
  ] as const)("has 65,535 %s at most, and more are refused before they are made", (_name, version, bytes) => {
    const decoder = new Decoder({ version, max_packet_size: 1_000_000 });
    expect(decoder.push(bytes(most))).toHaveLength(1);
    expect(decoder.error).toBeNull();
    expect(decoder.push(bytes(most + 1))).toEqual([]);
    expect(decoder.error).toMatchObject({
      name: "ProtocolError",
      reason_code: 0x97,
      message: expect.stringContaining(": A list is longer than 65535."),
    });
  });

  it("costs no memory where it is too long", () => {
    const decoder = new Decoder({ version: 5, max_packet_size: 268_435_460 });
    const bytes = user_properties(2_000_000);
    const began = process.memoryUsage().heapUsed;
    decoder.push(bytes);
    expect(decoder.error?.reason_code).toBe(0x97);
    expect(process.memoryUsage().heapUsed - began).toBeLessThan(32 * 1024 * 1024);
  });
});

describe("the memory behind a payload", () => {
  it("is a Buffer in Node, however the packet came", () => {
    const bytes = publish_bytes("t", 10_000);
    expect(Buffer.isBuffer(only_publish(client_decoder().push(bytes)).payload)).toBe(true);
    expect(Buffer.isBuffer(only_publish(client_decoder().push(new Uint8Array(bytes))).payload)).toBe(true);
    const decoder = client_decoder();
    decoder.push(new Uint8Array(bytes.subarray(0, 5000)));
    expect(Buffer.isBuffer(only_publish(decoder.push(new Uint8Array(bytes.subarray(5000)))).payload)).toBe(
      true,
    );
  });

  it("of 20 bytes is not the read buffer of 64 KiB", () => {
    const chunk = Buffer.alloc(READ_BUFFER);
    const bytes = publish_bytes("t", 20);
    bytes.copy(chunk);
    const { payload } = only_publish(client_decoder().push(chunk.subarray(0, bytes.length)));
    expect(payload.buffer.byteLength).toBeLessThanOrEqual(SLAB);
  });

  it("of 60000 bytes that came in one chunk is no view of the chunk", () => {
    const chunk = publish_bytes("t", 60_000);
    const { payload } = only_publish(client_decoder().push(chunk));
    expect(payload.buffer).not.toBe(chunk.buffer);
    chunk.fill(0);
    expect(payload.every((byte) => byte === 7)).toBe(true);
  });

  it("of 60000 bytes that came in pieces is the buffer in which they were collected", () => {
    const bytes = publish_bytes("t", 60_000);
    const decoder = client_decoder();
    decoder.push(bytes.subarray(0, 1000));
    const { payload } = only_publish(decoder.push(bytes.subarray(1000)));
    expect(payload.buffer.byteLength).toBe(bytes.length);
    expect(payload.byteOffset).toBe(bytes.length - 60_000);
  });

  it("of 20 bytes behind a long topic does not keep the topic", () => {
    const bytes = publish_bytes("t".repeat(60_000), 20);
    const decoder = client_decoder();
    decoder.push(bytes.subarray(0, 1000));
    const { payload } = only_publish(decoder.push(bytes.subarray(1000)));
    expect(payload.length).toBe(20);
    expect(payload.buffer.byteLength).toBeLessThanOrEqual(SLAB);
  });

  it("of an empty payload is nobody's", () => {
    const { payload } = only_publish(client_decoder().push(publish_bytes("t", 0)));
    expect(payload.length).toBe(0);
  });
});
