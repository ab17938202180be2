import { describe, expect, it } from "@jest/globals";
import { SubscribeOptions } from "../../lib/client/index.ts";
import { eventually } from "../support/eventually.ts";
import { describe_brokers } from "./brokers.ts";
import { connected, inbox, next_message, subscribed, texts, versions } from "./scene.ts";

describe_brokers("retained messages in", (start) => {
  describe.each(versions)("on %s", (_name, protocol) => {
    it("come to who subscribes later, marked as retained, the last of each topic", async () => {
      await using broker = await start();
      await using publisher = await connected(broker.port, { protocol });
      publisher.publish("lamp", "off", 1, true);
      await publisher.publish("lamp", "on", 1, true).wait_for_publish();

      await using subscriber = await connected(broker.port, { protocol });
      const first = next_message(subscriber);
      await subscribed(subscriber, "lamp", 1);
      expect(await first).toMatchObject({ topic: "lamp", retain: true, qos: 1 });
      expect((await first).text()).toBe("on");

      const second = next_message(subscriber);
      publisher.publish("lamp", "dimmed", 1, true);
      // To an existing subscription it is a message like any other [MQTT-3.3.1-9].
      expect(await second).toMatchObject({ retain: false });
    });

    it("are gone after an empty one [MQTT-3.3.1-10]", async () => {
      await using broker = await start();
      await using publisher = await connected(broker.port, { protocol });
      publisher.publish("lamp", "on", 1, true);
      publisher.publish("door", "open", 1, true);
      await publisher.publish("lamp", null, 1, true).wait_for_publish();

      await using subscriber = await connected(broker.port, { protocol });
      const first = next_message(subscriber);
      const messages = inbox(subscriber);
      await subscribed(subscriber, [
        ["lamp", 1],
        ["door", 1],
      ]);
      await first;
      expect(messages).toMatchObject([{ topic: "door" }]);
    });
  });

  it.each([
    [SubscribeOptions.RETAIN_SEND_ON_SUBSCRIBE, 2],
    [SubscribeOptions.RETAIN_SEND_IF_NEW_SUB, 1],
    [SubscribeOptions.RETAIN_DO_NOT_SEND, 0],
  ])("with Retain Handling %i come %i times to who subscribes twice, on MQTT 5", async (handling, times) => {
    await using broker = await start();
    await using client = await connected(broker.port, { protocol: 5 });
    await client.publish("lamp", "on", 1, true).wait_for_publish();
    const messages = inbox(client);
    const options = new SubscribeOptions(1, { retainHandling: handling });
    await subscribed(client, "lamp", { options });
    await subscribed(client, "lamp", { options });
    client.publish("lamp", "last", 1);
    await eventually(() => expect(texts(messages)).toContain("last"));
    expect(texts(messages)).toEqual([...Array(times).fill("on"), "last"]);
  });

  it("keep their mark on existing subscriptions with Retain As Published, on MQTT 5", async () => {
    await using broker = await start();
    await using client = await connected(broker.port, { protocol: 5 });
    await subscribed(client, "lamp", { options: new SubscribeOptions(1, { retainAsPublished: true }) });
    const message = next_message(client);
    client.publish("lamp", "on", 1, true);
    expect(await message).toMatchObject({ retain: true });
  });
});
