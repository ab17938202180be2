// What a client with a store does when it is closed: what it has written by then, and how it goes on afterwards.

import { describe, expect, it } from "@jest/globals";
import { CallbackAPIVersion, Client } from "../../lib/client/index.ts";
import { eventually } from "../support/eventually.ts";
import { FlakyStore, LaterStore } from "../support/flaky_store.ts";

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
});

describe("close()", () => {
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
