import { expect, it } from "@jest/globals";
import { type Client, PacketTypes, Properties } from "../../lib/client/index.ts";
import { eventually } from "../support/eventually.ts";
import { describe_brokers } from "./brokers.ts";
import { connect, connected, inbox, new_client, next_message, subscribed, texts } from "./scene.ts";

const protocol = 5;

describe_brokers("messages of MQTT 5 through", (start) => {
  it("carry their properties", async () => {
    await using broker = await start();
    await using client = await connected(broker.port, { protocol });
    await subscribed(client, "a", 1);
    const message = next_message(client);
    const properties = new Properties(PacketTypes.PUBLISH, {
      PayloadFormatIndicator: 1,
      ContentType: "text/plain",
      UserProperty: [
        ["name", "value"],
        ["name", "another value"],
        ["", "日本語"],
      ],
    });
    client.publish("a", "text", 1, false, properties);
    expect((await message).properties?.json()).toEqual(properties.json());
  });

  it("ask and answer by Response Topic and Correlation Data", async () => {
    await using broker = await start();
    await using server = await connected(broker.port, { protocol });
    await using asker = await connected(broker.port, { protocol });
    await subscribed(server, "square", 1);
    await subscribed(asker, "answers/asker", 1);
    server.on_message = (client, _userdata, { payload, properties }) => {
      const { ResponseTopic = "", CorrelationData } = properties ?? {};
      const answer = new Properties(PacketTypes.PUBLISH, { CorrelationData });
      client.publish(ResponseTopic, Number(payload) ** 2, 1, false, answer);
    };
    const answers = inbox(asker);
    for (const number of [2, 3, 4]) {
      const question = new Properties(PacketTypes.PUBLISH, {
        ResponseTopic: "answers/asker",
        CorrelationData: Uint8Array.of(0, 255, number),
      });
      asker.publish("square", number, 1, false, question);
    }
    await eventually(() => expect(answers).toHaveLength(3));
    expect(answers.map((message) => [message.properties?.CorrelationData?.[2], message.text()])).toEqual([
      [2, "4"],
      [3, "9"],
      [4, "16"],
    ]);
  });

  it("say how much of their lifetime is left, and are not delivered after it [MQTT-3.3.2-6]", async () => {
    await using broker = await start();
    const absent = { protocol, client_id: "absent", persistent: true } as const;
    {
      await using client = await connected(broker.port, absent);
      await subscribed(client, "a", 1);
    }
    await using publisher = await connected(broker.port, { protocol });
    const lifetime = (seconds: number) =>
      new Properties(PacketTypes.PUBLISH, { MessageExpiryInterval: seconds });
    publisher.publish("a", "short", 1, false, lifetime(1));
    publisher.publish("a", "long", 1, false, lifetime(1000));
    // The time that passes here is what the spec is about: one message has a second to live.
    await publisher.publish("a", "for ever", 1).wait_for_publish();
    await new Promise((resolve) => setTimeout(resolve, 2_100));

    await using client = new_client(absent);
    const messages = inbox(client);
    await connect(client, broker.port, absent);
    await eventually(() => expect(messages).toHaveLength(2));
    expect(texts(messages)).toEqual(["long", "for ever"]);
    const [long, for_ever] = messages.map((message) => message.properties?.MessageExpiryInterval);
    expect(long).toBeLessThan(1000);
    expect(long).toBeGreaterThan(900);
    expect(for_ever).toBeUndefined();
  });

  it("tell the identifiers of the subscriptions that they match", async () => {
    await using broker = await start();
    await using client = await connected(broker.port, { protocol });
    const identifier = (number: number) =>
      new Properties(PacketTypes.SUBSCRIBE, { SubscriptionIdentifier: number });
    await subscribed(client, "a/+", { qos: 1, properties: identifier(7) });
    await subscribed(client, "a/b", { qos: 1, properties: identifier(268_435_455) });
    const messages = inbox(client);
    client.publish("a/b", "both", 1);
    client.publish("a/c", "one", 1);
    await eventually(() => expect(texts(messages)).toContain("one"));
    const told = (text: string) =>
      messages
        .filter((message) => message.text() === text)
        .flatMap((message) => message.properties?.SubscriptionIdentifier ?? [])
        .sort((a, b) => a - b);
    // One message with both or one message each: the broker may choose (3.3.4).
    expect(told("both")).toEqual([7, 268_435_455]);
    expect(told("one")).toEqual([7]);
  });

  // Only from the client to the broker: neither makes aliases of its own.
  it("need their topic only once with a Topic Alias", async () => {
    await using broker = await start({ topic_aliases: 2 });
    await using client = await connected(broker.port, { protocol });
    await subscribed(client, "a/long/topic/+", 2);
    const messages = inbox(client);
    const alias = (number: number) => new Properties(PacketTypes.PUBLISH, { TopicAlias: number });
    client.publish("a/long/topic/one", "1", 0, false, alias(1));
    client.publish("", "2", 1, false, alias(1));
    client.publish("a/long/topic/two", "3", 2, false, alias(2));
    client.publish("", "4", 2, false, alias(2));
    client.publish("", "5", 0, false, alias(1));
    // More than the broker allows: sent with the whole topic.
    client.publish("a/long/topic/three", "6", 1, false, alias(3));
    client.publish("", "7", 1, false, alias(3));
    await eventually(() => expect(messages).toHaveLength(7));
    const topics = Object.fromEntries(messages.map((message) => [message.text(), message.topic]));
    expect(topics).toEqual({
      1: "a/long/topic/one",
      2: "a/long/topic/one",
      3: "a/long/topic/two",
      4: "a/long/topic/two",
      5: "a/long/topic/one",
      6: "a/long/topic/three",
      7: "a/long/topic/three",
    });
    expect(client.stats().reconnects).toBe(0);
  });

  it("are divided among the members of a shared subscription", async () => {
    await using broker = await start();
    await using publisher = await connected(broker.port, { protocol });
    const members: Client<2>[] = [];
    const shares = await Promise.all(
      [1, 2, 3].map(async () => {
        const client = await connected(broker.port, { protocol });
        members.push(client);
        await subscribed(client, "$share/workers/jobs/#", 1);
        return inbox(client);
      }),
    );
    const numbers = Array.from({ length: 300 }, (_, index) => String(index));
    for (const number of numbers) {
      publisher.publish("jobs/new", number, 1);
    }
    await eventually(() => expect(shares.flat()).toHaveLength(numbers.length));
    const done = shares.flatMap(texts).sort((a, b) => Number(a) - Number(b));
    expect(done).toEqual(numbers);
    for (const share of shares) {
      expect(share.length).toBeGreaterThan(0);
    }
    await Promise.all(members.map((client) => client.close()));
  });
});
