import { describe, expect, it } from "@jest/globals";
import { encode } from "../../lib/codec/encoder.ts";
import type { DisconnectPacket } from "../../lib/codec/packets.ts";
import { PacketTypes } from "../../lib/model/packettypes.ts";
import {
  connect,
  disconnect,
  pingreq,
  pingresp,
  props,
  puback,
  pubcomp,
  publish,
  pubrec,
  pubrel,
  subscribe,
  unsubscribe,
} from "../support/core_packets.ts";
import { bytes } from "../support/packet_bytes.ts";
import { Stand } from "./stand.ts";

const versions = [[3], [4], [5]] as const;

describe("a client that wants to come in", () => {
  it.each(versions)("is let in on version %i, and told its session is new", (version) => {
    const peer = new Stand().peer(version);
    peer.connect({ client_id: "me" });
    expect(peer.take_one()).toMatchObject({
      type: PacketTypes.CONNACK,
      session_present: false,
      reason_code: 0,
    });
  });

  it("hears the limits of the broker on MQTT 5", () => {
    const peer = new Stand({ max_packet_size: 1000, receive_maximum: 7, topic_alias_maximum: 3 }).peer();
    peer.connect();
    expect(peer.take_one()).toMatchObject({
      properties: { MaximumPacketSize: 1000, ReceiveMaximum: 7, TopicAliasMaximum: 3 },
    });
  });

  it("is refused when there are too many sessions, unless one is its own", () => {
    const stand = new Stand({ max_sessions: 1 });
    stand.client("me");
    for (const [version, code] of [
      [5, 0x97],
      [4, 3],
    ] as const) {
      const other = stand.peer(version);
      other.connect({ client_id: "other" });
      expect(other.take_one()).toMatchObject({ type: PacketTypes.CONNACK, reason_code: code });
    }
    const again = stand.peer();
    again.connect({ client_id: "me" });
    expect(again.take_one()).toMatchObject({ reason_code: 0 });
  });

  it("hears nothing of limits that are none", () => {
    const peer = new Stand({ topic_alias_maximum: 0 }).peer();
    peer.connect();
    expect(peer.take_one()).toMatchObject({ properties: null });
  });

  it("gets an id from the broker on MQTT 5 when it has none [MQTT-3.1.3-6] [MQTT-3.2.2-16]", () => {
    const ids = ["one", "one", "two"];
    const stand = new Stand({ new_client_id: () => ids.shift() as string });
    for (const id of ["one", "two"]) {
      const peer = stand.peer();
      peer.connect({ client_id: "" });
      expect(peer.take_one()).toMatchObject({ properties: { AssignedClientIdentifier: id } });
    }
    expect(stand.told("connected").map(({ client }) => client.client_id)).toEqual(["one", "two"]);
  });

  it("may be without an id on 3.1.1 if it wants no session [MQTT-3.1.3-7]", () => {
    const peer = new Stand().peer(4);
    peer.connect({ client_id: "", clean: true });
    expect(peer.take_one()).toMatchObject({ reason_code: 0 });
  });

  it.each([
    [3, true],
    [4, false],
  ] as const)("is refused without an id on version %i, clean: %s [MQTT-3.1.3-8]", (version, clean) => {
    const peer = new Stand().peer(version);
    peer.connect({ client_id: "", clean });
    expect(peer.take_one()).toMatchObject({ reason_code: 2 });
    expect(peer.is_ended).toBe(true);
  });

  it("is refused when it wants extended authentication, which there is none of", () => {
    const peer = new Stand().peer();
    peer.connect({ properties: props(PacketTypes.CONNECT, { AuthenticationMethod: "SCRAM" }) });
    expect(peer.take_one()).toMatchObject({ reason_code: 0x8c });
    expect(peer.is_ended).toBe(true);
  });

  it("is told in the words of 3.1.1 that its version is unknown [MQTT-3.1.2-2]", () => {
    const peer = new Stand().peer(4);
    peer.send_bytes(bytes("10 0d 00 04 4d 51 54 54 06 02 00 3c 00 01 61"));
    expect(peer.take_one()).toMatchObject({ type: PacketTypes.CONNACK, reason_code: 1 });
    expect(peer.is_ended).toBe(true);
  });

  it("is closed without a word when its first packet is no CONNECT [MQTT-3.1.0-1]", () => {
    const peer = new Stand().peer();
    peer.send(pingreq);
    expect(peer.take()).toEqual([]);
    expect(peer.is_ended).toBe(true);
  });

  it("is closed when it says nothing for too long", () => {
    const stand = new Stand({ connect_timeout_ms: 5000 });
    const peer = stand.peer();
    peer.send_bytes(bytes("10"));
    stand.pass(4.9);
    peer.send_bytes(bytes("0d"));
    expect(peer.is_ended).toBe(false);
    stand.pass(0.1);
    expect(peer.is_ended).toBe(true);
    expect(stand.told("disconnected")).toEqual([]);
  });

  it("is closed after a second CONNECT [MQTT-3.1.0-2]", () => {
    const stand = new Stand();
    const peer = stand.client("me");
    peer.send(connect({ version: 5, client_id: "me" }), pingreq);
    expect(peer.take_one()).toMatchObject({ type: PacketTypes.DISCONNECT, reason_code: 0x82 });
    expect(peer.is_ended).toBe(true);
    expect(stand.told("disconnected")).toMatchObject([{ reason_code: 0x82 }]);
  });

  it("is answered in its own version to the end, whatever a second CONNECT says", () => {
    const peer = new Stand().client("me", { version: 4 });
    const second = encode(connect({ version: 5, client_id: "me" }), 5);
    peer.send_bytes(Buffer.concat([encode(publish("t", "", { qos: 1, mid: 1 }), 4), second]));
    expect(peer.take_one()).toEqual(puback(1));
    expect(peer.is_ended).toBe(true);
  });

  it("is told that a second CONNECT of an unknown version is an error of the protocol", () => {
    const peer = new Stand().client("me");
    peer.send_bytes(bytes("10 0d 00 04 4d 51 54 54 06 02 00 3c 00 01 61"));
    expect(peer.take_one()).toMatchObject({ type: PacketTypes.DISCONNECT, reason_code: 0x82 });
  });
});

