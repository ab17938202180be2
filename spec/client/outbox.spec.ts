// What a client with a store sends, and when; what it says when the store fails.

import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, it } from "@jest/globals";
import { CallbackAPIVersion, Client, type MQTTMessageInfo, StoreError } from "../../lib/client/index.ts";
import { check_store, keeper_of } from "../../lib/client/store_argument_page.ts";
import { eventually } from "../support/eventually.ts";
import { FlakyStore, LaterStore } from "../support/flaky_store.ts";
import { connected, strangers } from "../wire/talk.ts";

const persistent = { client_id: "me", clean_session: false };
const stores = [
  ["writes with each message", () => new FlakyStore()],
  ["writes once in a turn", () => new FlakyStore({ gathers: true })],
  ["answers later", () => new LaterStore()],
] as const;

const offline = (store: FlakyStore | LaterStore, options: object = {}) =>
  new Client(CallbackAPIVersion.VERSION2, { ...persistent, store, warnings: false, ...options });

describe.each(stores)("with a store that %s", (_how, make) => {
  it("a message is in the store before it leaves, and no more when it is acknowledged", async () => {
    const store = make();
    await using talk = await connected({ ...persistent, store });
    const { client, link, packets } = talk;
    const info = client.publish("t", "p", 1);
    await link.expect(packets.publish({ topic: "t", payload: "p", qos: 1, mid: 1 }));
    expect(store.disk.messages).toEqual([info.id]);
    link.send(packets.puback(1));
    expect(await info.wait_for_publish()).toBe(true);
    await eventually(() => expect(store.disk.messages).toEqual([]));
  });

  it("what was published offline by an earlier client is sent first", async () => {
    const store = make();
    const before = offline(store);
    await before.ready();
    const ids = [before.publish("t", "1", 1), before.publish("t", "2", 2)].map(({ id }) => id);
    await before.close();
    expect(store.disk.is_open).toBe(false);

    await using talk = await strangers({ ...persistent, store });
    const { client, packets } = talk;
    await talk.dial();
    talk.welcome({ session_present: true });
    const { link } = talk;
    expect(client.restored().map(({ id }) => id)).toEqual(ids);
    await link.expect(packets.publish({ topic: "t", payload: "1", qos: 1, mid: 1 }));
    await link.expect(packets.publish({ topic: "t", payload: "2", qos: 2, mid: 2 }));
    link.send(packets.puback(1));
    link.send(packets.pubrec(2));
    await link.expect(packets.pubrel(2));
    expect(store.disk.records.has((ids[1] ?? 0) + 1)).toBe(true);
    link.send(packets.pubcomp(2));
    await Promise.all(client.restored().map((info) => info.wait_for_publish()));
    await eventually(() => expect(store.disk.messages).toEqual([]));
  });

  it("what is safe leaves also when the disk is full, so that the store can become smaller", async () => {
    const store = make();
    await using talk = await strangers({ ...persistent, store });
    const { client, packets } = talk;
    await client.ready();
    client.publish("t", "1", 1);
    await eventually(() => expect(store.disk.messages).toHaveLength(1));
    await talk.dial();
    store.disk.full = true;
    talk.welcome();
    await talk.link.expect(packets.publish({ topic: "t", payload: "1", qos: 1, mid: 1 }));
    store.disk.full = false;
    talk.link.send(packets.puback(1));
    await eventually(() => expect(store.disk.messages).toEqual([]));
  });

  it("the id of a QoS 2 message is in the store before PUBREC leaves, and no more when PUBCOMP does", async () => {
    const store = make();
    await using talk = await connected({ ...persistent, store });
    const { link, packets } = talk;
    link.send(packets.publish({ topic: "t", payload: "p", qos: 2, mid: 7 }));
    await link.expect(packets.pubrec(7));
    expect(store.disk.records.has(65_536 + 7)).toBe(true);
    link.send(packets.pubrel(7));
    await link.expect(packets.pubcomp(7));
    expect(store.disk.records.has(65_536 + 7)).toBe(false);
  });

  it("a message that cannot be kept ends with the store's error, and the next one goes its way", async () => {
    const store = make();
    await using talk = await connected({ ...persistent, store });
    const { client, link, packets } = talk;
    store.disk.full = true;
    const publish = async () => await client.publish("t", "lost", 1).wait_for_publish();
    await expect(publish()).rejects.toThrow(StoreError);
    await expect(publish()).rejects.toMatchObject({ code: "ERR_MQTT_STORE_FULL" });
    expect(client.stats()).toMatchObject({ queued: 0, in_flight: 0 });
    store.disk.full = false;
    const kept = client.publish("t", "kept", 1);
    expect(await link.expect_packet("PUBLISH")).toMatchObject({ length: 11 });
    link.send(packets.puback(kept.mid));
    expect(await kept.wait_for_publish()).toBe(true);
  });

  it("a message that was not kept has no number, and nothing is deleted of it", async () => {
    const store = make();
    const deleted: number[] = [];
    store.delete = (key) => void deleted.push(key);
    const client = offline(store);
    await client.ready();
    store.disk.full = true;
    for (let count = 0; count < 3; count += 1) {
      const refused: MQTTMessageInfo[] = [];
      const publish = async () => {
        const info = client.publish("t", "lost", 1);
        refused.push(info);
        await info.wait_for_publish();
      };
      await expect(publish()).rejects.toThrow(StoreError);
      expect(refused.map(({ id }) => id)).toEqual(refused.map(() => null));
    }
    store.disk.full = false;
    const kept = client.publish("t", "kept", 1);
    await eventually(() => expect(store.disk.messages).toEqual([kept.id]));
    expect(deleted).toEqual([]);
    await client.close();
  });

  it("what is to be noted while the disk is full is noted later, and nothing that relies on it leaves before", async () => {
    const store = make();
    await using talk = await connected({ ...persistent, store });
    const { client, link, packets } = talk;
    const info = client.publish("t", "p", 2);
    await link.expect_packet("PUBLISH");
    store.disk.full = true;
    link.send(packets.pubrec(1));
    await talk.link.expect_silence(30);
    store.disk.full = false;
    await link.expect(packets.pubrel(1));
    link.send(packets.pubcomp(1));
    expect(await info.wait_for_publish()).toBe(true);
    await eventually(() => expect(store.disk.messages).toEqual([]));
  });

  it("a message leaves only when it outlives a power cut, as far as the store can tell", async () => {
    const store = make();
    await using talk = await connected({ ...persistent, store });
    store.disk.unsyncable = true;
    talk.client
      .publish("t", "p", 1)
      .wait_for_publish()
      .catch(() => {});
    await talk.link.expect_silence(30);
  });

  it("connect() tells that it cannot be opened, and goes on when it can", async () => {
    const store = make();
    store.disk.full = true;
    await using talk = await strangers({ ...persistent, store, loop: false });
    const { client, broker } = talk;
    await expect(client.connect(broker.host, broker.port)).rejects.toThrow("no room: the disk is full");
    await expect(client.ready()).rejects.toThrow(StoreError);
    store.disk.full = false;
    await talk.dial();
  });

  it("publish() tells that it cannot be opened", async () => {
    const store = make();
    store.disk.full = true;
    const client = offline(store);
    const publish = async () => await client.publish("t", "p", 1).wait_for_publish();
    await expect(publish()).rejects.toThrow(StoreError);
    expect(client.publish("t", "p", 0).rc).toBe(4);
  });

  it("what it holds that makes no sense is put aside, and told", async () => {
    const store = make();
    store.disk.records.set(2 ** 32, Uint8Array.of(1, 2, 3));
    const warned: string[] = [];
    const client = offline(store);
    client.on_log = (_client, _userdata, _level, text) => void warned.push(text);
    await client.ready();
    await eventually(() => expect(warned.join()).toContain("it is too short"));
    expect([store.disk.quarantined, client.restored()]).toEqual([[2 ** 32], []]);
    await client.close();
  });

  it("that what makes no sense cannot be put aside is told, too", async () => {
    const store = make();
    store.disk.records.set(2 ** 32, Uint8Array.of(1, 2, 3));
    const quarantine = store.disk.quarantine;
    store.disk.quarantine = () => store.disk.check(true);
    const warned: string[] = [];
    const client = offline(store);
    client.on_log = (_client, _userdata, _level, text) => void warned.push(text);
    await client.ready();
    await eventually(() => expect(warned.join()).toContain("no room"));
    store.disk.quarantine = quarantine;
    await client.close();
  });

  it("a client that is closed lets go of it, and takes it again when it needs it", async () => {
    const store = make();
    const client = offline(store);
    await client.ready();
    client.publish("t", "1", 1);
    await client.close();
    expect(store.disk.is_open).toBe(false);
    await client.ready();
    expect([store.disk.is_open, client.restored().length, client.stats().queued]).toEqual([true, 1, 1]);
    client.reinitialise("other");
    await eventually(() => expect(store.disk.is_open).toBe(false));
    expect([client.stats().queued, store.disk.messages.length]).toEqual([0, 1]);
  });
});

