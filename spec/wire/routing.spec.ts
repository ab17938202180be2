import { describe, expect, it } from "@jest/globals";
import { Client } from "../../lib/client/index.ts";
import { caught } from "../model/caught.ts";
import { connected, type Talk } from "./talk.ts";

/** Adds a callback for each filter that notes the filter. */
function note(talk: Talk<2>, ...filters: string[]): string[] {
  const called: string[] = [];
  talk.client.on_message = (_client, _userdata, { topic }) => void called.push(`on_message ${topic}`);
  for (const filter of filters) talk.client.message_callback_add(filter, () => void called.push(filter));
  return called;
}

async function deliver(talk: Talk<2>, ...topics: string[]): Promise<void> {
  for (const topic of topics) talk.link.send(talk.packets.publish({ topic }));
  await talk.nothing_more();
}

describe("message_callback_add()", () => {
  it("calls all that match, once each, in the matcher's order, and on_message only where none does", async () => {
    await using talk = await connected();
    const called = note(talk, "#", "+/+", "+/b", "a/#", "a/+", "a/b/#", "a/b", "x", "a/b/c");
    await deliver(talk, "a/b");
    expect(called).toEqual(["a/b", "a/b/#", "a/+", "a/#", "+/b", "+/+", "#"]);
  });

  it("keeps on_message for what no filter matches", async () => {
    await using talk = await connected();
    const called = note(talk, "topic/callback/1", "topic/callback/+");
    await deliver(talk, "topic/callback/1", "topic/callback/2", "other");
    expect(called).toEqual(["topic/callback/1", "topic/callback/+", "topic/callback/+", "on_message other"]);
  });

  it("matches no topic that begins with $ by a wildcard in the first level [MQTT-4.7.2-1]", async () => {
    await using talk = await connected();
    const called = note(talk, "#", "+/broker", "$SYS/#", "a/+");
    await deliver(talk, "$SYS/broker", "a/$b");
    expect(called).toEqual(["$SYS/#", "a/+", "#"]);
  });

  it("replaces the callback of a filter that has one", async () => {
    await using talk = await connected();
    const called: string[] = [];
    talk.client.message_callback_add("a", () => void called.push("old"));
    talk.client.message_callback_add("a", () => void called.push("new"));
    await deliver(talk, "a");
    expect(called).toEqual(["new"]);
  });

  it("counts from the next message on, when it is called in a callback; as message_callback_remove does", async () => {
    await using talk = await connected();
    const { client } = talk;
    const called: string[] = [];
    client.message_callback_add("a", () => {
      called.push("a");
      client.message_callback_remove("a");
      client.message_callback_remove("#");
      client.message_callback_add("+", () => void called.push("+"));
    });
    client.message_callback_add("#", () => void called.push("#"));
    await deliver(talk, "a", "a");
    expect(called).toEqual(["a", "#", "+"]);
  });

  it("takes its arguments by name too", async () => {
    await using talk = await connected();
    const called: string[] = [];
    talk.client.message_callback_add({ sub: "a", callback: () => void called.push("a") });
    talk.client.message_callback_add("b", { callback: () => void called.push("b") });
    await deliver(talk, "a", "b");
    talk.client.message_callback_remove({ sub: "a" });
    await deliver(talk, "a");
    expect(called).toEqual(["a", "b"]);
  });

  it("works for a shared subscription by its plain filter, and by itself", async () => {
    await using talk = await connected();
    const called = note(talk, "$share/g/jobs/+");
    await deliver(talk, "jobs/1");
    expect(called).toEqual(["$share/g/jobs/+"]);
  });

  it("gives the message to async callbacks of all filters, and survives any that is removed", async () => {
    await using talk = await connected();
    const called = note(talk, "a");
    talk.client.message_callback_remove("a");
    talk.client.message_callback_remove("a");
    talk.client.message_callback_remove("never/there");
    await deliver(talk, "a");
    expect(called).toEqual(["on_message a"]);
  });

  it.each([
    ["no filter", () => new Client().message_callback_add(null as never, () => {})],
    ["no callback", () => new Client().message_callback_add("a", null as never)],
    ["what is no function", () => new Client().message_callback_add("a", "f" as never)],
    ["no filter to remove", () => new Client().message_callback_remove(null as never)],
  ])("refuses %s", (_name, call) => {
    expect(caught(call).name).toMatch(/^(ValueError|TypeError)$/);
  });
});
