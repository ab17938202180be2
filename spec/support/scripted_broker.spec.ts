import { once } from "node:events";
import { connect, type Socket } from "node:net";
import { describe, expect, it } from "@jest/globals";
import { bytes, packet_bytes } from "./packet_bytes.ts";
import { type ScriptedBroker, type ScriptedLink, scripted_broker } from "./scripted_broker.ts";

const { connack, connect: connect_packet, pingreq, publish } = packet_bytes(4);

async function linked(broker: ScriptedBroker): Promise<[Socket, ScriptedLink]> {
  const socket = connect(broker.port, "127.0.0.1").on("error", () => {});
  return [socket, await broker.accept()];
}

describe("the scripted broker", () => {
  it("holds a conversation byte for byte", async () => {
    await using broker = await scripted_broker();
    const [socket, link] = await linked(broker);
    socket.write(connect_packet({ client_id: "a" }));
    await link.expect('100d 0004 "MQTT" 04 02 003c 0001 "a"');
    link.send(connack());
    expect(await once(socket, "data")).toEqual([Buffer.from([0x20, 2, 0, 0])]);
  });

  it("puts packets together from single bytes and takes several apart", async () => {
    await using broker = await scripted_broker();
    const [socket, link] = await linked(broker);
    socket.setNoDelay(true);
    for (const byte of publish({ topic: "a/b", payload: "x".repeat(200) })) {
      socket.write(Uint8Array.of(byte));
    }
    socket.write(Buffer.concat([pingreq(), pingreq()]));
    const packet = await link.expect_packet("PUBLISH");
    expect(packet).toHaveLength(208);
    await link.expect("c000 c000");
    expect(link.received).toHaveLength(3);
  });

  it("shows both packets with a mark below the first wrong byte", async () => {
    await using broker = await scripted_broker();
    const [socket, link] = await linked(broker);
    socket.write(bytes('30 04 0001 "a" "x"'));
    await expect(link.expect('30 04 0001 "a" "y"')).rejects.toThrow(
      [
        "packet 1 differs at byte 5",
        "  expected  30 04 00 01 61 79  PUBLISH, 6 bytes",
        "  received  30 04 00 01 61 78  PUBLISH, 6 bytes",
        "                           ^^",
      ].join("\n"),
    );
  });

  it("shows a long packet from shortly before the difference on", async () => {
    await using broker = await scripted_broker();
    const [socket, link] = await linked(broker);
    socket.write(publish({ topic: "a", payload: `${"x".repeat(500)}y` }));
    const failure = link.expect(publish({ topic: "a", payload: `${"x".repeat(500)}z` }));
    await expect(failure).rejects.toThrow("packet 1 differs at byte 506 (shown from byte 490 on)");
  });

  it.each([
    [
      "another type of packet",
      (link: ScriptedLink) => link.expect_packet("CONNECT"),
      "packet 1 is a PINGREQ",
    ],
    [
      "a packet that breaks a silence",
      (link: ScriptedLink) => link.expect_silence(500),
      "there came PINGREQ: c0 00",
    ],
    ["a packet in place of the end", (link: ScriptedLink) => link.expect_close(), "but sent PINGREQ: c0 00"],
  ])("fails for %s", async (_name, step, message) => {
    await using broker = await scripted_broker();
    const [socket, link] = await linked(broker);
    socket.write(pingreq());
    await expect(step(link)).rejects.toThrow(message);
  });

  it("says what it waited for, and what had come of it", async () => {
    await using broker = await scripted_broker();
    await expect(broker.accept({ within: 20 })).rejects.toThrow("in vain for connection 1");
    const [socket, link] = await linked(broker);
    socket.write(bytes("30 04 00"));
    await expect(link.expect_packet("PUBLISH", { within: 200 })).rejects.toThrow(
      "waited 200 ms in vain for PUBLISH, after a part of a packet: 30 04 00",
    );
  });

  it("hears silence", async () => {
    await using broker = await scripted_broker();
    const [, link] = await linked(broker);
    await expect(link.expect_silence(20)).resolves.toBeUndefined();
  });

  it("tells FIN from RST on both sides", async () => {
    await using broker = await scripted_broker();
    const [first, first_link] = await linked(broker);
    first.end();
    expect(await first_link.expect_close()).toBe("FIN");
    const [second, second_link] = await linked(broker);
    second.resetAndDestroy();
    expect(await second_link.expect_close()).toBe("RST");

    const [third, third_link] = await linked(broker);
    third_link.close();
    third.resume();
    await once(third, "end");
    const [fourth, fourth_link] = await linked(broker);
    fourth_link.reset();
    expect((await once(fourth, "error"))[0]).toMatchObject({ code: "ECONNRESET" });
    expect(broker.connections).toBe(4);
  });

  it("refuses a script that is not hex or no whole packet", async () => {
    await using broker = await scripted_broker();
    const [, link] = await linked(broker);
    await expect(link.expect("c0 0")).rejects.toThrow('not hex: "0"');
    await expect(link.expect("30 04 00")).rejects.toThrow("no whole packet: 30 04 00");
  });
});
