import { describe, expect, it } from "@jest/globals";
import { CallbackAPIVersion, Client, MQTTMessageInfo } from "../../lib/client/index.ts";
import { connected, next_call, strangers } from "./talk.ts";

describe("waiting for a message that nobody was asked to send", () => {
  it.each<[string, (client: Client<2>) => void]>([
    ["connect() was never called", () => {}],
    ["no loop follows connect_async()", (client) => client.connect_async("127.0.0.1", 1)],
  ])("ends after two seconds: %s", async (_why, prepare) => {
    const client = new Client(CallbackAPIVersion.VERSION2, { warnings: false });
    prepare(client);
    await expect(client.publish("t", "p", 1).wait_for_publish()).rejects.toMatchObject({
      code: "ERR_MQTT_NOT_CONNECTED",
      message: expect.stringContaining("call connect()"),
    });
    client.disconnect();
  });
});

describe("what publish() returns", () => {
  it("is an MQTTMessageInfo that reads as the pair (rc, mid)", async () => {
    await using talk = await connected();
    const info = talk.client.publish("t", "p", 1);
    expect(info).toBeInstanceOf(MQTTMessageInfo);
    const [rc, mid] = info;
    expect([rc, mid, info.rc, info.mid, info[0], info[1]]).toEqual([0, 1, 0, 1, 0, 1]);
    expect([...info]).toEqual([0, 1]);
    expect([...info]).toEqual([0, 1]);
    expect(String(info)).toBe("(0, 1)");
    expect((info as unknown as unknown[])[2]).toBe(undefined);
  });

  it("waits for the acknowledgement as long as it takes", async () => {
    await using talk = await connected();
    const info = talk.client.publish("t", "p", 1);
    const waiting = info.wait_for_publish();
    await talk.link.expect_packet("PUBLISH");
    talk.link.send(talk.packets.puback(1));
    expect(await waiting).toBe(true);
    expect(info.is_published()).toBe(true);
    expect(await info.wait_for_publish()).toBe(true);
    expect(await info.wait_for_publish(0)).toBe(true);
  });

  it.each([0, -1, 0.01])(
    "gives false when the %d s are over first, and may be asked again",
    async (timeout) => {
      await using talk = await connected();
      const info = talk.client.publish("t", "p", 1);
      expect(await info.wait_for_publish(timeout)).toBe(false);
      expect(info.is_published()).toBe(false);
      talk.link.send(talk.packets.puback(1));
      expect(await info.wait_for_publish({ timeout: 5 })).toBe(true);
    },
  );

  it("takes the time by name too, and no other name", async () => {
    await using talk = await connected();
    const info = talk.client.publish("t", "p", 1);
    expect(await info.wait_for_publish({ timeout: 0.01 })).toBe(false);
    expect(() => info.wait_for_publish({ timeut: 1 } as never)).toThrow('did you mean "timeout"?');
    expect(() => info.wait_for_publish("1" as never)).toThrow(TypeError);
    expect(() => info.wait_for_publish(Number.NaN)).toThrow("seconds");
  });

  it.each([Number.POSITIVE_INFINITY, 1e9])("waits %d s without taking that for a moment", async (timeout) => {
    await using talk = await connected();
    const info = talk.client.publish("t", "p", 1);
    const waiting = info.wait_for_publish(timeout);
    await talk.link.expect_packet("PUBLISH");
    await talk.nothing_more();
    talk.link.send(talk.packets.puback(1));
    expect(await waiting).toBe(true);
  });

  it("lets several wait, each for its own time", async () => {
    await using talk = await connected();
    const info = talk.client.publish("t", "p", 1);
    const long = [info.wait_for_publish(), info.wait_for_publish(60)];
    expect(await info.wait_for_publish(0.01)).toBe(false);
    talk.link.send(talk.packets.puback(1));
    expect(await Promise.all(long)).toEqual([true, true]);
  });

  it("needs no loop: acknowledgements are taken in as they come", async () => {
    await using talk = await connected({ loop: false });
    const info = talk.client.publish("t", "p", 1);
    talk.link.send(talk.packets.puback(1));
    expect(await info.wait_for_publish()).toBe(true);
  });
});

describe("wait_for_publish() inside a callback", () => {
  it("settles in on_connect", async () => {
    await using talk = await strangers();
    const { client, packets } = talk;
    const done = new Promise((resolve) => {
      client.on_connect = async () => resolve(await client.publish("t", "p", 1).wait_for_publish());
    });
    await talk.dial();
    talk.welcome();
    await talk.link.expect_packet("PUBLISH");
    talk.link.send(packets.puback(1));
    expect(await done).toBe(true);
  });

  it.each([0, 1, 2] as const)("settles in on_message, for QoS %i", async (qos) => {
    await using talk = await connected();
    const { client, link, packets } = talk;
    const done = new Promise((resolve) => {
      client.on_message = async () => resolve(await client.publish("out", "p", qos).wait_for_publish());
    });
    link.send(packets.publish({ topic: "in", qos: 1, mid: 9 }));
    await link.expect_packet("PUBLISH");
    if (qos === 1) link.send(packets.puback(1));
    if (qos === 2) {
      link.send(packets.pubrec(1));
      await link.expect(packets.pubrel(1));
      link.send(packets.pubcomp(1));
    }
    expect(await done).toBe(true);
    // The handler has finished only now.
    await link.expect(packets.puback(9));
  });

  it("settles in on_publish, and on_publish is told at once that it is published", async () => {
    await using talk = await connected();
    const { client, link, packets } = talk;
    const first = client.publish("t", "1", 1);
    const done = new Promise((resolve) => {
      client.on_publish = async (_client, _userdata, mid) => {
        if (mid === 1) resolve([first.is_published(), await client.publish("t", "2", 1).wait_for_publish()]);
      };
    });
    await link.expect_packet("PUBLISH");
    link.send(packets.puback(1));
    await link.expect_packet("PUBLISH");
    link.send(packets.puback(2));
    expect(await done).toEqual([true, true]);
  });
});

