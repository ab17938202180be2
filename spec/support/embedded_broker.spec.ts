import { once } from "node:events";
import { connect } from "node:net";
import { describe, expect, it } from "@jest/globals";
import { embedded_broker } from "./embedded_broker.ts";
import { leaked_since, open_handles } from "./leak_check.ts";
import { hex, packet_bytes } from "./packet_bytes.ts";

describe("the embedded broker", () => {
  it("answers a client, drops it when it closes, and leaves no handle", async () => {
    const before = open_handles();
    const broker = await embedded_broker();
    const socket = connect(broker.port, "127.0.0.1");
    socket.write(packet_bytes(4).connect({ client_id: "a" }));
    const [connack] = await once(socket, "data");
    expect(hex(connack)).toBe("20 02 00 00");
    const dropped = once(socket, "close");
    await broker.close();
    await dropped;
    expect(await leaked_since(before)).toEqual([]);
  });
});