describe("a client about which the program is asked", () => {
  it("waits, and so does what it sends meanwhile", () => {
    const stand = new Stand({ asks: true });
    const peer = stand.peer();
    peer.send(connect({ version: 5, client_id: "me", username: "u" }), pingreq);
    expect([...stand.core.take_work()]).toEqual([peer.link]);
    expect(peer.link.phase).toBe("asking");
    expect(peer.take()).toEqual([]);
    stand.core.answered(peer.link, 0, stand.now);
    expect(peer.take()).toMatchObject([{ type: PacketTypes.CONNACK, reason_code: 0 }, pingresp]);
    // Nobody is asked twice.
    stand.core.answered(peer.link, 0x87, stand.now);
    expect(peer.take()).toEqual([]);
  });

  it.each([
    [5, 0x86, 0x86],
    [4, 0x86, 4],
    [4, 0x87, 5],
    [3, 0x8a, 5],
    [4, 0x89, 3],
    [4, 0x88, 3],
  ] as const)("is refused on version %i with the words that this has for 0x%s: %i", (version, code, said) => {
    const stand = new Stand({ asks: true });
    const peer = stand.peer(version);
    peer.connect({ client_id: "me" });
    stand.core.answered(peer.link, code, stand.now);
    expect(peer.take_one()).toMatchObject({ reason_code: said, session_present: false });
    expect(peer.is_ended).toBe(true);
    expect(stand.told("refused")).toMatchObject([{ client: { client_id: "me" }, reason_code: code }]);
    expect([...stand.core.sessions]).toEqual([]);
  });

  it("loses its connection when the answer takes too long, and the answer then changes nothing", () => {
    const stand = new Stand({ asks: true });
    const peer = stand.peer();
    peer.connect();
    stand.pass(10);
    expect(peer.is_ended).toBe(true);
    stand.core.answered(peer.link, 0, stand.now);
    expect(peer.take()).toEqual([]);
    expect([...stand.core.sessions]).toEqual([]);
  });

  it("is judged for what it sent meanwhile only afterwards", () => {
    const stand = new Stand({ asks: true });
    const peer = stand.peer();
    peer.connect({ client_id: "me" });
    peer.send_bytes(bytes("c0 01 00"));
    expect(peer.is_ended).toBe(false);
    stand.core.answered(peer.link, 0, stand.now);
    expect(peer.take()).toMatchObject([
      { type: PacketTypes.CONNACK, reason_code: 0 },
      { type: PacketTypes.DISCONNECT, reason_code: 0x81 },
    ]);
  });
});