describe("a message that does not get through", () => {
  it("rejects who waits for it when disconnect() comes first, and is sent by a later connect()", async () => {
    await using talk = await connected();
    const { client, packets } = talk;
    const info = client.publish("t", "p", 1);
    const waiting = info.wait_for_publish();
    client.disconnect();
    await talk.link.expect_packet("PUBLISH");
    await talk.link.expect("e000");
    talk.link.close();
    await expect(waiting).rejects.toMatchObject({ name: "RuntimeError", code: "ERR_MQTT_CLOSED" });
    expect(info.is_published()).toBe(false);

    await talk.dial();
    talk.welcome();
    await talk.link.expect(packets.publish({ topic: "t", payload: "p", qos: 1, mid: 1, dup: true }));
    const again = info.wait_for_publish();
    talk.link.send(packets.puback(1));
    expect(await again).toBe(true);
  });

  it("rejects who begins to wait for it after disconnect(), as nobody works for it any more", async () => {
    await using talk = await connected();
    const { client, link } = talk;
    const info = client.publish("t", "p", 1);
    const gone = next_call(client, "disconnect");
    client.disconnect();
    await link.expect_packet("PUBLISH");
    await link.expect("e000");
    link.close();
    await gone;
    await expect(info.wait_for_publish()).rejects.toMatchObject({ code: "ERR_MQTT_CLOSED" });
    await expect(client.publish("t", "p", 1).wait_for_publish()).rejects.toMatchObject({
      code: "ERR_MQTT_CLOSED",
    });
    expect(client.stats().queued + client.stats().in_flight).toBe(2);
  });

  it("rejects who waits while nothing would repair the link: no loop runs", async () => {
    await using talk = await connected({ loop: false });
    const info = talk.client.publish("t", "p", 1);
    const waiting = info.wait_for_publish();
    await talk.link.expect_packet("PUBLISH");
    talk.link.reset();
    await expect(waiting).rejects.toMatchObject({ code: "ERR_MQTT_CONNECTION_LOST" });
  });

  it("rejects who waits with reconnect_on_failure false, and is sent by a later reconnect()", async () => {
    await using talk = await connected({ reconnect_on_failure: false });
    const { client, packets } = talk;
    const info = client.publish("t", "p", 1);
    const waiting = info.wait_for_publish();
    await talk.link.expect_packet("PUBLISH");
    talk.link.reset();
    await expect(waiting).rejects.toMatchObject({ code: "ERR_MQTT_CONNECTION_LOST" });
    client.loop_start();
    const back = client.reconnect();
    await talk.next_link();
    await back;
    talk.welcome();
    await talk.link.expect(packets.publish({ topic: "t", payload: "p", qos: 1, mid: 1, dup: true }));
    const again = info.wait_for_publish();
    talk.link.send(packets.puback(1));
    expect(await again).toBe(true);
  });

  it("goes on waiting over a link that the loop repairs", async () => {
    await using talk = await connected();
    const info = talk.client.publish("t", "p", 1);
    const waiting = info.wait_for_publish();
    await talk.link.expect_packet("PUBLISH");
    talk.link.reset();
    await talk.next_link();
    talk.welcome();
    await talk.link.expect_packet("PUBLISH");
    talk.link.send(talk.packets.puback(1));
    expect(await waiting).toBe(true);
  });

  it("fails at once for QoS 0 whose link breaks before CONNACK", async () => {
    await using talk = await strangers();
    await talk.dial();
    const info = talk.client.publish("t", "p");
    expect(info.rc).toBe(0);
    const waiting = info.wait_for_publish();
    talk.link.reset();
    await expect(waiting).rejects.toMatchObject({ code: "ERR_MQTT_CONNECTION_LOST" });
    expect(info.rc).toBe(7);
    expect(() => info.is_published()).toThrow("was not sent");
  });

  it("keeps the code NO_CONN of QoS 1 and 2 published offline until they are sent", async () => {
    await using talk = await strangers();
    const { client, packets } = talk;
    const info = client.publish("t", "p", 1);
    expect([info.rc, info.is_published()]).toEqual([4, false]);
    const waiting = info.wait_for_publish();
    await talk.dial();
    talk.welcome();
    await talk.link.expect(packets.publish({ topic: "t", payload: "p", qos: 1, mid: 1 }));
    talk.link.send(packets.puback(1));
    expect(await waiting).toBe(true);
    expect(info.rc).toBe(0);
  });

  it("has no unhandled rejection when nobody waits", async () => {
    const client = new Client({ max_queued_bytes: 1 });
    expect(client.publish("topic", "p", 1).rc).toBe(15);
    await new Promise(setImmediate);
  });
});