describe("a store that answers later", () => {
  it("is waited for by what is published in the meantime, not by what was safe before", async () => {
    const store = new LaterStore();
    await using talk = await connected({ ...persistent, store });
    const { client, link, packets } = talk;
    store.held = [];
    client.publish("t", "1", 1);
    await eventually(() => expect(store.held).toHaveLength(1));
    client.publish("t", "2", 1);
    await talk.link.expect_silence(30);
    store.answer();
    await link.expect(packets.publish({ topic: "t", payload: "1", qos: 1, mid: 1 }));
    await eventually(() => expect(store.held).toHaveLength(1));
    store.answer();
    await link.expect(packets.publish({ topic: "t", payload: "2", qos: 1, mid: 2 }));
    store.held = null;
  });

  it("deletes nothing of a message that has given way before it was known not to be kept", async () => {
    const store = new LaterStore();
    const deleted: number[] = [];
    store.delete = (key) => void deleted.push(key);
    const client = offline(store, { max_queued_bytes: 2, queue_policy: "drop_oldest" });
    await client.ready();
    store.held = [];
    client.publish("t", "1", 1);
    await eventually(() => expect(store.held).toHaveLength(1));
    const last = client.publish("t", "2", 1);
    store.disk.full = true;
    store.answer();
    store.held = null;
    await expect(last.wait_for_publish()).rejects.toThrow(StoreError);
    store.disk.full = false;
    await client.close();
    expect([deleted, store.disk.messages]).toEqual([[], []]);
  });

  it("costs only the one message that it refuses, of those that had waited for it to be open", async () => {
    const store = new LaterStore();
    const put = store.put;
    let count = 0;
    store.put = (key, value) => {
      count += 1;
      if (count === 2) throw new StoreError("no room for this one");
      put.call(store, key, value);
    };
    const client = offline(store);
    const infos = ["1", "2", "3"].map((text) => client.publish("t", text, 1));
    await client.ready();
    await expect(infos[1]?.wait_for_publish()).rejects.toThrow("no room for this one");
    expect([infos[0]?.is_published(), infos[2]?.is_published()]).toEqual([false, false]);
    expect(client.stats()).toMatchObject({ queued: 2, dropped: 1 });
    await eventually(() => expect(store.disk.messages).toEqual([infos[0]?.id, infos[2]?.id]));
    expect(infos[1]?.id).toBeNull();
    await client.close();
  });

  it("is waited for by what was safe before until it knows that it may have left", async () => {
    const store = new LaterStore();
    await using talk = await strangers({ ...persistent, store });
    const { client, packets } = talk;
    await client.ready();
    client.publish("t", "1", 1);
    await eventually(() => expect(store.disk.messages).toHaveLength(1));
    await talk.dial();
    store.held = [];
    talk.welcome();
    await talk.link.expect_silence(30);
    store.answer();
    await talk.link.expect(packets.publish({ topic: "t", payload: "1", qos: 1, mid: 1 }));
    store.held = null;
  });

  it.each([
    ["PUBREL, once it knows that PUBREC came", true],
    ["PUBLISH, once it has forgotten that", false],
  ])("is waited for on the next link by %s", async (_packet, session_present) => {
    const store = new LaterStore();
    await using talk = await connected({ ...persistent, store });
    const { client, link, packets } = talk;
    client.publish("t", "p", 2);
    await link.expect_packet("PUBLISH");
    store.held = [];
    link.send(packets.pubrec(1));
    await eventually(() => expect(store.held).toHaveLength(1));
    link.close();
    const next = await talk.next_link();
    talk.welcome({ session_present });
    await next.expect_silence(30);
    store.answer();
    await next.expect_silence(30);
    store.answer();
    await next.expect(
      session_present
        ? packets.pubrel(1)
        : packets.publish({ topic: "t", payload: "p", qos: 2, mid: 1, dup: true }),
    );
    store.held = null;
  });

  it("is not asked again and again while it fails", async () => {
    const store = new LaterStore();
    await using talk = await connected({ ...persistent, store });
    const { client, link, packets } = talk;
    client.publish("t", "p", 2);
    await link.expect_packet("PUBLISH");
    store.disk.full = true;
    let asked = 0;
    store.disk.check = (fails) => {
      asked += 1;
      if (fails) throw new StoreError("no room", { code: "ERR_MQTT_STORE_FULL" });
    };
    link.send(packets.pubrec(1));
    await eventually(() => expect(asked).toBe(1));
    await link.expect_silence(30);
    expect(asked).toBe(1);
    store.disk.full = false;
    await link.expect(packets.pubrel(1));
  });

  it("takes what was published before it was open, behind what it holds", async () => {
    const store = new LaterStore();
    const before = offline(store);
    const early = before.publish("t", "1", 1);
    expect(early.id).toBeNull();
    await before.ready();
    expect(early.id).toBe(2 ** 32);
    await before.close();
    await using talk = await strangers({ ...persistent, store });
    talk.client.connect(talk.broker.host, talk.broker.port);
    talk.client.publish("t", "2", 1);
    const link = await talk.next_link();
    talk.welcome({ session_present: true });
    await link.expect(talk.packets.publish({ topic: "t", payload: "1", qos: 1, mid: 1 }));
    await link.expect(talk.packets.publish({ topic: "t", payload: "2", qos: 1, mid: 2 }));
  });
});

