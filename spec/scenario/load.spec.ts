import { expect, it } from "@jest/globals";
import { in_time } from "../support/eventually.ts";
import { describe_mosquitto } from "../support/mosquitto.ts";
import { busy_mosquitto, connect, connected, new_client, subscribed } from "./scene.ts";

// What grows faster than the load would take minutes here; the limits are far from what it takes.
const limit = { within: 20_000 };

describe_mosquitto("sixty thousand at once", () => {
  it.each([
    ["reject", "one topic", () => "a"],
    ["drop_oldest", "one topic", () => "a"],
    ["latest_per_topic", "as many topics", (number: number) => `a/${number}`],
  ] as const)(
    "messages with QoS 1 wait offline under %s, with %s, and leave",
    async (queue_policy, _what, topic) => {
      const count = 60_000;
      await using broker = await busy_mosquitto();
      await using client = new_client({ queue_policy });
      const began = performance.now();
      const infos = Array.from({ length: count }, (_, number) => client.publish(topic(number), number, 1));
      expect(client.stats()).toMatchObject({ queued: count, dropped: 0 });
      expect(performance.now() - began).toBeLessThan(limit.within);
      await connect(client, broker.port);
      await in_time(Promise.all(infos.map((info) => info.wait_for_publish())), "all acknowledgements", limit);
      expect(client.stats()).toMatchObject({ queued: 0, in_flight: 0, bytes: 0, dropped: 0 });
    },
    60_000,
  );

  it("messages under latest_per_topic: of each topic the last one leaves", async () => {
    await using broker = await busy_mosquitto();
    await using client = new_client({ queue_policy: "latest_per_topic" });
    await using witness = await connected(broker.port);
    await subscribed(witness, "a/+", 1);
    const topics = 20;
    const last = new Map<string, string>();
    const all = new Promise<void>((resolve) => {
      witness.on_message = (_client, _userdata, message) => {
        last.set(message.topic, message.text());
        if (last.size === topics) {
          resolve();
        }
      };
    });
    for (let number = 0; number < 60_000; number++) {
      client.publish(`a/${number % topics}`, number, 1);
    }
    expect(client.stats()).toMatchObject({ queued: topics, dropped: 60_000 - topics });
    await connect(client, broker.port);
    await in_time(all, "one message of each topic", limit);
    expect([...last.values()].map(Number).sort((a, b) => a - b)).toEqual(
      Array.from({ length: topics }, (_, number) => 60_000 - topics + number),
    );
  }, 60_000);

  it("calls of subscribe() are answered", async () => {
    const count = 60_000;
    await using broker = await busy_mosquitto();
    await using client = await connected(broker.port);
    let answered = 0;
    const all = new Promise<void>((resolve) => {
      client.on_subscribe = () => {
        answered += 1;
        if (answered === count) {
          resolve();
        }
      };
    });
    for (let number = 0; number < count; number++) {
      client.subscribe(`a/${number % 100}`);
    }
    await in_time(all, "all answers", limit);
  }, 60_000);

  it("messages wait for an on_message that takes its time, and come one after the other", async () => {
    const count = 60_000;
    await using broker = await busy_mosquitto();
    await using client = await connected(broker.port);
    await subscribed(client, "a");
    let open = () => {};
    const gate = new Promise<void>((resolve) => {
      open = resolve;
    });
    const order: number[] = [];
    let running = 0;
    let most = 0;
    const all = new Promise<void>((resolve) => {
      client.on_message = async (_client, _userdata, message) => {
        running += 1;
        most = Math.max(most, running);
        await gate;
        running -= 1;
        if (order.push(Number(message.payload)) === count) {
          resolve();
        }
      };
    });
    await using publisher = await connected(broker.port);
    for (let number = 0; number < count; number++) {
      publisher.publish("a", number);
    }
    // The broker answers behind all of them.
    await publisher.publish("b", "x", 1).wait_for_publish();
    await subscribed(client, "other");
    open();
    await in_time(all, "all messages", limit);
    expect(most).toBe(1);
    expect(order).toEqual(Array.from({ length: count }, (_, number) => number));
  }, 60_000);
});
