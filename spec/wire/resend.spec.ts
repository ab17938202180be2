import { describe, expect, it } from "@jest/globals";
import { eventually } from "../support/eventually.ts";
import { connected, next_call, publish_properties, record, strangers, type Talk } from "./talk.ts";

/** A client whose session the broker may keep. */
function keeping(protocol: 4 | 5) {
  return protocol === 5
    ? { protocol, client_id: "kept" }
    : { protocol, client_id: "kept", clean_session: false };
}

async function reconnected(talk: Talk<2>, session_present: boolean): Promise<void> {
  await talk.next_link();
  talk.welcome({ session_present });
}

describe.each([4, 5] as const)("a link that is cut under a QoS 1 message, version %i", (protocol) => {
  describe.each([true, false])("session present %s", (session_present) => {
    it("before CONNACK: the message leaves on the next link, without DUP", async () => {
      await using talk = await strangers(keeping(protocol));
      await talk.dial();
      const info = talk.client.publish("t", "p", 1);
      talk.link.reset();
      await reconnected(talk, session_present && protocol === 4);
      await talk.link.expect(talk.packets.publish({ topic: "t", payload: "p", qos: 1, mid: 1 }));
      talk.link.send(talk.packets.puback(1));
      expect(await info.wait_for_publish()).toBe(true);
    });

    it("before PUBACK: the message is resent with DUP and its id, as often as it takes [MQTT-4.4.0-1]", async () => {
      await using talk = await connected(keeping(protocol));
      const { client, packets } = talk;
      const info = client.publish("t", "p", 1, true);
      await talk.link.expect(packets.publish({ topic: "t", payload: "p", qos: 1, mid: 1, retain: true }));
      for (const _ of ["once", "twice"]) {
        talk.link.reset();
        await reconnected(talk, session_present);
        await talk.link.expect(
          packets.publish({ topic: "t", payload: "p", qos: 1, mid: 1, retain: true, dup: true }),
        );
      }
      talk.link.send(packets.puback(1));
      expect(await info.wait_for_publish()).toBe(true);
      await talk.nothing_more();
    });

    it("before CONNACK of the second attempt: DUP stays", async () => {
      await using talk = await connected(keeping(protocol));
      talk.client.publish("t", "p", 1);
      await talk.link.expect_packet("PUBLISH");
      talk.link.reset();
      await talk.next_link();
      talk.link.reset();
      await reconnected(talk, session_present);
      await talk.link.expect(talk.packets.publish({ topic: "t", payload: "p", qos: 1, mid: 1, dup: true }));
    });

    it("right after PUBACK: nothing is resent", async () => {
      await using talk = await connected(keeping(protocol));
      talk.client.publish("t", "p", 1);
      await talk.link.expect_packet("PUBLISH");
      talk.link.send(talk.packets.puback(1));
      talk.link.close();
      await reconnected(talk, session_present);
      await talk.nothing_more();
      expect(talk.client.stats()).toMatchObject({ queued: 0, in_flight: 0, reconnects: 1 });
    });
  });
});