describe("store_set()", () => {
  it("takes the path of a file, and gives it back to nobody's memory", async () => {
    const folder = mkdtempSync(join(tmpdir(), "karere-outbox-"));
    try {
      const client = new Client(CallbackAPIVersion.VERSION2, persistent);
      client.store_set(join(folder, "outbox.log"));
      expect(client.publish("t", "p", 1).id).toBe(2 ** 32);
      await client.close();
      const named = new Client({ ...persistent, store: join(folder, "outbox.log") });
      expect(named.restored().map(({ mid }) => mid)).toEqual([1]);
      await named.close();
      named.store_set(null);
      expect([named.publish("t", "p", 1).id, named.restored()]).toEqual([null, []]);
    } finally {
      rmSync(folder, { recursive: true });
    }
  });

  it("comes before anything is published or connected", async () => {
    const used = new Client(CallbackAPIVersion.VERSION2, { store: new FlakyStore() });
    used.publish("t", "p", 1);
    expect(() => used.store_set(null)).toThrow("store_set() comes before connect()");
    const queued = new Client(CallbackAPIVersion.VERSION2);
    queued.publish("t", "p", 1);
    expect(() => queued.store_set(new FlakyStore())).toThrow("store_set() comes before connect()");
    await used.close();
  });

  it.each([
    [1, "store must be the path of a file, or a store: not a number"],
    [{ open() {}, put() {} }, "it lacks delete, write, sync, quarantine, close"],
    ["", "store must name a file, or be a store"],
  ])("refuses %p", (store, text) => {
    expect(() => new Client({ store } as never)).toThrow(text);
  });
});

