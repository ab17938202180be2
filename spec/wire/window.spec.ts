import { describe, expect, it } from "@jest/globals";
import { eventually } from "../support/eventually.ts";
import { connected, strangers, type Talk } from "./talk.ts";

/** Sets the window, publishes so many QoS 1 messages and takes those that leave. */
async function fill(talk: Talk<2>, window: number, count: number, leave: number): Promise<void> {
  for (let n = 1; n <= count; n++) talk.client.publish("t", n, 1);
  for (let n = 1; n <= Math.min(leave, window); n++) {
    await talk.link.expect(talk.packets.publish({ topic: "t", payload: String(n), qos: 1, mid: n }));
  }
}

async function windowed(window: number, options: Parameters<typeof strangers<2>>[0] = {}): Promise<Talk<2>> {
  const talk = await strangers({
    client_id: "w",
    clean_session: options.protocol === 5 ? null : false,
    ...options,
  });
  talk.client.max_inflight_messages_set(window);
  await talk.dial();
  talk.welcome();
  await talk.nothing_more();
  return talk;
}

describe("the window of messages in flight", () => {
  it("is 20 wide by default", async () => {
    await using talk = await connected();
    expect(talk.client.max_inflight_messages).toBe(20);
    await fill(talk, 20, 22, 20);
    await talk.nothing_more();
    expect(talk.client.stats()).toMatchObject({ in_flight: 20, queued: 2 });
  });

  it("lets ten of twelve leave, and the next with each acknowledgement", async () => {
    await using talk = await windowed(10);
    await fill(talk, 10, 12, 10);
    await talk.nothing_more();
    talk.link.send(talk.packets.puback(4));
    await talk.link.expect(talk.packets.publish({ topic: "t", payload: "11", qos: 1, mid: 11 }));
    await talk.nothing_more();
    talk.link.send(talk.packets.puback(1));
    await talk.link.expect(talk.packets.publish({ topic: "t", payload: "12", qos: 1, mid: 12 }));
  });

  it("counts QoS 2 until PUBCOMP, or until a PUBREC that refuses", async () => {
    await using talk = await windowed(1, { protocol: 5 });
    const { client, link, packets } = talk;
    for (const payload of ["a", "b", "c"]) client.publish("t", payload, 2);
    await link.expect(packets.publish({ topic: "t", payload: "a", qos: 2, mid: 1 }));
    link.send(packets.pubrec(1));
    await link.expect(packets.pubrel(1));
    await talk.nothing_more();
    link.send(packets.pubcomp(1));
    await link.expect(packets.publish({ topic: "t", payload: "b", qos: 2, mid: 2 }));
    link.send(packets.pubrec(2, 0x80));
    await link.expect(packets.publish({ topic: "t", payload: "c", qos: 2, mid: 3 }));
  });

  it("holds no QoS 0 back", async () => {
    await using talk = await windowed(1);
    const { client, link, packets } = talk;
    client.publish("a", "1", 1);
    client.publish("b", "2", 1);
    client.publish("c", "3");
    await link.expect(packets.publish({ topic: "a", payload: "1", qos: 1, mid: 1 }));
    await link.expect(packets.publish({ topic: "c", payload: "3" }));
    await talk.nothing_more();
  });

  it("holds no SUBSCRIBE, UNSUBSCRIBE or acknowledgement back", async () => {
    await using talk = await windowed(1);
    const { client, link, packets } = talk;
    client.publish("a", "1", 1);
    client.publish("b", "2", 1);
    client.subscribe("s");
    client.unsubscribe("u");
    link.send(packets.publish({ topic: "in", qos: 1, mid: 7 }));
    await link.expect_packet("PUBLISH");
    await link.expect(packets.subscribe(3, [["s", 0]]));
    await link.expect(packets.unsubscribe(4, ["u"]));
    await link.expect(packets.puback(7));
    await talk.nothing_more();
  });

  it("of 0 is no limit of the client's own", async () => {
    await using talk = await windowed(0);
    await fill(talk, 100, 100, 100);
  });

  it("is never wider than the broker's Receive Maximum [MQTT-4.9.0-3]", async () => {
    await using talk = await connected({ protocol: 5, connack: "21 0002" });
    await fill(talk, 2, 3, 2);
    await talk.nothing_more();
    talk.link.send(talk.packets.puback(2));
    await talk.link.expect(talk.packets.publish({ topic: "t", payload: "3", qos: 1, mid: 3 }));
  });

  it("does not take an unknown acknowledgement for room", async () => {
    await using talk = await windowed(1);
    await fill(talk, 1, 2, 1);
    talk.link.send(talk.packets.puback(1));
    talk.link.send(talk.packets.puback(1));
    await talk.link.expect(talk.packets.publish({ topic: "t", payload: "2", qos: 1, mid: 2 }));
    talk.client.publish("t", "3", 1);
    await talk.nothing_more();
  });
});

