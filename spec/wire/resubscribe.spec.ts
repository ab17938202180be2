import { describe, expect, it } from "@jest/globals";
import { Properties, SubscribeOptions } from "../../lib/client/index.ts";
import { PacketTypes } from "../../lib/model/packettypes.ts";
import { eventually } from "../support/eventually.ts";
import { connected, record, strangers } from "./talk.ts";

describe("subscriptions over a broken link", () => {
  it("are asked for again with their packet id when they were unanswered", async () => {
    await using talk = await connected();
    const { client, packets } = talk;
    const calls = record(client, "subscribe", "unsubscribe");
    client.subscribe("a", 1);
    client.unsubscribe("b");
    await talk.link.expect_packet("SUBSCRIBE");
    await talk.link.expect_packet("UNSUBSCRIBE");
    talk.link.reset();
    await talk.next_link();
    talk.welcome();
    await talk.link.expect(packets.subscribe(1, [["a", 1]]));
    await talk.link.expect(packets.unsubscribe(2, ["b"]));
    talk.link.send(packets.suback(1, [1]));
    talk.link.send(packets.unsuback(2));
    await talk.nothing_more();
    expect(calls.map(([name, mid]) => [name, mid])).toEqual([
      ["subscribe", 1],
      ["unsubscribe", 2],
    ]);
  });

  it("are restored with the identifier and the options they were asked with", async () => {
    await using talk = await connected({ protocol: 5, client_id: "k" });
    const { client, packets } = talk;
    const with_identifier = (id: number) =>
      new Properties(PacketTypes.SUBSCRIBE, { SubscriptionIdentifier: id });
    client.subscribe("a", { options: new SubscribeOptions(1, true), properties: with_identifier(1) });
    client.subscribe("b", { qos: 2, properties: with_identifier(2) });
    for (const mid of [1, 2]) {
      await talk.link.expect_packet("SUBSCRIBE");
      talk.link.send(packets.suback(mid, [mid]));
    }
    await talk.nothing_more();
    talk.link.reset();
    await talk.next_link();
    talk.welcome();
    await talk.link.expect(packets.subscribe(3, [["a", 5]], "0b 01"));
    await talk.link.expect(packets.subscribe(4, [["b", 2]], "0b 02"));
  });

  it("are not restored to a broker that has kept the session", async () => {
    await using talk = await connected({ protocol: 5, client_id: "k" });
    talk.client.subscribe("a");
    await talk.link.expect_packet("SUBSCRIBE");
    talk.link.send(talk.packets.suback(1, [0]));
    await talk.nothing_more();
    talk.link.reset();
    await talk.next_link();
    talk.welcome({ session_present: true });
    await talk.nothing_more();
  });

  it("are not restored when the user has given them up in between", async () => {
    await using talk = await connected();
    const { client, packets } = talk;
    client.subscribe("a");
    await talk.link.expect_packet("SUBSCRIBE");
    talk.link.send(packets.suback(1, [0]));
    client.subscribe([
      ["b", 0],
      ["c", 0],
    ]);
    await talk.link.expect_packet("SUBSCRIBE");
    client.loop_stop();
    talk.link.reset();
    await eventually(() => expect(client.socket()).toBeNull());
    expect(client.unsubscribe(["a", "b"])).toEqual([4, null]);
    client.loop_start();
    client.reconnect();
    await talk.next_link();
    talk.welcome();
    await talk.link.expect(packets.subscribe(2, [["c", 0]]));
    await talk.nothing_more();
  });

  it("are not restored when resubscribe is false", async () => {
    await using talk = await connected({ resubscribe: false });
    talk.client.subscribe("a");
    await talk.link.expect_packet("SUBSCRIBE");
    talk.link.send(talk.packets.suback(1, [0]));
    await talk.nothing_more();
    talk.link.reset();
    await talk.next_link();
    talk.welcome();
    await talk.nothing_more();
  });

  it("are not restored when the broker had refused them, and no on_subscribe tells of restoring", async () => {
    await using talk = await connected();
    const { client, packets } = talk;
    client.subscribe([
      ["a", 0],
      ["no", 0],
    ]);
    await talk.link.expect_packet("SUBSCRIBE");
    talk.link.send(packets.suback(1, [0, 128]));
    await talk.nothing_more();
    const calls = record(client, "subscribe");
    talk.link.reset();
    await talk.next_link();
    talk.welcome();
    await talk.link.expect(packets.subscribe(2, [["a", 0]]));
    talk.link.send(packets.suback(2, [0]));
    await talk.nothing_more();
    expect(calls).toEqual([]);
  });

  it("are left to on_connect where it subscribes itself", async () => {
    await using talk = await strangers();
    const { client, packets } = talk;
    client.on_connect = () => void client.subscribe("a", 1);
    await talk.dial();
    talk.welcome();
    await talk.link.expect(packets.subscribe(1, [["a", 1]]));
    talk.link.send(packets.suback(1, [1]));
    await talk.nothing_more();
    client.subscribe("b", 2);
    await talk.link.expect(packets.subscribe(2, [["b", 2]]));
    talk.link.send(packets.suback(2, [2]));
    await talk.nothing_more();
    talk.link.reset();
    await talk.next_link();
    talk.welcome();
    await talk.link.expect(packets.subscribe(3, [["a", 1]]));
    await talk.link.expect(packets.subscribe(4, [["b", 2]]));
    await talk.nothing_more();
  });
});
