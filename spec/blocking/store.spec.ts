// A store of a blocking client: what publish() has returned is kept, and what is not kept is told by publish().

import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "@jest/globals";
import { CallbackAPIVersion, Client } from "../../lib/blocking/index.ts";
import { FileStore } from "../../lib/store/file.ts";
import { LevelStore } from "../../lib/store/level.ts";
import { MemoryStore } from "../../lib/store/memory.ts";
import { small_disk } from "../crash/small_disk.ts";
import { embedded_broker } from "../support/embedded_broker.ts";
import { start_blocking } from "./script.ts";

const PROLOGUE = `
  const { FileStore } = await import("karere/store/file");
  const { LevelStore } = await import("karere/store/level");
  const made = (options) => new mqtt.Client(mqtt.CallbackAPIVersion.VERSION2, {
    client_id: "gateway", clean_session: false, warnings: false, ...options,
  });
  const path = process.env.OUTBOX;
  const connect = (client) => {
    client.connect("127.0.0.1", port);
    client.loop_start();
  };
  const told = (call) => {
    try {
      return call();
    } catch (error) {
      const [, at] = error.stack.split("\\n    at ");
      return [error.name, error.code, error.message, at.includes("[eval")].join(" ");
    }
  };
`;

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "karere-outbox-"));
});
afterEach(() => {
  rmSync(folder, { recursive: true });
});

/** What a script prints that finds `path`, `made()`, `connect()` and `told()`. */
async function lines_of(source: string, { port = 0, path = join(folder, "outbox") } = {}): Promise<string[]> {
  await using script = start_blocking(port, `${PROLOGUE}{ ${source} }`, { env: { OUTBOX: path } });
  const { stdout, stderr, exit_code } = await script.result();
  expect({ stderr, exit_code }).toEqual({ stderr: "", exit_code: 0 });
  return stdout.trimEnd().split("\n");
}

describe.each([
  ["the path of a file", "path"],
  ["a FileStore", 'new FileStore(path, { fsync: "interval" })'],
  ["a FileStore that is never synced", 'new FileStore(path, { fsync: "never" })'],
  ["a LevelStore with the name of its database", "new LevelStore(path)"],
])("a blocking client with %s", (_name, store) => {
  it("is sent what an earlier process has left, and each message can be waited for", async () => {
    await using broker = await embedded_broker();
    const left = await lines_of(`
      const first = made({ store: ${store} });
      first.ready();
      const infos = ["a", "b", "c"].map((text, number) => first.publish("t", text, 1 + (number % 2)));
      console.log(JSON.stringify(infos.map(({ id }) => id)), first.publish("t", "x", 0).id);
      first.close();
    `);
    const sent = await lines_of(
      `
      const next = made({});
      next.store_set(${store});
      next.ready();
      const infos = next.restored();
      console.log(JSON.stringify(infos.map(({ id }) => id)));
      console.log(infos === next.restored(), infos[0].rc, infos[0].is_published());
      connect(next);
      console.log(infos.map((info) => info.wait_for_publish(10)).join(), infos.map(({ mid }) => mid).join());
      next.close();
      next.ready();
      console.log(next.restored().length, infos[2].is_published(), infos[2].id > infos[1].id);
      next.close();
      `,
      { port: broker.port },
    );
    expect(left).toEqual([expect.stringMatching(/^\[\d+,\d+,\d+\] null$/)]);
    expect(sent).toEqual([
      left[0]?.replace(" null", ""),
      "true 0 false",
      "true,true,true 1,2,3",
      "0 true true",
    ]);
  }, 30_000);
});