describe("a window that is full when the link breaks", () => {
  it.each([true, false])(
    "is respected by what is sent again (session present %s)",
    async (session_present) => {
      await using talk = await windowed(2);
      const { packets } = talk;
      await fill(talk, 2, 4, 2);
      talk.link.reset();
      await talk.next_link();
      talk.welcome({ session_present });
      await talk.link.expect(packets.publish({ topic: "t", payload: "1", qos: 1, mid: 1, dup: true }));
      await talk.link.expect(packets.publish({ topic: "t", payload: "2", qos: 1, mid: 2, dup: true }));
      await talk.nothing_more();
      talk.link.send(packets.puback(1));
      await talk.link.expect(packets.publish({ topic: "t", payload: "3", qos: 1, mid: 3 }));
      talk.link.send(packets.puback(2));
      await talk.link.expect(packets.publish({ topic: "t", payload: "4", qos: 1, mid: 4 }));
      for (const mid of [3, 4]) talk.link.send(packets.puback(mid));
      await eventually(() => expect(talk.client.stats()).toMatchObject({ in_flight: 0, queued: 0 }));
    },
  );

  it("counts the PUBRELs that are sent again", async () => {
    await using talk = await windowed(2);
    const { client, packets } = talk;
    for (const payload of ["a", "b", "c"]) client.publish("t", payload, 2);
    for (const _ of "ab") await talk.link.expect_packet("PUBLISH");
    talk.link.send(packets.pubrec(2));
    await talk.link.expect(packets.pubrel(2));
    talk.link.reset();
    await talk.next_link();
    talk.welcome({ session_present: true });
    await talk.link.expect(packets.pubrel(2));
    await talk.link.expect(packets.publish({ topic: "t", payload: "a", qos: 2, mid: 1, dup: true }));
    await talk.nothing_more();
    talk.link.send(packets.pubcomp(2));
    await talk.link.expect(packets.publish({ topic: "t", payload: "c", qos: 2, mid: 3 }));
  });

  it("narrows when the next broker's Receive Maximum is smaller", async () => {
    await using talk = await connected({ protocol: 5, client_id: "w" });
    await fill(talk, 20, 3, 3);
    talk.link.reset();
    await talk.next_link();
    talk.welcome({ session_present: true, properties: "21 0001" });
    const { packets } = talk;
    for (const n of [1, 2, 3]) {
      await talk.link.expect(packets.publish({ topic: "t", payload: String(n), qos: 1, mid: n, dup: true }));
      await talk.nothing_more();
      talk.link.send(packets.puback(n));
    }
  });

  it("is respected by thirty messages that were published offline", async () => {
    await using talk = await strangers();
    for (let n = 1; n <= 30; n++) talk.client.publish("t", n, 1);
    await talk.dial();
    talk.welcome();
    for (let n = 1; n <= 20; n++) {
      await talk.link.expect(talk.packets.publish({ topic: "t", payload: String(n), qos: 1, mid: n }));
    }
    await talk.nothing_more();
  });
});