describe.each([4, 5] as const)("a link that is cut under a QoS 2 message, version %i", (protocol) => {
  const message = { topic: "t", payload: "p", qos: 2, mid: 1 };

  describe.each([true, false])("session present %s", (session_present) => {
    it("before CONNACK: the message leaves on the next link, without DUP", async () => {
      await using talk = await strangers(keeping(protocol));
      await talk.dial();
      talk.client.publish("t", "p", 2);
      talk.link.reset();
      await reconnected(talk, session_present && protocol === 4);
      await talk.link.expect(talk.packets.publish(message));
    });

    it("before PUBREC: PUBLISH is resent with DUP and its id [MQTT-4.4.0-1]", async () => {
      await using talk = await connected(keeping(protocol));
      const { client, packets } = talk;
      const info = client.publish("t", "p", 2);
      await talk.link.expect(packets.publish(message));
      talk.link.reset();
      await reconnected(talk, session_present);
      await talk.link.expect(packets.publish({ ...message, dup: true }));
      talk.link.send(packets.pubrec(1));
      await talk.link.expect("6202 0001");
      talk.link.send(packets.pubcomp(1));
      expect(await info.wait_for_publish()).toBe(true);
    });

    it("after PUBREC: PUBREL is resent, or all of it to a broker that has forgotten", async () => {
      await using talk = await connected(keeping(protocol));
      const { client, packets } = talk;
      const info = client.publish("t", "p", 2);
      await talk.link.expect(packets.publish(message));
      talk.link.send(packets.pubrec(1));
      await talk.link.expect("6202 0001");
      talk.link.reset();
      await reconnected(talk, session_present);
      if (!session_present) {
        await talk.link.expect(packets.publish({ ...message, dup: true }));
        talk.link.send(packets.pubrec(1));
      }
      await talk.link.expect("6202 0001");
      talk.link.send(packets.pubcomp(1));
      expect(await info.wait_for_publish()).toBe(true);
      await talk.nothing_more();
    });

    it("with PUBREC as the last packet: PUBREL, not PUBLISH, to a broker that remembers", async () => {
      await using talk = await connected(keeping(protocol));
      talk.client.publish("t", "p", 2);
      await talk.link.expect(talk.packets.publish(message));
      talk.link.send(talk.packets.pubrec(1));
      talk.link.close();
      await reconnected(talk, session_present);
      await talk.link.expect(session_present ? "6202 0001" : talk.packets.publish({ ...message, dup: true }));
    });

    it("after PUBREC, over an attempt that fails before CONNACK: PUBREL stays due", async () => {
      await using talk = await connected(keeping(protocol));
      talk.client.publish("t", "p", 2);
      await talk.link.expect(talk.packets.publish(message));
      talk.link.send(talk.packets.pubrec(1));
      await talk.link.expect("6202 0001");
      talk.link.reset();
      await talk.next_link();
      talk.link.reset();
      await reconnected(talk, session_present);
      await talk.link.expect(session_present ? "6202 0001" : talk.packets.publish({ ...message, dup: true }));
    });

    it("right after PUBCOMP: nothing is resent", async () => {
      await using talk = await connected(keeping(protocol));
      talk.client.publish("t", "p", 2);
      await talk.link.expect_packet("PUBLISH");
      talk.link.send(talk.packets.pubrec(1));
      await talk.link.expect("6202 0001");
      talk.link.send(talk.packets.pubcomp(1));
      talk.link.close();
      await reconnected(talk, session_present);
      await talk.nothing_more();
    });
  });
});