describe("publish() of a blocking client", () => {
  it("gives what can be waited for after close(), when there is another connection", async () => {
    await using broker = await embedded_broker();
    const lines = await lines_of(
      `
      const client = made({ store: path });
      const info = client.publish("t", "x", 1);
      client.close();
      connect(client);
      console.log(info.wait_for_publish(10), client.restored().map(({ id }) => id === info.id).join());
      client.close();
      `,
      { port: broker.port },
    );
    expect(lines).toEqual(["true true"]);
  }, 30_000);

  it("throws when its store belongs to another, at the line that has called it, and keeps nothing", async () => {
    const lines = await lines_of(`
      const owner = made({ store: path });
      owner.publish("t", "x", 1);
      const other = made({ store: path });
      console.log(told(() => other.publish("t", "x", 1)));
      console.log(told(() => other.publish("t", "x".repeat(200_000), 2)));
      console.log(other.publish("t", "x").rc, other.stats().queued);
      for (const name of ["ready", "restored"]) console.log(told(() => other[name]()));
      console.log(told(() => other.connect("127.0.0.1", 1)));
      owner.close();
      console.log(other.publish("t", "y", 1).id > 0, other.stats().queued, other.restored().length);
    `);
    const locked = expect.stringMatching(/^StoreError ERR_MQTT_STORE_LOCKED the store is in use: .* true$/);
    expect(lines).toEqual([locked, locked, "4 0", locked, locked, locked, "true 2 1"]);
  }, 30_000);

  it("lets a script that does nothing but publish have its callbacks", async () => {
    const lines = await lines_of(`
      const client = made({ store: new FileStore(path, { fsync: "never" }) });
      let has_failed = false;
      client.on_connect_fail = () => { has_failed = true; };
      client.connect_async("127.0.0.1", 1);
      client.loop_start();
      let count = 0;
      for (; !has_failed && count < 100_000; count += 1) client.publish("t", "x", 1);
      console.log(has_failed);
      client.disconnect();
    `);
    expect(lines).toEqual(["true"]);
  }, 30_000);

  it("throws when the disk is full, and what it has returned before is kept", async () => {
    const disk = small_disk();
    try {
      if (disk.folder === null) return;
      for (const fsync of ["always", "interval", "never"]) {
        const path = join(disk.folder, `outbox-${fsync}`);
        const lines = await lines_of(
          `
          const client = made({ store: new FileStore(path, { fsync: "${fsync}" }) });
          let accepted = 0;
          const fill = () => {
            for (;; accepted += 1) client.publish("full", "x".repeat(2000), 1 + (accepted % 2));
          };
          console.log(told(fill));
          console.log(client.stats().queued === accepted, accepted > 10);
          client.close();
          console.log(client.restored().length === accepted);
          `,
          { path },
        );
        expect(lines).toEqual([
          expect.stringMatching(/^StoreError ERR_MQTT_STORE_FULL .*the disk is full/),
          "true true",
          "true",
        ]);
        rmSync(path);
      }
    } finally {
      disk[Symbol.dispose]();
    }
  }, 30_000);

  it("knows the number of each message, also when it is settled long since", async () => {
    await using broker = await embedded_broker();
    const lines = await lines_of(
      `
      const client = made({ store: new LevelStore(path) });
      const early = client.publish("t", "early", 1);
      const infos = Array.from({ length: 600 }, (_, number) => client.publish("t", number, number % 3));
      connect(client);
      for (const info of infos) if (info.rc === 0) info.wait_for_publish(10);
      client.ready();
      console.log(early.id > 0, infos[1].id > early.id, infos[0].id, infos[599].id > infos[1].id);
      client.close();
      `,
      { port: broker.port },
    );
    expect(lines).toEqual(["true true null true"]);
  }, 30_000);

  it("has no number without a store, and none after the store was let go of", async () => {
    const lines = await lines_of(`
      const client = made({ store: path });
      console.log(client.publish("t", "x", 1).id > 0);
      client.reinitialise("gateway", false);
      console.log(client.publish("t", "x", 1).id, client.restored().length, made({}).publish("t", "x", 1).id);
    `);
    expect(lines).toEqual(["true", "null 0 null"]);
  }, 30_000);
});

describe("store_set() of a blocking client", () => {
  it("comes before everything else", async () => {
    const lines = await lines_of(`
      for (const use of [
        (client) => client.publish("t", "x", 1),
        (client) => client.loop_start(),
        (client) => client.connect_async("127.0.0.1"),
      ]) {
        const client = made({});
        use(client);
        console.log(told(() => client.store_set(path)));
      }
      const client = made({});
      console.log(client.store_set(path), client.store_set(null), client.publish("t", "x", 1).id);
    `);
    const too_late = expect.stringMatching(/^RuntimeError ERR_MQTT_STATE store_set\(\) comes before connect/);
    expect(lines).toEqual([too_late, too_late, too_late, "undefined undefined null"]);
  }, 30_000);

  it.each([
    ["one of one's own", () => new (class Mine extends MemoryStore {})(), /^a Mine cannot be the store of/],
    ["a MemoryStore", () => new MemoryStore(), /^a MemoryStore cannot be .*: give the path of a file/],
    ["a class that extends FileStore", () => new (class Mine extends FileStore {})("x"), /^a Mine cannot be/],
    [
      "a database",
      () => new LevelStore({ database: { batch() {} } as never }),
      /^a LevelStore on a database of one's own /,
    ],
    ["no store", () => ({ open() {} }) as never, /^store must be the path of a file, or a store: it lacks/],
  ])("refuses at once what cannot be opened in another thread: %s", (_name, make, message) => {
    const refusal = expect.objectContaining({ name: "TypeError", message: expect.stringMatching(message) });
    const client = new Client(CallbackAPIVersion.VERSION2);
    expect(() => client.store_set(make())).toThrow(refusal);
    expect(() => new Client(CallbackAPIVersion.VERSION2, { store: make() })).toThrow(refusal);
  });
});
