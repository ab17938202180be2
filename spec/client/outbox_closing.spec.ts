// What a client with a store does when it is closed: what it has written by then, and how it goes on afterwards.

import { describe, expect, it } from "@jest/globals";
import { CallbackAPIVersion, Client } from "../../lib/client/index.ts";
import { eventually } from "../support/eventually.ts";
import { FlakyStore, LaterStore } from "../support/flaky_store.ts";
import { connected, strangers } from "../wire/talk.ts";

const persistent = { client_id: "me", clean_session: false };

const next_turn = () => new Promise<void>((resolve) => setImmediate(resolve));

const offline = (store: FlakyStore | LaterStore, options: object = {}) =>
  new Client(CallbackAPIVersion.VERSION2, { ...persistent, store, warnings: false, ...options });

const stores = [
  ["writes with each message", () => new FlakyStore()],
  ["writes once in a turn", () => new FlakyStore({ gathers: true })],
  ["answers later", () => new LaterStore()],
] as const;

describe.each(stores)("close() with a store that %s", (_how, make) => {
  it("keeps what is published meanwhile, at whichever moment, and lets go of the store", async () => {
    for (let moment = 0; moment < 24; moment += 1) {
      const store = make();
      const client = offline(store);
      await client.ready();
      client.publish("t", "1", 1);
      const closing = client.close();
      for (let passed = 0; passed < moment; passed += 1) await (passed < 16 ? null : next_turn());
      const meanwhile = client.publish("t", "2", 1);
      await closing;
      await client.close();
      expect([moment, store.disk.is_open, meanwhile.is_published()]).toEqual([moment, false, false]);
      expect(store.disk.messages).toEqual([2 ** 32, meanwhile.id]);
    }
  });

  it("lets go of a store whose last writing fails, tells that, and takes it again", async () => {
    const store = make();
    const client = offline(store);
    await client.ready();
    const { id } = client.publish("t", "1", 1);
    await next_turn();
    await eventually(() => expect(store.disk.messages).toEqual([id]));
    store.disk.unsyncable = true;
    await expect(client.close()).rejects.toThrow("no room");
    store.disk.unsyncable = false;
    client.publish("t", "2", 1);
    await client.ready();
    expect([client.restored().length, client.stats().queued]).toEqual([1, 2]);
    await client.close();
    expect([store.disk.is_open, store.disk.messages.length]).toEqual([false, 2]);
  });

  it("leaves what was published to the next connection, and who has published it hears of its end", async () => {
    const store = make();
    await using talk = await strangers({ ...persistent, store });
    const { client, packets } = talk;
    const infos = [client.publish("t", "1", 1), client.publish("t", "2", 2)];
    const waiting = expect(infos[0]?.wait_for_publish()).rejects.toMatchObject({ code: "ERR_MQTT_CLOSED" });
    await client.close({ timeout: 0 });
    await waiting;
    client.loop_start();
    await talk.dial();
    talk.welcome({ session_present: true });
    await talk.link.expect(packets.publish({ topic: "t", payload: "1", qos: 1, mid: 1 }));
    await talk.link.expect(packets.publish({ topic: "t", payload: "2", qos: 2, mid: 2 }));
    expect(client.restored()).toEqual(infos);
    talk.link.send(packets.puback(1));
    talk.link.send(packets.pubrec(2));
    await talk.link.expect(packets.pubrel(2));
    talk.link.send(packets.pubcomp(2));
    expect(await Promise.all(infos.map((info) => info.wait_for_publish()))).toEqual([true, true]);
  });

  it("says so when a message is in the store no more by the time that it is opened again", async () => {
    const store = make();
    const client = offline(store);
    await client.ready();
    const gone = client.publish("t", "1", 1);
    const left = client.publish("t", "2", 1);
    await client.close();
    store.disk.records.delete(gone.id as number);
    await client.ready();
    expect(() => gone.is_published()).toThrow("another client has taken them out of the store");
    expect([left.is_published(), client.restored()]).toEqual([false, [left]]);
    await client.close();
  });

  it("ends what is not kept", async () => {
    const store = make();
    const client = offline(store, { queue_qos0: true });
    await client.ready();
    const info = client.publish("t", "1", 0);
    await client.close();
    expect(() => info.is_published()).toThrow("QoS 0 messages were not sent: the client was closed");
  });
});