it("the one file for a page has no stores, and says so", () => {
  expect([check_store(null), keeper_of()]).toEqual([null, null]);
  expect(() => check_store("outbox.log")).toThrow("karere.min.js has no stores");
});

describe("ready()", () => {
  it("waits until the queue has room", async () => {
    await using talk = await connected({ max_queued_bytes: 10 });
    const { client, link, packets } = talk;
    await client.ready();
    client.publish("t", "123456", 1);
    let is_ready = false;
    const ready = client.ready().then(() => {
      is_ready = true;
    });
    await link.expect_packet("PUBLISH");
    expect(is_ready).toBe(false);
    link.send(packets.puback(1));
    await ready;
  });

  it("rejects when nobody makes room", async () => {
    const client = new Client(CallbackAPIVersion.VERSION2, { max_queued_bytes: 10 });
    client.publish("t", "123456", 1);
    await expect(client.ready()).rejects.toThrow("nobody sends the message");
    await using talk = await connected({ max_queued_bytes: 10 });
    talk.client.publish("t", "123456", 1);
    await talk.link.expect_packet("PUBLISH");
    const ready = talk.client.ready();
    talk.client.disconnect();
    await talk.link.expect_packet("DISCONNECT");
    talk.link.close();
    await expect(ready).rejects.toMatchObject({ code: "ERR_MQTT_CLOSED" });
  });
});

it("a message that is too old is dropped before it leaves for the first time", async () => {
  const client = new Client(CallbackAPIVersion.VERSION2, { max_queued_age: 0.01 });
  const info = client.publish("t", "p", 1);
  await eventually(() => expect(client.stats()).toMatchObject({ queued: 0, dropped: 1 }));
  expect(() => info.is_published()).toThrow("it has waited for max_queued_age");
});