describe("a client that takes only small packets", () => {
  it.each([
    [40, [{ type: PacketTypes.CONNACK, reason_code: 0x95 }]],
    [4, []],
  ])(
    "too small for CONNACK, %i bytes, is refused, and no DISCONNECT comes instead [MQTT-3.2.0-1]",
    (MaximumPacketSize, told) => {
      const stand = new Stand({ new_client_id: () => "x".repeat(40) });
      const peer = stand.peer();
      peer.connect({ client_id: "", properties: props(PacketTypes.CONNECT, { MaximumPacketSize }) });
      expect(peer.take()).toMatchObject(told);
      expect(peer.is_ended).toBe(true);
      expect(stand.told("refused")).toMatchObject([{ reason_code: 0x95 }]);
      expect(stand.told("connected")).toEqual([]);
      expect([...stand.core.sessions]).toEqual([]);
    },
  );

  it("gets acknowledgements with their reason codes all the same [MQTT-4.3.2-4]", () => {
    const peer = new Stand({ topic_alias_maximum: 0 }).client("me", {
      properties: props(PacketTypes.CONNECT, { MaximumPacketSize: 5 }),
    });
    peer.send(
      publish("nobody", "", { qos: 1, mid: 1 }),
      publish("nobody", "", { qos: 2, mid: 2 }),
      pubrel(9),
    );
    expect(peer.take()).toEqual([puback(1, 0x10), pubrec(2, 0x10), pubcomp(9, 0x92)]);
  });

  it.each([
    ["SUBACK", 7],
    ["UNSUBACK", 7],
  ])("too small for %s, is closed [MQTT-3.1.2-24]", (what, MaximumPacketSize) => {
    const stand = new Stand({ topic_alias_maximum: 0 });
    const peer = stand.peer();
    peer.connect({ client_id: "me", properties: props(PacketTypes.CONNECT, { MaximumPacketSize }) });
    if (what === "SUBACK") peer.send(subscribe(1, ["a", "b", "c"]));
    if (what === "UNSUBACK") peer.send(unsubscribe(1, ["a", "b", "c"]));
    const came = peer.take().map(({ type }) => PacketTypes.Names[type]);
    expect(came).toEqual(["Connack", "Disconnect"]);
    expect(peer.is_ended).toBe(true);
  });
});

