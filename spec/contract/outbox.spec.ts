// What a client keeps in a store is the same in every store: what one process has left, the next one sends.

import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "@jest/globals";
import { CallbackAPIVersion, Client } from "../../lib/client/index.ts";
import { FileStore } from "../../lib/store/file.ts";
import { LevelStore } from "../../lib/store/level.ts";
import { MemoryStore } from "../../lib/store/memory.ts";
import type { Store } from "../../lib/store/store.ts";
import { type EmbeddedBroker, embedded_broker } from "../support/embedded_broker.ts";
import { eventually } from "../support/eventually.ts";

const stores: readonly [name: string, make: (folder: string) => () => Store][] = [
  [
    "memory",
    () => {
      const store = new MemoryStore();
      return () => store;
    },
  ],
  ...(["always", "interval", "never"] as const).map(
    (fsync) =>
      [
        `a file, fsync ${fsync}`,
        (folder: string) => () => new FileStore(join(folder, "outbox.log"), { fsync }),
      ] as [string, (folder: string) => () => Store],
  ),
  ["level", (folder) => () => new LevelStore(join(folder, "outbox"))],
];

let folder: string;
let broker: EmbeddedBroker;
beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), "karere-outbox-"));
  broker = await embedded_broker();
});
afterEach(async () => {
  await broker.close();
  rmSync(folder, { recursive: true });
});

function publisher(store: Store): Client<2> {
  const client = new Client(CallbackAPIVersion.VERSION2, {
    client_id: "p",
    clean_session: false,
    store,
    warnings: false,
  });
  client.reconnect_delay_set(0.01, 0.05);
  return client;
}

async function listener(): Promise<{ client: Client<2>; came: string[] }> {
  const client = new Client(CallbackAPIVersion.VERSION2);
  const came: string[] = [];
  client.on_message = (_client, _userdata, message) => void came.push(message.text());
  client.on_connect = () => void client.subscribe("t/#", 2);
  const subscribed = new Promise((resolve) => client.once("subscribe", resolve));
  client.connect("127.0.0.1", broker.port);
  client.loop_start();
  await subscribed;
  return { client, came };
}

describe.each(stores)("an outbox in %s", (_name, of_folder) => {
  it("is sent by whoever opens it next, in its order, and is empty afterwards", async () => {
    const make = of_folder(folder);
    const { client: reader, came } = await listener();
    const texts = Array.from({ length: 30 }, (_, number) => `message ${number}`);
    const first = publisher(make());
    await first.ready();
    const ids = texts.map((text, number) => first.publish("t/1", text, 1 + (number % 2)).id ?? 0);
    expect(ids.every((id, index) => index === 0 || id > (ids[index - 1] ?? 0))).toBe(true);
    await first.close();

    const second = publisher(make());
    second.connect("127.0.0.1", broker.port);
    second.loop_start();
    await second.ready();
    expect(second.restored().map(({ id }) => id)).toEqual(ids);
    await Promise.all(second.restored().map((info) => info.wait_for_publish(10)));
    await eventually(() => expect(came.length).toBe(texts.length));
    // A broker may hand QoS 2 on when it is released, so that the others pass it.
    const of_qos = (qos: number) => (text: string) => 1 + (texts.indexOf(text) % 2) === qos;
    for (const qos of [1, 2]) expect(came.filter(of_qos(qos))).toEqual(texts.filter(of_qos(qos)));
    await second.close();

    const third = publisher(make());
    await third.ready();
    expect(third.restored()).toEqual([]);
    await third.close();
    await reader.close();
  });
});

describe("an outbox in a file that was damaged", () => {
  /** Of each message 24 bytes around, 6 before the topic, the topic and the payload. */
  const RECORD = 24 + 6 + 1 + 1;

  /** A file with three messages, whose records are the end. */
  async function three_messages(): Promise<string> {
    const path = join(folder, "outbox.log");
    const client = publisher(new FileStore(path));
    for (const text of ["1", "2", "3"]) client.publish("t", text, 1);
    await client.close();
    return path;
  }

  const left = async (path: string, said: string[] = []) => {
    const client = publisher(new FileStore(path));
    client.on_log = (_client, _userdata, _level, text) => void said.push(text);
    const { length } = client.restored();
    await client.close();
    return length;
  };

  it("has all but the record that was cut anywhere", async () => {
    const path = await three_messages();
    const whole = readFileSync(path);
    for (let length = whole.length - RECORD; length < whole.length; length += 5) {
      writeFileSync(path, whole.subarray(0, length));
      expect(await left(path)).toBe(2);
    }
    writeFileSync(path, whole);
    expect(await left(path)).toBe(3);
  });

  it("has all but the record in which a bit was flipped, and says where that is", async () => {
    const path = await three_messages();
    const whole = readFileSync(path);
    const begin = whole.length - 3 * RECORD;
    for (const at of [begin + 4, begin + 24, begin + 34]) {
      const flipped = Buffer.from(whole);
      flipped.writeUInt8((flipped[at] ?? 0) ^ 4, at);
      writeFileSync(path, flipped);
      const said: string[] = [];
      expect(await left(path, said)).toBe(2);
      expect(said.join()).toContain(`put aside in ${path}.quarantine`);
    }
  });
});
