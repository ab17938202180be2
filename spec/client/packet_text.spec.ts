import { describe, expect, it } from "@jest/globals";
import { packet_text } from "../../lib/client/packet_text.ts";
import type { Packet } from "../../lib/codec/packets.ts";
import { PacketTypes } from "../../lib/model/packettypes.ts";
import { Properties } from "../../lib/model/properties.ts";

const none = { reason_code: 0, properties: null };
const secret = Buffer.from("hush");
const connect = {
  type: PacketTypes.CONNECT,
  version: 5,
  bridge: false,
  clean: false,
  keepalive: 30,
  client_id: "id",
  username: null,
  password: null,
  will: null,
  properties: null,
} as const;
const will = { topic: "w", payload: secret, qos: 0, retain: false, properties: null } as const;
const publish = {
  type: PacketTypes.PUBLISH,
  dup: false,
  qos: 0,
  retain: false,
  topic: "t",
  mid: 0,
  payload: secret,
  properties: null,
} as const;
const filter = { no_local: false, retain_as_published: false, retain_handling: 0 } as const;

describe("a packet in the log", () => {
  it.each<[Packet, string]>([
    [connect, 'CONNECT version=5 client_id="id" keepalive=30'],
    [
      { ...connect, clean: true, username: "u", password: secret, will },
      'CONNECT version=5 client_id="id" keepalive=30 clean username password will',
    ],
    [
      {
        ...connect,
        properties: new Properties(PacketTypes.CONNECT, {
          AuthenticationMethod: "m",
          AuthenticationData: secret,
        }),
      },
      'CONNECT version=5 client_id="id" keepalive=30 [AuthenticationMethod : m] AuthenticationData (4 bytes)',
    ],
    [{ type: PacketTypes.CONNACK, session_present: true, ...none }, "CONNACK rc=0 session_present=1"],
    [publish, 'PUBLISH qos=0 topic="t" (4 bytes)'],
    [
      { ...publish, qos: 1, mid: 7, dup: true, retain: true },
      'PUBLISH mid=7 qos=1 retain dup topic="t" (4 bytes)',
    ],
    [
      { ...publish, properties: new Properties(PacketTypes.PUBLISH, { ContentType: "c" }) },
      'PUBLISH qos=0 topic="t" (4 bytes) [ContentType : c]',
    ],
    [{ type: PacketTypes.PUBACK, mid: 7, ...none }, "PUBACK mid=7"],
    [{ type: PacketTypes.PUBREC, mid: 7, ...none, reason_code: 0x87 }, "PUBREC mid=7 rc=135"],
    [{ type: PacketTypes.PUBREL, mid: 7, ...none }, "PUBREL mid=7"],
    [{ type: PacketTypes.PUBCOMP, mid: 7, ...none }, "PUBCOMP mid=7"],
    [
      {
        type: PacketTypes.SUBSCRIBE,
        mid: 7,
        subscriptions: [
          { filter: "a", qos: 0, ...filter },
          { filter: "b/#", qos: 2, ...filter },
        ],
        properties: null,
      },
      'SUBSCRIBE mid=7 "a" qos=0, "b/#" qos=2',
    ],
    [{ type: PacketTypes.SUBACK, mid: 7, reason_codes: [0, 128], properties: null }, "SUBACK mid=7 rc=0,128"],
    [
      { type: PacketTypes.UNSUBSCRIBE, mid: 7, filters: ["a", "b"], properties: null },
      'UNSUBSCRIBE mid=7 "a", "b"',
    ],
    [{ type: PacketTypes.UNSUBACK, mid: 7, reason_codes: [17], properties: null }, "UNSUBACK mid=7 rc=17"],
    [{ type: PacketTypes.PINGREQ }, "PINGREQ"],
    [{ type: PacketTypes.PINGRESP }, "PINGRESP"],
    [{ type: PacketTypes.DISCONNECT, ...none, reason_code: 4 }, "DISCONNECT rc=4"],
    [
      {
        type: PacketTypes.AUTH,
        reason_code: 24,
        properties: new Properties(PacketTypes.AUTH, { AuthenticationData: secret }),
      },
      "AUTH rc=24 [] AuthenticationData (4 bytes)",
    ],
  ])("%#: %j", (packet, text) => {
    expect(packet_text(packet)).toBe(text);
    expect(packet_text(packet)).not.toMatch(/hush|68757368/);
  });

  it("leaves the packet as it was", () => {
    const properties = new Properties(PacketTypes.AUTH, { AuthenticationData: secret });
    packet_text({ type: PacketTypes.AUTH, reason_code: 24, properties });
    expect(properties.AuthenticationData).toEqual(secret);
  });
});
