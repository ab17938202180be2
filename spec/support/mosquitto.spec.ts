import { once } from "node:events";
import { connect } from "node:net";
import { expect, it } from "@jest/globals";
import { describe_mosquitto, mosquitto } from "./mosquitto.ts";
import { hex, packet_bytes } from "./packet_bytes.ts";

const v4 = packet_bytes(4);

/** What the broker answers to these packets on one connection. */
async function answer(port: number, ...packets: Uint8Array[]): Promise<string> {
  const socket = connect(port, "127.0.0.1");
  const chunks: Buffer[] = [];
  socket.on("data", (chunk) => chunks.push(chunk));
  socket.write(Buffer.concat([...packets, v4.pingreq()]));
  while (!/d0 00$|20 02 00 05$/.test(hex(Buffer.concat(chunks)))) {
    await once(socket, "data");
  }
  socket.destroy();
  return hex(Buffer.concat(chunks));
}

describe_mosquitto("the real mosquitto", () => {
  it("answers, logs and ends", async () => {
    await using broker = await mosquitto();
    expect(await answer(broker.port, v4.connect({ client_id: "a" }))).toBe("20 02 00 00 d0 00");
    await broker.logged(/Sending CONNACK to a/);
  });

  it("knows its users", async () => {
    await using broker = await mosquitto({ users: { ann: "secret" } });
    const login = (password: string) => v4.connect({ client_id: "a", username: "ann", password });
    expect(await answer(broker.port, login("secret"))).toBe("20 02 00 00 d0 00");
    expect(await answer(broker.port, login("wrong"))).toBe("20 02 00 05");
  });

  it("keeps a session over stop and start", async () => {
    await using broker = await mosquitto();
    const kept = v4.connect({ client_id: "a", clean: false });
    await answer(broker.port, kept, v4.subscribe(1, [["t", 1]]));
    await broker.stop();
    await broker.start();
    expect(await answer(broker.port, kept)).toBe("20 02 01 00 d0 00");
  });

  it("forgets the session over stop and start without persistence", async () => {
    await using broker = await mosquitto({ persistence: false });
    const kept = v4.connect({ client_id: "a", clean: false });
    await answer(broker.port, kept, v4.subscribe(1, [["t", 1]]));
    await broker.stop();
    await broker.start();
    expect(await answer(broker.port, kept)).toBe("20 02 00 00 d0 00");
  });

  it("can be killed, and started again on the same port", async () => {
    await using broker = await mosquitto();
    await broker.kill();
    await expect(answer(broker.port, v4.connect())).rejects.toThrow("ECONNREFUSED");
    await broker.start();
    expect(await answer(broker.port, v4.connect())).toBe("20 02 00 00 d0 00");
  });

  it("says what is wrong with its configuration", async () => {
    await expect(mosquitto({ config: ["no_such_thing true"] })).rejects.toThrow('"no_such_thing"');
  });
});
