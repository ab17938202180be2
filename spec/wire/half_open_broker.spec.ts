import { createServer } from "node:net";
import { expect, it } from "@jest/globals";
import { Client } from "../../lib/client/index.ts";
import { in_time } from "../support/eventually.ts";

it("a broker that keeps its side open after disconnect() does not keep the client", async () => {
  const sockets: import("node:net").Socket[] = [];
  const server = createServer({ allowHalfOpen: true }, (socket) => {
    sockets.push(socket);
    socket.on("error", () => {}).resume();
    socket.write(Uint8Array.of(0x20, 2, 0, 0));
  }).listen(0, "127.0.0.1");
  await new Promise((resolve) => server.once("listening", resolve));
  const client = new Client({ warnings: false });
  client.on_connect = () => void client.disconnect();
  void client.connect("127.0.0.1", (server.address() as { port: number }).port);
  expect(await in_time(client.loop_forever(), "the end", { within: 6000 })).toBe(0);
  for (const socket of sockets) socket.destroy();
  server.close();
}, 10_000);