const stores_or_none = [
  ["no store", () => null],
  ...stores.map(([how, make]) => [`a store that ${how}`, make] as const),
] as const;

describe.each(stores_or_none)("reinitialise() with %s", (_how, make) => {
  it("ends all that was published before, for who waits and for who asks later", async () => {
    const store = make();
    await using talk = await connected({ ...persistent, queue_qos0: true, ...(store && { store }) });
    const { client, link, packets } = talk;
    const sent = [client.publish("t", "1", 1), client.publish("t", "2", 2)];
    for (const _ of sent) await link.expect_packet("PUBLISH");
    link.send(packets.pubrec(2));
    await link.expect(packets.pubrel(2));
    client.disconnect();
    await link.expect_packet("DISCONNECT");
    link.close();
    await eventually(() => expect(client.is_connected()).toBe(false));
    const offline = [client.publish("t", "3", 1), client.publish("t", "4", 0)];
    client.connect_async(talk.broker.host, talk.broker.port);
    const waiting = expect(offline[0]?.wait_for_publish()).rejects.toThrow("the client was reinitialised");
    client.reinitialise("other");
    for (const info of [...sent, ...offline]) {
      expect(() => info.is_published()).toThrow("the client was reinitialised");
      await expect(info.wait_for_publish()).rejects.toMatchObject({ code: "ERR_MQTT_CLOSED" });
    }
    await waiting;
    expect([client.stats().queued, client.stats().in_flight]).toEqual([0, 0]);
    if (store === null) return;
    await eventually(() => expect(store.disk.is_open).toBe(false));
    expect(store.disk.messages).toHaveLength(4);
  });
});

it("reinitialise() lets go of a store that answers at once before it returns", () => {
  const store = new FlakyStore({ gathers: true });
  const client = offline(store);
  client.publish("t", "1", 1);
  client.reinitialise("other");
  expect([store.disk.is_open, store.disk.messages]).toEqual([false, [2 ** 32]]);
});

describe("close()", () => {
  it("ends what waited for a store that could not be opened", async () => {
    const store = new LaterStore();
    store.disk.full = true;
    const client = offline(store);
    const connecting = client.connect("127.0.0.1", 1);
    store.held = [];
    await eventually(() => expect(store.held).toHaveLength(1));
    const info = client.publish("t", "1", 1);
    store.answer();
    await expect(connecting).rejects.toThrow("no room");
    expect(info.is_published()).toBe(false);
    await client.close();
    await eventually(() => expect(() => info.is_published()).toThrow("was not kept: the client was closed"));
  });

  it("hands nothing on to another store", async () => {
    const client = offline(new FlakyStore());
    const info = client.publish("t", "1", 1);
    await client.close();
    client.store_set(new FlakyStore());
    const other = client.publish("t", "2", 1);
    expect([other.id, info.id, client.restored()]).toEqual([2 ** 32, 2 ** 32, []]);
    await client.close();
    await client.ready();
    expect(client.restored()).toEqual([other]);
    await client.close();
  });

  it("writes what has changed while a store that answers later was busy", async () => {
    const store = new LaterStore();
    const client = offline(store, { max_queued_bytes: 2, queue_policy: "drop_oldest" });
    await client.ready();
    store.held = [];
    client.publish("t", "1", 1);
    await eventually(() => expect(store.held).toHaveLength(1));
    const { id } = client.publish("t", "2", 1);
    const closing = client.close();
    await next_turn();
    store.answer();
    store.held = null;
    await closing;
    expect(store.disk.messages).toEqual([id]);
  });
});
