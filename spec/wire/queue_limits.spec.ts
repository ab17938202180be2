import { describe, expect, it } from "@jest/globals";
import { Client, type ClientOptions } from "../../lib/client/index.ts";
import { eventually } from "../support/eventually.ts";
import { connected, strangers } from "./talk.ts";

function offline(options: ClientOptions<1>, max_queued_messages = 0): Client {
  return new Client(options).max_queued_messages_set(max_queued_messages);
}

describe("max_queued_messages", () => {
  it("refuses the message that is one too many with MQTT_ERR_QUEUE_SIZE", async () => {
    const client = offline({}, 2);
    expect([client.publish("t", "1", 1).rc, client.publish("t", "2", 2).rc]).toEqual([4, 4]);
    const info = client.publish("t", "3", 1);
    expect(info.rc).toBe(15);
    expect(() => info.is_published()).toThrow("the queue is full");
    await expect(info.wait_for_publish()).rejects.toMatchObject({
      name: "ValueError",
      code: "ERR_MQTT_QUEUE_FULL",
    });
    expect(client.stats()).toMatchObject({ queued: 2, dropped: 1 });
  });

  it("counts what is in flight, and frees a place with each acknowledgement", async () => {
    await using talk = await strangers();
    const { client, packets } = talk;
    client.max_queued_messages_set(1);
    await talk.dial();
    talk.welcome();
    await talk.nothing_more();
    const first = client.publish("t", "1", 1);
    expect(client.publish("t", "2", 1).rc).toBe(15);
    await talk.link.expect_packet("PUBLISH");
    talk.link.send(packets.puback(1));
    await first.wait_for_publish();
    expect(client.publish("t", "3", 1).rc).toBe(0);
  });

  it("does not limit QoS 0, unless QoS 0 is kept too", async () => {
    await using talk = await strangers();
    talk.client.max_queued_messages_set(1);
    await talk.dial();
    expect(talk.client.publish("t", "1", 1).rc).toBe(0);
    expect(talk.client.publish("t", "2").rc).toBe(0);
    expect(talk.client.publish("t", "3").rc).toBe(0);

    const keeping = offline({ queue_qos0: true }, 1);
    expect(keeping.publish("t", "1").rc).toBe(4);
    expect(keeping.publish("t", "2").rc).toBe(15);
  });

  it("is unlimited at 0, the default", () => {
    const client = offline({});
    for (let count = 0; count < 5000; count++) expect(client.publish("t", "", 1).rc).toBe(4);
  });
});

describe("max_queued_bytes", () => {
  it("counts payload and topic of all that is not settled", () => {
    const client = offline({ max_queued_bytes: 20 });
    expect(client.publish("topic", "12345", 1).rc).toBe(4);
    expect(client.publish("topic", "123456", 1).rc).toBe(15);
    expect(client.publish("topic", "12345", 1).rc).toBe(4);
    expect(client.stats()).toMatchObject({ bytes: 20, queued: 2, dropped: 1 });
  });

  it("is 64 MiB by default", () => {
    const client = offline({});
    const payload = new Uint8Array(32 * 1024 * 1024 - 1);
    const codes = ["a", "a", "a"].map((topic) => client.publish(topic, payload, 1).rc);
    expect(codes).toEqual([4, 4, 15]);
  });
});

describe("the policy drop_oldest", () => {
  it("gives up the oldest message that has never left, and says so to who waits for it", async () => {
    const client = offline({ queue_policy: "drop_oldest" }, 2);
    const infos = ["1", "2", "3"].map((payload) => client.publish("t", payload, 1));
    const waiting = infos[0]?.wait_for_publish();
    await expect(waiting).rejects.toMatchObject({ code: "ERR_MQTT_DROPPED" });
    expect(infos.map(({ rc }) => rc)).toEqual([7, 4, 4]);
    expect(client.stats()).toMatchObject({ queued: 2, dropped: 1 });
  });

  it("drops nothing that is in flight: then the new message is refused", async () => {
    await using talk = await strangers({ queue_policy: "drop_oldest" });
    talk.client.max_queued_messages_set(1);
    await talk.dial();
    talk.welcome();
    await talk.nothing_more();
    talk.client.publish("t", "1", 1);
    await talk.link.expect_packet("PUBLISH");
    expect(talk.client.publish("t", "2", 1).rc).toBe(15);
  });

  it("drops nothing for a message that would not fit even then", async () => {
    const client = offline({ queue_policy: "drop_oldest", max_queued_bytes: 10 });
    const kept = client.publish("t", "123", 1);
    expect(client.publish("t", "1234567890", 1).rc).toBe(15);
    expect(client.stats()).toMatchObject({ queued: 1, dropped: 1 });
    expect(kept.is_published()).toBe(false);
  });

  it("drops nothing for a message that would not fit beside what is in flight", async () => {
    await using talk = await connected({ queue_policy: "drop_oldest", max_queued_bytes: 10 });
    const { client } = talk;
    client.publish("t", "12345", 1);
    await talk.link.expect_packet("PUBLISH");
    expect(client.publish("t", "12345678", 1).rc).toBe(15);
    expect(client.stats()).toMatchObject({ in_flight: 1, dropped: 1 });
  });
});

describe("the policy latest_per_topic", () => {
  it("keeps one message per topic while there is no connection", async () => {
    await using talk = await strangers({ queue_policy: "latest_per_topic" });
    const { client, packets } = talk;
    const old = client.publish("a", "1", 1);
    client.publish("b", "2", 1);
    client.publish("a", "3", 1);
    await expect(old.wait_for_publish()).rejects.toMatchObject({ code: "ERR_MQTT_DROPPED" });
    await talk.dial();
    talk.welcome();
    await talk.link.expect(packets.publish({ topic: "b", payload: "2", qos: 1, mid: 2 }));
    await talk.link.expect(packets.publish({ topic: "a", payload: "3", qos: 1, mid: 3 }));
    await talk.nothing_more();
  });

  it("drops nothing while messages may leave at once", async () => {
    await using talk = await connected({ queue_policy: "latest_per_topic" });
    const { client, packets } = talk;
    client.publish("a", "1", 1);
    client.publish("a", "2", 1);
    await talk.link.expect(packets.publish({ topic: "a", payload: "1", qos: 1, mid: 1 }));
    await talk.link.expect(packets.publish({ topic: "a", payload: "2", qos: 1, mid: 2 }));
  });
});

describe("messages that are given up", () => {
  it("are told to who waits for them even when nothing else happens", async () => {
    const client = offline({ queue_policy: "drop_oldest" }, 1);
    const first = client.publish("t", "1", 1);
    client.publish("t", "2", 1);
    await eventually(() => expect(() => first.is_published()).toThrow("was dropped"));
  });

  it("are written in the log", async () => {
    const client = offline({ queue_policy: "drop_oldest" }, 1);
    const lines: unknown[] = [];
    client.on("log", (_client, _userdata, level, text) => void lines.push([level, text]));
    client.publish("t", "1", 1);
    client.publish("t", "2", 1);
    await eventually(() =>
      expect(lines).toContainEqual([4, expect.stringContaining('message 1 to "t" was dropped')]),
    );
  });
});
