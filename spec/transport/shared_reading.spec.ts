import { once } from "node:events";
import { type AddressInfo, createServer, type Socket } from "node:net";
import { afterEach, beforeEach, describe, expect, it } from "@jest/globals";
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
