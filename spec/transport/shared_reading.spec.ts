import { once } from "node:events";
import { type AddressInfo, createServer, type Socket } from "node:net";
import { afterEach, beforeEach, describe, expect, it, jest } from "@jest/globals";
import { keep_memory } from "../../lib/model/lent_memory.ts";
import { bytes_came, connect_shared } from "../../lib/transport/shared_reading.ts";
import { eventually } from "../support/eventually.ts";

describe("a socket that reads into shared memory", () => {
  const server = createServer();
  let near: Socket;
  let far: Socket;
  let heard: string[];

  beforeEach(async () => {
    server.listen(0, "127.0.0.1");
    await once(server, "listening");
    near = connect_shared({ port: (server.address() as AddressInfo).port, host: "127.0.0.1" });
    [far] = (await once(server, "connection")) as [Socket];
    heard = [];
    near.on("data", (bytes) => heard.push(`data ${bytes}`));
    near.on(bytes_came, (bytes) => heard.push(`shared ${bytes}`));
  });

  afterEach(async () => {
    near.destroy();
    far.destroy();
    server.close();
    await once(server, "close");
  });

  /** Much faster than a matcher for each. */
  const expect_number = (found: number, wanted: number) => {
    if (found !== wanted) throw new Error(`${found} came where ${wanted} should be`);
  };

  const says = async (text: string, ...expected: string[]) => {
    far.write(text);
    await eventually(() => expect(heard).toEqual(expected));
    heard = [];
  };

  it("tells its bytes, again and again, without a copy", async () => {
    const memories = new Set<unknown>();
    near.on(bytes_came, (bytes: Buffer) => memories.add(bytes.buffer));
    await says("one", "shared one");
    await says("two", "shared two");
    expect(memories.size).toBe(1);
  });

  it("reads into memory of its own while all that it reads is wanted, and leaves what is kept alone", async () => {
    near.removeAllListeners(bytes_came);
    const kept: Buffer[] = [];
    const memories: unknown[] = [];
    let length = 0;
    let is_wanted = true;
    near.on(bytes_came, (bytes: Buffer) => {
      length += bytes.length;
      memories.push(bytes.buffer);
      if (is_wanted && keep_memory(bytes)) kept.push(bytes);
    });
    const pour = async (count: number) => {
      length = 0;
      far.write(Buffer.from(Uint32Array.from({ length: count / 4 }, (_, index) => index).buffer));
      await eventually(() => expect(length).toBe(count));
    };
    await pour(4);
    const [shared] = memories;
    const count = 8 * 1024 * 1024;
    await pour(count);
    expect(kept.length).toBeGreaterThan(10);
    expect(new Set(kept.map(({ buffer }) => buffer)).size).toBe(kept.length);
    // What is kept is the end of what came, without a gap.
    const joined = Buffer.concat(kept);
    let number = (count - joined.length) / 4;
    for (let at = 0; at < joined.length; at += 4) expect_number(joined.readUInt32LE(at), number++);

    is_wanted = false;
    await pour(4);
    memories.length = 0;
    await pour(4);
    is_wanted = true;
    await pour(4);
    // All sockets share it again, and keep sharing it while little comes.
    expect(memories).toEqual([shared, shared]);
  });

  it("leaves what is kept alone when a listener fails, whose error goes its own way", async () => {
    near.removeAllListeners(bytes_came);
    const kept: { bytes: Buffer; copy: Buffer }[] = [];
    const failures: unknown[] = [];
    const later = jest.spyOn(globalThis, "queueMicrotask").mockImplementation((fail) => {
      try {
        fail();
      } catch (error) {
        failures.push(error);
      }
    });
    try {
      let length = 0;
      near.on(bytes_came, (bytes: Buffer) => {
        length += bytes.length;
        if (!keep_memory(bytes)) return;
        kept.push({ bytes, copy: Buffer.from(bytes) });
        throw new Error("boom");
      });
      const count = 2 * 1024 * 1024;
      far.write(Buffer.from(Uint32Array.from({ length: count / 4 }, (_, index) => index).buffer));
      await eventually(() => expect(length).toBe(count));
    } finally {
      later.mockRestore();
    }
    expect(failures).toEqual(kept.map(() => new Error("boom")));
    expect(kept.length).toBeGreaterThan(3);
    for (const { bytes, copy } of kept) expect(Buffer.compare(bytes, copy)).toBe(0);
  });

  it("gives the application its own copy when it listens too", async () => {
    const own: Buffer[] = [];
    const listen = (bytes: Buffer) => void own.push(bytes);
    near.on("data", listen);
    await says("one", "data one");
    await says("two", "data two");
    expect(own.map(String)).toEqual(["one", "two"]);
    near.off("data", listen);
    await says("three", "shared three");
  });

  it("can be read by hand", async () => {
    near.on("readable", () => {
      while (near.read() !== null);
    });
    await says("one", "data one");
  });

  it("keeps what comes while it is paused, and goes on in order", async () => {
    near.pause();
    far.write("one");
    await eventually(() => expect(near.readableLength).toBe(3));
    expect(heard).toEqual([]);
    near.resume();
    await eventually(() => expect(heard).toEqual(["data one"]));
    heard = [];
    await says("two", "shared two");
  });

  it("tells its end", async () => {
    const end = once(near, "end");
    far.end();
    await end;
  });
});
