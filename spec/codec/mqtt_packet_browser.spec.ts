// In browsers packets are written and read as everywhere else, to the byte.

import { describe, expect, it } from "@jest/globals";
import fc from "fast-check";
import { client_layouts } from "../../lib/codec/client_layouts_browser.ts";
import { encode } from "../../lib/codec/encoder.ts";
import { check_packet, type Findings } from "../../lib/codec/layouts.ts";
import * as by_mqtt_packet from "../../lib/codec/mqtt_packet.ts";
import * as by_hand from "../../lib/codec/mqtt_packet_browser.ts";
import type { Packet, PublishPacket } from "../../lib/codec/packets.ts";
import { ValueError } from "../../lib/model/errors.ts";
import { PacketTypes } from "../../lib/model/packettypes.ts";
import { bytes_of, type Version } from "../vectors/vector.ts";
import { any_packet } from "./arbitraries.ts";

const is_generated = (packet: Packet): packet is by_hand.GeneratedPacket =>
  packet.type !== PacketTypes.CONNECT;

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

describe.each<{ version: Version }>([{ version: 3 }, { version: 4 }, { version: 5 }])(
  "the packets of version $version",
  ({ version }) => {
    it("are written as by mqtt-packet", () => {
      fc.assert(
        fc.property(any_packet(version, "client").filter(is_generated), (packet) => {
          const wanted = Buffer.from(by_mqtt_packet.generate(packet, version)).toString("hex");
          expect(Buffer.from(by_hand.generate(packet, version)).toString("hex")).toBe(wanted);
        }),
        { numRuns: 300 },
      );
    });

    it("are read as by mqtt-packet", () => {
      fc.assert(
        fc.property(any_packet(version, "server"), fc.boolean(), (packet, owned) => {
          const bytes = encode(packet, version);
          const body = 1 + bytes.subarray(1).findIndex((byte) => byte < 0x80) + 1;
          const found = check_packet(bytes, body, version, "server");
          const wanted = new by_mqtt_packet.PacketParser(version).parse(bytes, found, owned);
          expect(new by_hand.PacketParser().parse(bytes, found, owned)).toEqual(wanted);
        }),
        { numRuns: 300 },
      );
    });
  },
);

describe("PacketParser", () => {
  const found: Findings = { version: 4, reason_code: 0, properties: null, will_properties: null };
  const payload_of = (bytes: Uint8Array, owned: boolean) =>
    (new by_hand.PacketParser().parse(bytes, found, owned) as PublishPacket).payload;

  it("lets a payload use the buffer of its packet only when that is owned, and hardly larger", () => {
    const large = Buffer.from(by_hand.generate({ ...message, payload: Buffer.alloc(100, "p") }, 4));
    expect(payload_of(large, true).buffer).toBe(large.buffer);
    expect(payload_of(large, false).buffer).not.toBe(large.buffer);
    const small = bytes_of("3004 0001 74 70");
    expect(payload_of(small, true).buffer).not.toBe(small.buffer);
  });

  it("gives the code of MQTT 5 for a refusal in the two bytes of 3.x", () => {
    const refusal = bytes_of("2002 0005");
    const read = (version: Version) =>
      new by_hand.PacketParser().parse(refusal, { ...found, version }, false);
    expect(read(5)).toMatchObject({ type: PacketTypes.CONNACK, reason_code: 0x87 });
    expect(read(4)).toMatchObject({ type: PacketTypes.CONNACK, reason_code: 5 });
  });
});

describe("the packets of clients", () => {
  it("are not read, for no page is a server", () => {
    expect(client_layouts).toEqual({});
  });
});

describe("generate", () => {
  it("says which packet cannot be sent", () => {
    const attempt = () => by_hand.generate({ ...message, topic: "t".repeat(65_536) }, 4);
    expect(attempt).toThrow(ValueError);
    expect(attempt).toThrow("PUBLISH: it cannot be sent");
  });
});
