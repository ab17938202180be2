import { describe, expect, it } from "@jest/globals";
import { encode } from "../../lib/codec/encoder.ts";
import type { Packet } from "../../lib/codec/packets.ts";
import { PacketTypes } from "../../lib/model/packettypes.ts";
import { connack, disconnect, pingreq, pingresp, publish, suback } from "../support/core_packets.ts";
import { Wire } from "../support/session_wire.ts";

const versions = [3, 4, 5] as const;

describe.each(versions)("a packet of the broker on version %i", (version) => {
  it("PINGREQ, which some send, is answered", () => {
    const wire = new Wire({ version }).connected();
    wire.session.receive(encode(pingreq, version), wire.now);
    // A server's decoder would not take it: the bytes themselves.
    const work = wire.session.take_work(wire.now);
    expect(work).toEqual([{ type: "send", bytes: Buffer.from("d000", "hex") }]);
  });

  it("PINGRESP needs no answer, asked for or not", () => {
    const wire = new Wire({ version }).connected().send(pingresp).expect();
    expect(wire.event_types()).toEqual([]);
  });
});

it("AUTH has no place in a link without authentication method, and ends it", () => {
  const auth: Packet = { type: PacketTypes.AUTH, reason_code: 0x18, properties: null };
  const wire = new Wire({ version: 5 }).connected().send(auth);
  wire.expect(disconnect(0x82));
  expect(wire.closed()).toMatchObject({
    rc: 2,
    error: { message: "the broker sent AUTH, which has no place here" },
  });
});

/** Bytes that no broker may send, and the reason code with which the link ends. */
// biome-ignore format: a table
const malformed: readonly (readonly [string, string, number])[] = [
  ["packet type 0",                          "00 00",                    0x81],
  ["PUBLISH with QoS 3",                     "36 05 0001 61 0001",       0x81],
  ["PUBLISH with QoS 0 and DUP",             "38 03 0001 61",            0x81],
  ["PUBACK with flags",                      "41 02 0001",               0x81],
  ["PUBREL without its flags",               "60 02 0001",               0x81],
  ["a remaining length of five bytes",       "30 ffffffff01",            0x81],
  ["a topic that is longer than the packet", "30 03 0009 61",            0x81],
  ["a topic that is no UTF-8",               "30 03 0001 ff",            0x81],
  ["a topic with NUL",                       "30 03 0001 00",            0x81],
  ["a topic with a wildcard",                "30 04 0001 2b 00",         0x82],
  ["packet id 0",                            "40 02 0000",               0x82],
  ["SUBSCRIBE",                              "82 06 0001 0001 61 00",    0x82],
  ["CONNECT",                                "10 00",                    0x82],
];

describe.each(versions)("malformed input on version %i ends the link and never throws:", (version) => {
  it.each(malformed)("%s", (_name, bytes, reason_code) => {
    const wire = new Wire({ version }).connected().send_bytes(bytes);
    wire.expect(...(version === 5 ? [disconnect(reason_code)] : [])); // [MQTT-4.13.1-1]
    expect(wire.closed()).toMatchObject({ rc: 2, packet: null, error: { reason_code } });
    expect(wire.session.phase).toBe("idle");
    wire.send_bytes("30 03 0001 61");
    expect(wire.event_types()).toEqual([]);
  });

  it.each(malformed)("before CONNACK without a word: %s", (_name, bytes) => {
    const wire = new Wire({ version }).open().send_bytes(bytes);
    expect(wire.received()).toHaveLength(1);
    expect(wire.closed().rc).toBe(2);
  });

  it("what came before it in the same chunk is delivered, what comes behind it is not", () => {
    const wire = new Wire({ version }).connected();
    const good = (payload: string) => encode(publish("a", payload), version);
    wire.send_bytes(Buffer.concat([good("1"), good("2"), Buffer.from("0000", "hex"), good("3")]));
    expect(wire.told("message").map(({ packet }) => String(packet.payload))).toEqual(["1", "2"]);
    expect(wire.closed().rc).toBe(2);
  });

  it("byte by byte as well", () => {
    const wire = new Wire({ version }).open();
    const bytes = [
      encode(connack(), version),
      encode(publish("a", "1"), version),
      Buffer.from("0000", "hex"),
    ];
    for (const byte of Buffer.concat(bytes)) wire.send_bytes(Uint8Array.of(byte));
    expect(wire.event_types()).toEqual(["connack", "message", "closed"]);
  });
});

describe("DISCONNECT of the broker", () => {
  it("ends the link with its reason and properties", () => {
    const wire = new Wire({ version: 5 }).connected();
    const packet = disconnect(0x8b, { ReasonString: "closing time" });
    wire.publish("x", 1);
    wire.send(packet, publish("a"));
    expect(wire.closed()).toEqual({ rc: 7, packet, error: null, retry: false });
    expect(wire.ending).toEqual({ flush: false });
    expect(wire.told("message")).toEqual([]);
    expect(wire.session.counts.in_flight).toBe(1);
  });

  it("does not exist on 3.x", () => {
    const wire = new Wire().connected().send_bytes("e0 00");
    expect(wire.closed()).toMatchObject({ rc: 2, packet: null, error: { code: "ERR_MQTT_PROTOCOL" } });
  });

  it("is told as it came, with success, to a user who is leaving himself", () => {
    const wire = new Wire({ version: 5 }).connected();
    wire.disconnect();
    wire.session.receive(encode(disconnect(0x8d), 5), wire.now);
    expect(wire.closed()).toMatchObject({ rc: 0, packet: { reason_code: 0x8d } });
  });
});

describe("tracing", () => {
  it("tells each packet that comes and goes, in its order, and nothing when it is off", () => {
    const wire = new Wire({ version: 5 });
    wire.session.tracing = true;
    wire.open().accept();
    wire.subscribe(["a"]);
    wire.publish("x", 0);
    wire.send(suback(1, 0));
    const lines = () =>
      wire.told("trace").map(({ mark, packet }) => `${mark} ${PacketTypes.Names[packet.type]}`);
    expect(lines()).toEqual(["> Connect", "< Connack", "> Subscribe", "> Publish", "< Suback"]);
    wire.session.tracing = false;
    wire.send(pingresp);
    expect(lines()).toEqual([]);
  });
});
