import { describe, expect, it } from "@jest/globals";
import type { Findings } from "../../lib/codec/layouts.ts";
import { generate, PacketParser } from "../../lib/codec/mqtt_packet.ts";
import type { PublishPacket } from "../../lib/codec/packets.ts";
import { MalformedPacket, ValueError } from "../../lib/model/errors.ts";
import { PacketTypes } from "../../lib/model/packettypes.ts";
import { Properties } from "../../lib/model/properties.ts";
import { bytes_of } from "../vectors/vector.ts";

const found: Findings = { version: 4, reason_code: 0, properties: null, will_properties: null };

const message: PublishPacket = {
  type: PacketTypes.PUBLISH,
  dup: false,
  qos: 0,
  retain: false,
  topic: "t",
  mid: 0,
  payload: Buffer.from("p"),
  properties: null,
};

describe("PacketParser", () => {
  it("turns what mqtt-packet refuses into a MalformedPacket with the cause", () => {
    const parser = new PacketParser(4);
    const attempt = () => parser.parse(bytes_of("9003 0001 07"), found, false);
    expect(attempt).toThrow(MalformedPacket);
    expect(attempt).toThrow("SUBACK: it cannot be read.");
    try {
      attempt();
    } catch (error) {
      expect((error as Error).cause).toMatchObject({ message: expect.stringContaining("suback") });
    }
  });

  it("does not take half a packet for one", () => {
    const parser = new PacketParser(4);
    expect(() => parser.parse(bytes_of("3004 0001 74"), found, false)).toThrow(MalformedPacket);
  });

  it("takes properties from the walk, for mqtt-packet mixes up their order", () => {
    const parser = new PacketParser(5);
    const properties = new Properties(PacketTypes.PUBLISH, {
      UserProperty: [
        ["b", "1"],
        ["a", "2"],
        ["b", ""],
      ],
    });
    const bytes = bytes_of("3019 0001 74 14 26 0001 62 0001 31 26 0001 61 0001 32 26 0001 62 0000 70");
    const packet = parser.parse(bytes, { ...found, version: 5, properties }, false);
    expect(packet).toEqual({ ...message, properties });
  });
});

describe("generate", () => {
  it("refuses a packet longer than 268435455 bytes", () => {
    // Its pages are never touched, so it costs no memory.
    const payload = new Uint8Array(268_435_456);
    expect(() => generate({ ...message, payload }, 4)).toThrow(ValueError);
    expect(() => generate({ ...message, payload }, 5)).toThrow("PUBLISH: it cannot be sent");
  });

  it("refuses a text whose length does not fit, and writes no half packet", () => {
    expect(() => generate({ ...message, topic: "t".repeat(65_536) }, 4)).toThrow(ValueError);
    expect(generate({ ...message, topic: "t".repeat(65_535) }, 4)).toHaveLength(65_542);
  });

  it("takes any Uint8Array as payload", () => {
    const payload = Uint8Array.of(1, 2);
    expect(Buffer.from(generate({ ...message, payload }, 4))).toEqual(bytes_of("3005 0001 74 0102"));
  });

  it("gives bytes that share no memory with the payload", () => {
    const payload = Buffer.from("p");
    const bytes = generate({ ...message, payload }, 4);
    payload.fill(0);
    expect(Buffer.from(bytes)).toEqual(bytes_of("3004 0001 74 70"));
  });

  it("treats empty properties as none", () => {
    const properties = new Properties(PacketTypes.PUBACK);
    const ack = { type: PacketTypes.PUBACK, mid: 1, reason_code: 0, properties };
    expect(Buffer.from(generate(ack, 5))).toEqual(bytes_of("4002 0001"));
  });
});
