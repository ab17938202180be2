import { describe, expect, it } from "@jest/globals";
import { PacketTypes } from "../../lib/model/packettypes.ts";
import { disconnect, props, publish, subscribe } from "../support/core_packets.ts";
import { Stand } from "./stand.ts";

const expiring = (seconds: number) => props(PacketTypes.CONNECT, { SessionExpiryInterval: seconds });

function presence(stand: Stand, client_id: string, rest: Parameters<Stand["client"]>[1] = {}) {
  const peer = stand.peer(rest.version ?? 5);
  peer.connect({ client_id, clean: false, ...rest });
  const [connack] = peer.take();
  return (connack as { session_present: boolean }).session_present;
}

describe("a session", () => {
  it("ends with the connection on MQTT 5 unless an expiry is given (3.1.2.11.2)", () => {
    const stand = new Stand();
    stand.client("me").lose();
    expect(presence(stand, "me")).toBe(false);
  });

  it.each([[4], [3]] as const)("without Clean Session is kept for ever on version %i", (version) => {
    const stand = new Stand();
    stand.client("me", { version, clean: false }).lose();
    stand.pass(10_000_000);
    // 3.1 cannot say so.
    expect(presence(stand, "me", { version })).toBe(version === 4);
    expect([...stand.core.sessions]).toHaveLength(1);
  });

  it("with Clean Session ends with the connection on 3.1.1 [MQTT-3.1.2-6]", () => {
    const stand = new Stand();
    stand.client("me", { version: 4, clean: true }).lose();
    expect([...stand.core.sessions]).toEqual([]);
  });

  it("is kept as long as it was asked for [MQTT-3.1.2-23], counted from the end of the connection", () => {
    const stand = new Stand();
    const first = stand.client("me", { properties: expiring(60), keepalive: 0 });
    stand.pass(1000);
    first.lose();
    stand.pass(59);
    expect(presence(stand, "me", { properties: expiring(60) })).toBe(true);
    stand.pass(1000);
  });

  it("is gone a moment later, with its subscriptions", () => {
    const stand = new Stand();
    const first = stand.client("me", { properties: expiring(60) });
    first.send(subscribe(1, ["t"]));
    first.lose();
    stand.pass(60);
    expect([...stand.core.sessions]).toEqual([]);
    const publisher = stand.client("publisher");
    publisher.send(publish("t", "x", { qos: 1, mid: 1 }));
    expect(publisher.take_one()).toMatchObject({ reason_code: 0x10 });
  });

  it("is kept for ever with 0xFFFFFFFF", () => {
    const stand = new Stand();
    stand.client("me", { properties: expiring(0xffff_ffff) }).lose();
    stand.pass(10_000_000_000);
    expect(presence(stand, "me")).toBe(true);
  });

  it("is thrown away by a clean start [MQTT-3.1.2-4]", () => {
    const stand = new Stand();
    const first = stand.client("me", { properties: expiring(60) });
    first.send(subscribe(1, ["t"]));
    first.lose();
    const second = stand.peer();
    second.connect({ client_id: "me", clean: true });
    expect(second.take_one()).toMatchObject({ session_present: false });
    stand.publish("t", "x");
    expect(second.take()).toEqual([]);
  });

  it("gets another expiry by DISCONNECT (3.14.2.2.2)", () => {
    const stand = new Stand();
    stand.client("me", { properties: expiring(60) }).send(disconnect(0, { SessionExpiryInterval: 5 }));
    stand.pass(5);
    expect([...stand.core.sessions]).toEqual([]);
  });

  it("that was to end with the connection cannot be kept by DISCONNECT", () => {
    const stand = new Stand();
    const peer = stand.client("me");
    peer.send(disconnect(0, { SessionExpiryInterval: 5 }));
    expect(peer.take_one()).toMatchObject({ type: PacketTypes.DISCONNECT, reason_code: 0x82 });
    expect([...stand.core.sessions]).toEqual([]);
  });

  it("goes on on another version of MQTT", () => {
    const stand = new Stand();
    const first = stand.client("me", { version: 4, clean: false });
    first.send(subscribe(1, [{ filter: "t", qos: 1 }]));
    first.lose();
    stand.publish("t", "kept", 1);
    const second = stand.client("me", { clean: false, properties: expiring(60) });
    second.lose();
    const third = stand.peer(4);
    third.connect({ client_id: "me", clean: false });
    expect(third.take()).toMatchObject([{ session_present: true }, { topic: "t", dup: true }]);
  });

  it("that is looked at often leaves nothing behind in the schedule", () => {
    const stand = new Stand();
    for (let round = 0; round < 1000; round += 1) {
      stand.client("me", { clean: true, properties: expiring(1_000_000) }).lose();
    }
    expect([...stand.core.sessions]).toHaveLength(1);
    stand.pass(1_000_000);
    expect([...stand.core.sessions]).toEqual([]);
    expect(stand.core.next_timeout()).toBe(Number.POSITIVE_INFINITY);
  });
});

describe("a client that connects a second time", () => {
  it("takes the session over, and the first connection is told 0x8E [MQTT-3.1.4-3]", () => {
    const stand = new Stand();
    const first = stand.client("me", { properties: expiring(60) });
    first.send(subscribe(1, ["t"]));
    first.take();
    const second = stand.peer();
    second.connect({ client_id: "me", clean: false });
    expect(first.take_one()).toMatchObject({ type: PacketTypes.DISCONNECT, reason_code: 0x8e });
    expect(first.is_ended).toBe(true);
    expect(second.take_one()).toMatchObject({ session_present: true });
    // What the system says later of the first one changes nothing.
    first.lose();
    stand.publish("t", "x");
    expect(second.take_texts()).toEqual(["x"]);
    expect(stand.told("disconnected")).toMatchObject([{ reason_code: 0x8e }]);
  });

  it("finds no session when that of the first ended with its connection", () => {
    const stand = new Stand();
    stand.client("me");
    expect(presence(stand, "me")).toBe(false);
  });

  it("on 3.1.1 only ends the first", () => {
    const stand = new Stand();
    const first = stand.client("me", { version: 4 });
    stand.client("me", { version: 4 });
    expect(first.take()).toEqual([]);
    expect(first.is_ended).toBe(true);
  });
});

describe("the wishes of the program", () => {
  it("end a connection with a reason", () => {
    const stand = new Stand();
    const peer = stand.client("me", { properties: expiring(60) });
    expect(stand.core.disconnect("me", 0x98, stand.now)).toBe(true);
    expect(peer.take_one()).toMatchObject({ type: PacketTypes.DISCONNECT, reason_code: 0x98 });
    expect(stand.core.disconnect("me", 0x98, stand.now)).toBe(false);
    expect(stand.core.disconnect("nobody", 0x98, stand.now)).toBe(false);
  });

  it("end all connections with 0x8B, and keep the sessions", () => {
    const stand = new Stand();
    const peers = [stand.client("a", { properties: expiring(60) }), stand.client("b"), stand.peer()];
    stand.core.shut_down(stand.now);
    expect(peers.map((peer) => peer.is_ended)).toEqual([true, true, true]);
    expect(peers[0]?.take_one()).toMatchObject({ reason_code: 0x8b });
    expect(peers[2]?.take()).toEqual([]);
    expect(Array.from(stand.core.sessions, ({ client_id }) => client_id)).toEqual(["a"]);
  });
});