describe("what is resent", () => {
  it("comes in the original order of both QoS, PUBRELs first of all [MQTT-4.6.0-1]", async () => {
    await using talk = await connected(keeping(4));
    const { client, packets } = talk;
    client.publish("a", "1", 1);
    client.publish("b", "2", 2);
    client.publish("c", "3", 1);
    client.publish("d", "4", 2);
    for (const _ of "1234") await talk.link.expect_packet("PUBLISH");
    talk.link.send(packets.pubrec(4));
    await talk.link.expect(packets.pubrel(4));
    talk.link.send(packets.puback(3));
    await talk.nothing_more();
    talk.link.reset();
    await reconnected(talk, true);
    await talk.link.expect(packets.pubrel(4));
    await talk.link.expect(packets.publish({ topic: "a", payload: "1", qos: 1, mid: 1, dup: true }));
    await talk.link.expect(packets.publish({ topic: "b", payload: "2", qos: 2, mid: 2, dup: true }));
    await talk.nothing_more();
  });

  it("comes in the original order when a lost session lets released QoS 2 begin again", async () => {
    await using talk = await connected(keeping(4));
    const { client, packets } = talk;
    client.publish("a", "1", 2);
    client.publish("b", "2", 1);
    client.publish("c", "3", 2);
    for (const _ of "123") await talk.link.expect_packet("PUBLISH");
    talk.link.send(packets.pubrec(1));
    await talk.link.expect(packets.pubrel(1));
    talk.link.reset();
    await reconnected(talk, false);
    await talk.link.expect(packets.publish({ topic: "a", payload: "1", qos: 2, mid: 1, dup: true }));
    await talk.link.expect(packets.publish({ topic: "b", payload: "2", qos: 1, mid: 2, dup: true }));
    await talk.link.expect(packets.publish({ topic: "c", payload: "3", qos: 2, mid: 3, dup: true }));
  });

  it("comes before what is published offline, and that before what on_connect publishes", async () => {
    await using talk = await connected(keeping(4));
    const { client, packets } = talk;
    client.publish("first", "1", 1);
    await talk.link.expect_packet("PUBLISH");
    const lost = next_call(client, "disconnect");
    client.on_connect = () => void client.publish("hello", "3", 1);
    talk.link.reset();
    await lost;
    client.publish("offline", "2", 1);
    await reconnected(talk, true);
    await talk.link.expect(packets.publish({ topic: "first", payload: "1", qos: 1, mid: 1, dup: true }));
    await talk.link.expect(packets.publish({ topic: "offline", payload: "2", qos: 1, mid: 2 }));
    await talk.link.expect(packets.publish({ topic: "hello", payload: "3", qos: 1, mid: 3 }));
    await talk.nothing_more();
  });

  it("does not include QoS 0 that has left", async () => {
    await using talk = await connected();
    talk.client.publish("t", "p");
    await talk.link.expect_packet("PUBLISH");
    talk.link.reset();
    await reconnected(talk, false);
    await talk.nothing_more();
  });

  it("survives a clean session and a connect() of its own, as paho", async () => {
    await using talk = await connected();
    const { client, packets } = talk;
    client.publish("t", "p", 1);
    await talk.link.expect_packet("PUBLISH");
    const again = talk.dial();
    await again;
    talk.welcome();
    await talk.link.expect(packets.publish({ topic: "t", payload: "p", qos: 1, mid: 1, dup: true }));
  });

  it("is told to on_publish once", async () => {
    await using talk = await connected(keeping(4));
    const calls = record(talk.client, "publish");
    talk.client.publish("t", "p", 1);
    await talk.link.expect_packet("PUBLISH");
    talk.link.reset();
    await reconnected(talk, true);
    await talk.link.expect_packet("PUBLISH");
    talk.link.send(talk.packets.puback(1));
    talk.link.send(talk.packets.puback(1));
    await talk.nothing_more();
    await eventually(() => expect(calls).toHaveLength(1));
  });
});

describe("properties of a resent message of MQTT 5", () => {
  it("are those of the first time, the message expiry lessened, the topic alias announced again", async () => {
    await using talk = await connected({ protocol: 5, client_id: "kept", connack: "22 000a" });
    const { client, packets } = talk;
    const alias = publish_properties({ TopicAlias: 1, ContentType: "a" });
    client.publish("t", "1", { qos: 1, properties: alias });
    client.publish("", "2", { qos: 1, properties: alias });
    const first = { topic: "t", payload: "1", qos: 1, mid: 1, properties: '03 0001 "a" 23 0001' };
    await talk.link.expect(packets.publish(first));
    await talk.link.expect(
      packets.publish({ topic: "", payload: "2", qos: 1, mid: 2, properties: '03 0001 "a" 23 0001' }),
    );
    talk.link.send(packets.puback(1));
    await talk.nothing_more();
    talk.link.reset();
    await talk.next_link();
    talk.welcome({ session_present: true, properties: "" });
    await talk.link.expect(
      packets.publish({ topic: "t", payload: "2", qos: 1, mid: 2, dup: true, properties: '03 0001 "a"' }),
    );
  });
});