describe("the keepalive of a client", () => {
  it("closes it after one and a half times what it has said, with 0x8D [MQTT-3.1.2-22]", () => {
    const stand = new Stand();
    const peer = stand.client("me", { keepalive: 10 });
    stand.pass(14);
    peer.send(pingreq);
    expect(peer.take_one()).toEqual(pingresp);
    stand.pass(14.9);
    expect(peer.is_ended).toBe(false);
    stand.pass(0.1);
    expect(peer.take_one()).toMatchObject({ type: PacketTypes.DISCONNECT, reason_code: 0x8d });
    expect(peer.is_ended).toBe(true);
  });

  it("is satisfied by any byte of a large packet that takes its time", () => {
    const stand = new Stand();
    const peer = stand.client("me", { keepalive: 10 });
    peer.send_bytes(bytes("30 7f 00 01"));
    for (const _ of [1, 2, 3]) {
      stand.pass(10);
      peer.send_bytes(bytes("61"));
    }
    expect(peer.is_ended).toBe(false);
  });

  it("shorter than the patience with CONNECT, counts at once", () => {
    const stand = new Stand();
    const peer = stand.client("me", { keepalive: 1 });
    stand.pass(1.5);
    expect(peer.is_ended).toBe(true);
  });

  it("of 0 lets it be silent for ever (3.1.2.10)", () => {
    const stand = new Stand();
    const peer = stand.client("me", { keepalive: 0 });
    stand.pass(1_000_000);
    expect(peer.is_ended).toBe(false);
  });
});

describe("a client that breaks a rule", () => {
  it.each([
    ["bytes that are no packet", "c0 01 00", 0x81],
    ["a filter with a wildcard inside a level", "82 08 00 01 00 00 02 61 23 00", 0x82],
    ["a subscription identifier in a PUBLISH [MQTT-3.3.4-6]", "30 06 00 01 61 02 0b 01", 0x82],
    ["AUTH, as nobody asked for it", "f0 00", 0x82],
    ["a packet that only servers send", "d0 00", 0x82],
  ])("by %s is told so on MQTT 5, and closed", (_what, sent, reason_code) => {
    const stand = new Stand();
    const peer = stand.client("me");
    peer.send_bytes(bytes(sent));
    expect(peer.take_one()).toMatchObject({ type: PacketTypes.DISCONNECT, reason_code });
    expect(peer.is_ended).toBe(true);
    expect(stand.told("disconnected")).toMatchObject([{ reason_code }]);
  });

  it.each([[3], [4]] as const)("is closed without a word on version %i", (version) => {
    const peer = new Stand().client("me", { version });
    peer.send_bytes(bytes("c0 01 00"));
    expect(peer.take()).toEqual([]);
    expect(peer.is_ended).toBe(true);
  });

  it("is told in words what was wrong, if it takes as much", () => {
    for (const [MaximumPacketSize, said] of [
      [1000, { ReasonString: expect.stringContaining("PINGREQ") }],
      [20, null],
    ] as const) {
      const properties = props(PacketTypes.CONNECT, { MaximumPacketSize });
      const peer = new Stand({ topic_alias_maximum: 0 }).client("me", { properties });
      peer.send_bytes(bytes("c0 01 00"));
      expect(peer.take_one()).toMatchObject({ reason_code: 0x81, properties: said });
    }
  });

  it.each([
    ["topic", publish(`a/#${"b".repeat(65_500)}`), 0x82],
    ["filter", subscribe(1, [`#/${"\u{1f600}".repeat(16_000)}`]), 0x82],
    ["shared filter", subscribe(1, [`$share/+/${"b".repeat(65_500)}`]), 0x82],
  ])("is told in short, however long its %s is", (_name, packet, reason_code) => {
    const peer = new Stand().client("me");
    peer.send(packet);
    const told = peer.take_one() as DisconnectPacket;
    expect(told).toMatchObject({ type: PacketTypes.DISCONNECT, reason_code });
    expect(told.properties?.ReasonString?.length).toBeLessThan(250);
  });

  it("by a packet larger than allowed is told 0x95 before that has come whole", () => {
    const peer = new Stand({ max_packet_size: 100 }).client("me");
    peer.send_bytes(bytes("30 ff 01"));
    expect(peer.take_one()).toMatchObject({ type: PacketTypes.DISCONNECT, reason_code: 0x95 });
  });

  it("is not listened to any more", () => {
    const stand = new Stand();
    const peer = stand.client("me");
    const other = stand.client("other");
    other.send(subscribe(1, ["t"]));
    other.take();
    peer.send(disconnect(), publish("t", "too late"));
    peer.send(publish("t", "much too late"));
    expect(other.take()).toEqual([]);
  });
});
