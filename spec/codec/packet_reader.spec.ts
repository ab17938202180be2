// Packets are read as mqtt-packet reads them.

import { describe, expect, it } from "@jest/globals";
import fc from "fast-check";
import { client_layouts } from "../../lib/codec/client_layouts_browser.ts";
import { encode } from "../../lib/codec/encoder.ts";
import { check_packet, type Findings } from "../../lib/codec/layouts.ts";
import { read_packet } from "../../lib/codec/packet_reader.ts";
import type { PublishPacket } from "../../lib/codec/packets.ts";
import { read_client_packet, write_server_body } from "../../lib/codec/server_side_browser.ts";
import { PacketTypes } from "../../lib/model/packettypes.ts";
import { PacketParser } from "../support/mqtt_packet_parser.ts";
import { bytes_of, type Sender, type Version } from "../vectors/vector.ts";
import { any_packet } from "./arbitraries.ts";

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

const sides = ([3, 4, 5] as const).flatMap((version) =>
  (["client", "server"] as const).map((sender) => ({ version, sender })),
);

describe.each<{ version: Version; sender: Sender }>(sides)(
  "the packets of version $version from a $sender",
  ({ version, sender }) => {
    it("are read as by mqtt-packet", () => {
      fc.assert(
        fc.property(any_packet(version, sender), fc.boolean(), (packet, owned) => {
          const bytes = encode(packet, version);
          const body = 1 + bytes.subarray(1).findIndex((byte) => byte < 0x80) + 1;
          const found = check_packet(bytes, body, version, sender);
          const wanted = new PacketParser(version).parse(bytes, found, owned);
          expect(read_packet(bytes, found, owned)).toEqual(wanted);
        }),
        { numRuns: 300 },
      );
    });
  },
);

describe("read_packet", () => {
  const found: Findings = { version: 4, reason_code: 0, properties: null, will_properties: null };
  const payload_of = (bytes: Uint8Array, owned: boolean) =>
    (read_packet(bytes, found, owned) as PublishPacket).payload;

  it("lets a payload use the buffer of its packet only when that is owned, and hardly larger", () => {
    const large = Buffer.from(encode({ ...message, payload: Buffer.alloc(100, "p") }, 4));
    expect(payload_of(large, true).buffer).toBe(large.buffer);
    expect(payload_of(large, false).buffer).not.toBe(large.buffer);
    const small = bytes_of("3004 0001 74 70");
    expect(payload_of(small, true).buffer).not.toBe(small.buffer);
  });

  it("gives the code of MQTT 5 for a refusal in the two bytes of 3.x", () => {
    const refusal = bytes_of("2002 0005");
    const read = (version: Version) => read_packet(refusal, { ...found, version }, false);
    expect(read(5)).toMatchObject({ type: PacketTypes.CONNACK, reason_code: 0x87 });
    expect(read(4)).toMatchObject({ type: PacketTypes.CONNACK, reason_code: 5 });
  });
});

describe("in a page", () => {
  it("nothing of a server's side is read or written", () => {
    expect(client_layouts).toEqual({});
    expect(() => read_client_packet()).toThrow(TypeError);
    expect(write_server_body()).toBeUndefined();
  });
});
