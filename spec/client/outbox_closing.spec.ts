// What a client with a store does when it is closed: what it has written by then, and how it goes on afterwards.

import { describe, expect, it } from "@jest/globals";
import { CallbackAPIVersion, Client } from "../../lib/client/index.ts";
import { eventually } from "../support/eventually.ts";
import { type FlakyStore, LaterStore } from "../support/flaky_store.ts";

const persistent = { client_id: "me", clean_session: false };

const offline = (store: FlakyStore | LaterStore, options: object = {}) =>
  new Client(CallbackAPIVersion.VERSION2, { ...persistent, store, warnings: false, ...options });

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
    await new Promise(setImmediate);
    store.answer();
    store.held = null;
    await closing;
    expect(store.disk.messages).toEqual([id]);
  });
});
