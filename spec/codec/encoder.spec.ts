import { describe, expect, it } from "@jest/globals";
import { encode } from "../../lib/codec/encoder.ts";
import type {
  ConnectPacket,
  DisconnectPacket,
  PublishPacket,
  SubscribePacket,
} from "../../lib/codec/packets.ts";
import { ValueError } from "../../lib/model/errors.ts";
import { PacketTypes } from "../../lib/model/packettypes.ts";
import { Properties } from "../../lib/model/properties.ts";
import { bytes_of } from "../vectors/vector.ts";

const connect: ConnectPacket = {
  type: PacketTypes.CONNECT,
  version: 4,
  bridge: false,
  clean: true,
  keepalive: 60,
  client_id: "x",
  username: null,
  password: null,
  will: null,
  properties: null,
};

const disconnect: DisconnectPacket = { type: PacketTypes.DISCONNECT, reason_code: 0, properties: null };

function hex(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString("hex");
}

describe("encode", () => {
  it("writes a CONNECT in its own version", () => {
    expect(hex(encode(connect, 5))).toBe(hex(bytes_of("100d 0004 4d515454 04 02 003c 0001 78")));
  });

  it("leaves out properties and reason codes on 3.x", () => {
    const properties = new Properties(PacketTypes.CONNECT, { SessionExpiryInterval: 5 });
    expect(encode({ ...connect, properties }, 4)).toEqual(encode(connect, 4));
    const will = { topic: "w", payload: Buffer.from("5"), qos: 0, retain: false, properties: null } as const;
    const delayed = {
      ...will,
      properties: new Properties(PacketTypes.WILLMESSAGE, { WillDelayInterval: 5 }),
    };
    expect(encode({ ...connect, will: delayed }, 4)).toEqual(encode({ ...connect, will }, 4));
    expect(hex(encode({ ...disconnect, reason_code: 0x8e }, 4))).toBe("e000");
    const reason = new Properties(PacketTypes.PUBACK, { ReasonString: "no" });
    const ack = { type: PacketTypes.PUBACK, mid: 1, reason_code: 0x87, properties: reason };
    expect(hex(encode(ack, 4))).toBe("40020001");
  });

  it("leaves out subscription options on 3.x but the QoS", () => {
    const options = {
      filter: "a",
      qos: 1,
      no_local: true,
      retain_as_published: true,
      retain_handling: 2,
    } as const;
    const packet: SubscribePacket = {
      type: PacketTypes.SUBSCRIBE,
      mid: 1,
      subscriptions: [options],
      properties: null,
    };
    expect(hex(encode(packet, 3))).toBe("820600010001" + "6101");
  });

  it("writes the short DISCONNECT for empty properties too", () => {
    const properties = new Properties(PacketTypes.DISCONNECT);
    expect(hex(encode({ ...disconnect, properties }, 5))).toBe("e000");
  });

  it.each([
    ["a client id", { client_id: "x".repeat(65_536) }],
    ["a password", { username: "u", password: Buffer.alloc(65_536) }],
    ["a keepalive time", { keepalive: 65_536 }],
  ])("refuses %s that does not fit", (_, fields) => {
    expect(() => encode({ ...connect, ...fields }, 4)).toThrow(ValueError);
  });
});

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

describe("encode, of a message", () => {
  it("refuses a packet longer than 268435455 bytes", () => {
    // Its pages are never touched, so it costs no memory.
    const payload = new Uint8Array(268_435_456);
    expect(() => encode({ ...message, payload }, 4)).toThrow(ValueError);
    expect(() => encode({ ...message, payload }, 5)).toThrow("PUBLISH: it is longer than");
  });

  it("refuses a text whose length does not fit, and writes no half packet", () => {
    expect(() => encode({ ...message, topic: "t".repeat(65_536) }, 4)).toThrow(ValueError);
    expect(encode({ ...message, topic: "t".repeat(65_535) }, 4)).toHaveLength(65_542);
  });

  it("takes any Uint8Array as payload", () => {
    const payload = Uint8Array.of(1, 2);
    expect(Buffer.from(encode({ ...message, payload }, 4))).toEqual(bytes_of("3005 0001 74 0102"));
  });

  it("gives bytes that share no memory with the payload", () => {
    const payload = Buffer.from("p");
    const bytes = encode({ ...message, payload }, 4);
    payload.fill(0);
    expect(Buffer.from(bytes)).toEqual(bytes_of("3004 0001 74 70"));
  });

  it("treats empty properties as none", () => {
    const properties = new Properties(PacketTypes.PUBACK);
    const ack = { type: PacketTypes.PUBACK, mid: 1, reason_code: 0, properties };
    expect(Buffer.from(encode(ack, 5))).toEqual(bytes_of("4002 0001"));
  });
});
