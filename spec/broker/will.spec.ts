import { describe, expect, it } from "@jest/globals";
import type { WillMessage } from "../../lib/codec/packets.ts";
import { PacketTypes } from "../../lib/model/packettypes.ts";
import type { PropertyValues } from "../../lib/model/properties.ts";
import { disconnect, props, subscribe } from "../support/core_packets.ts";
import { bytes } from "../support/packet_bytes.ts";
import { Stand } from "./stand.ts";

const expiring = (seconds: number) => props(PacketTypes.CONNECT, { SessionExpiryInterval: seconds });

function will(values: PropertyValues<99> | null = null, rest: Partial<WillMessage> = {}): WillMessage {
  const plain = { topic: "will", payload: Buffer.from("gone"), qos: 1, retain: false } as const;
  return { ...plain, ...rest, properties: props(PacketTypes.WILLMESSAGE, values) };
}

function stage() {
  const stand = new Stand();
  const listener = stand.client("listener", { keepalive: 0 });
  listener.send(subscribe(1, [{ filter: "will", qos: 2 }]));
  listener.take();
  return { stand, listener };
}

describe("a will", () => {
  it.each([[3], [4], [5]] as const)(
    "is published when the connection is lost, on version %i [MQTT-3.1.2-8]",
    (version) => {
      const { stand, listener } = stage();
      const peer = stand.client("me", { version, will: will() });
      expect(listener.take()).toEqual([]);
      peer.lose();
      expect(listener.take_one()).toMatchObject({ topic: "will", qos: 1, retain: false });
      expect(stand.told("published")).toMatchObject([{ client: null, message: { publisher: "me" } }]);
    },
  );

  it("is published when the client is silent for too long, or breaks a rule", () => {
    const { stand, listener } = stage();
    stand.client("silent", { will: will(), keepalive: 1 });
    stand.pass(1.5);
    expect(listener.take_texts()).toEqual(["gone"]);
    stand.client("wrong", { will: will() }).send_bytes(bytes("c0 01 00"));
    expect(listener.take_texts()).toEqual(["gone"]);
  });

  it.each([[3], [4], [5]] as const)(
    "is forgotten with DISCONNECT, on version %i [MQTT-3.1.2-10]",
    (version) => {
      const { stand, listener } = stage();
      const peer = stand.client("me", { version, clean: false, will: will() });
      peer.send(disconnect());
      peer.lose();
      expect(listener.take()).toEqual([]);
    },
  );

  it.each([[0x04], [0x80]])("is published after DISCONNECT with %i (3.14.2.1)", (reason_code) => {
    const { stand, listener } = stage();
    stand.client("me", { will: will() }).send(disconnect(reason_code));
    expect(listener.take_texts()).toEqual(["gone"]);
  });

  it("is published once", () => {
    const { stand, listener } = stage();
    const peer = stand.client("me", { will: will(), properties: expiring(10) });
    peer.lose();
    peer.lose();
    stand.pass(10);
    expect(listener.take_texts()).toEqual(["gone"]);
  });

  it("waits for its delay, and not longer than the session (3.1.3.2.2)", () => {
    const { stand, listener } = stage();
    stand.client("a", { will: will({ WillDelayInterval: 5 }), properties: expiring(10) }).lose();
    stand.client("b", { will: will({ WillDelayInterval: 20 }), properties: expiring(10) }).lose();
    stand.pass(4.9);
    expect(listener.take()).toEqual([]);
    stand.pass(0.1);
    expect(listener.take_texts()).toEqual(["gone"]);
    stand.pass(5);
    expect(listener.take_texts()).toEqual(["gone"]);
    stand.pass(100);
    expect(listener.take()).toEqual([]);
  });

  it("that waits is not published when the client comes back [MQTT-3.1.3-9]", () => {
    const { stand, listener } = stage();
    const rest = {
      will: will({ WillDelayInterval: 5 }),
      properties: expiring(10),
      clean: false,
      keepalive: 0,
    };
    stand.client("me", rest).lose();
    stand.pass(4);
    const again = stand.client("me", { ...rest, will: null });
    stand.pass(10);
    again.lose();
    stand.pass(10);
    expect(listener.take()).toEqual([]);
  });

  it("that waits is published when a clean start ends the session", () => {
    const { stand, listener } = stage();
    const rest = { will: will({ WillDelayInterval: 5 }), properties: expiring(10), keepalive: 0 };
    stand.client("me", rest).lose();
    stand.client("me", rest);
    expect(listener.take_texts()).toEqual(["gone"]);
  });

  it.each([
    [true, 0, 1],
    [false, 0, 1],
    [true, 5, 1],
    [false, 5, 0],
  ])("of a client that is taken over, clean: %s, delay: %i, is published %i times", (clean, delay, times) => {
    const { stand, listener } = stage();
    const properties = expiring(10);
    stand.client("me", { will: will({ WillDelayInterval: delay }), properties });
    stand.client("me", { clean, properties, keepalive: 0 });
    stand.pass(20);
    expect(listener.take_texts()).toHaveLength(times);
  });

  it("may be retained, and goes with its properties but its delay", () => {
    const { stand, listener } = stage();
    const values: PropertyValues<99> = {
      ContentType: "text",
      UserProperty: [["a", "b"]],
      MessageExpiryInterval: 9,
    };
    const peer = stand.client("me", {
      will: will({ ...values, WillDelayInterval: 3 }, { retain: true }),
      properties: expiring(10),
    });
    peer.lose();
    stand.pass(3);
    const [message] = listener.take_messages();
    // Its lifetime begins when it is published.
    expect(message?.properties?.json()).toEqual(values);
    expect(stand.core.retained("will", stand.now)).toHaveLength(1);
  });

  it("that the client must not publish lets nobody in", () => {
    const stand = new Stand({ access: (_client, _action, topic) => (topic === "will" ? 0x87 : 0) });
    const peer = stand.peer();
    peer.connect({ will: will() });
    expect(peer.take_one()).toMatchObject({ reason_code: 0x87 });
    expect(peer.is_ended).toBe(true);
  });

  it("reaches those who are still there when all is shut down", () => {
    const { stand, listener } = stage();
    stand.client("me", { will: will(), properties: expiring(100) });
    const keeper = stand.client("keeper", { properties: expiring(100), clean: false });
    keeper.send(subscribe(1, [{ filter: "will", qos: 1 }]));
    stand.core.shut_down(stand.now);
    expect(listener.take_one()).toMatchObject({ type: PacketTypes.DISCONNECT });
    const again = stand.peer();
    again.connect({ client_id: "keeper", clean: false, properties: expiring(100) });
    expect(again.take_texts()).toEqual(["gone"]);
  });
});
