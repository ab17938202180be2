// The types that users of karere/broker and karere/testing see. tsc checks what stands here; it runs only to be found.

import { expect, it } from "@jest/globals";
import { Broker, type BrokerClient, type Credentials, type Verdict } from "../../lib/broker/index.ts";
import { type MQTTMessage, PacketTypes, Properties, ReasonCode } from "../../lib/index.ts";
import { type FakeClock, type TestBroker, using_broker, using_clock } from "../../lib/testing/index.ts";

it("types options, hooks and events", async () => {
  const broker = new Broker({
    authenticate: async ({ username, password }: Credentials): Promise<Verdict> =>
      username === "me" && password !== null ? true : new ReasonCode(PacketTypes.CONNACK, "Banned"),
    authorize: ({ client_id }: BrokerClient, action: "publish" | "subscribe", topic: string) =>
      action === "subscribe" || topic.startsWith(client_id),
    logger: console,
  });
  // @ts-expect-error: there is no such option
  expect(() => new Broker({ max_packet: 1 })).toThrow(TypeError);
  broker.on("published", (message: MQTTMessage, client: BrokerClient | null) => [message, client]);
  broker.on("subscribed", (_client: BrokerClient, _filter: string, _qos: 0 | 1 | 2) => {});
  // @ts-expect-error: there is no such event
  broker.on("arrived", () => {});
  // @ts-expect-error: a will has no client
  broker.on("published", (_message: MQTTMessage, _client: BrokerClient) => {});
});

it("types publish() by position and by name", () => {
  const broker = new Broker();
  const properties = new Properties(PacketTypes.PUBLISH, { ContentType: "text" });
  broker.publish("t");
  broker.publish("t", 5, 1, true, properties);
  broker.publish("t", "x", { qos: 1 });
  broker.publish({ topic: "t", payload: null, retain: true });
  const of_connect = new Properties(PacketTypes.CONNECT);
  // @ts-expect-error: properties of another packet
  expect(() => broker.publish("t", "x", 1, true, of_connect)).toThrow("PacketTypes.PUBLISH");
  // @ts-expect-error: objects are not published
  expect(() => broker.publish("t", { temperature: 20 })).toThrow("JSON.stringify");
});

it("types what tests get", async () => {
  const clock: FakeClock = using_clock();
  await using broker: TestBroker = await using_broker({ max_queued_messages: 1 });
  broker.publish("t", "x");
  const message: MQTTMessage = await broker.received("t");
  const passed: Promise<void> = clock.advance(1);
  await passed;
  expect([message.text(), clock.elapsed]).toEqual(["x", 1]);
  clock.restore();
});
