// Many messages through a script that waits: none lost, none out of order, and no more memory than bounds allow.

import { once } from "node:events";
import { createServer, type Socket } from "node:net";
import { describe, expect, it } from "@jest/globals";
import { describe_mosquitto, mosquitto } from "../support/mosquitto.ts";
import { packet_bytes } from "../support/packet_bytes.ts";
import { start_blocking } from "./script.ts";

const packets = packet_bytes(4);
const everything = ["max_queued_messages 0", "max_inflight_messages 1000"];

describe_mosquitto("a blocking script and a real broker", () => {
  it("publishes 100,000 messages and gets them all back, in order, its memory flat", async () => {
    await using broker = await mosquitto({ config: everything, persistence: false });
    await using script = start_blocking(
      broker.port,
      `
      const { setFlagsFromString } = await import("node:v8");
      const { runInNewContext } = await import("node:vm");
      const COUNT = 100_000;
      let came = 0;
      let wrong = 0;
      const memory = [];
      setFlagsFromString("--expose-gc");
      const gc = runInNewContext("gc");
      const held = () => {
        gc();
        const { heapUsed, external } = process.memoryUsage();
        return heapUsed + external;
      };
      client.max_inflight_messages_set(500);
      client.on_message = (client, userdata, message) => {
        if (Number(message.text()) !== came) wrong += 1;
        came += 1;
        if (came % 25_000 === 0) memory.push(held());
      };
      client.connect("127.0.0.1", port);
      client.loop_start();
      client.subscribe("t", 1);
      while (!client.is_connected()) time.sleep(0.01);
      for (let number = 0; number < COUNT; number += 1) client.publish("t", number, 1);
      while (came < COUNT) time.sleep(0.01);
      console.log(came, wrong, JSON.stringify(client.stats()));
      console.log(memory.at(-1) - memory[0] < 5_000_000 || memory);
      client.disconnect();
      `,
      { timeout_ms: 60_000 },
    );
    const { stdout, exit_code } = await script.result();
    const stats = '{"queued":0,"in_flight":0,"bytes":0,"dropped":0,"reconnects":0}';
    expect({ stdout, exit_code }).toEqual({ stdout: `100000 0 ${stats}\ntrue\n`, exit_code: 0 });
  }, 90_000);

  it("loses nothing when the broker is restarted", async () => {
    await using broker = await mosquitto({ config: everything });
    await using script = start_blocking(
      broker.port,
      `
      const got = new Set();
      const keeper = new mqtt.Client(2, { client_id: "keeper", clean_session: false });
      keeper.reconnect_delay_set(0.05, 0.1);
      keeper.on_message = (client, userdata, message) => got.add(Number(message.text()));
      keeper.connect("127.0.0.1", port);
      keeper.loop_start();
      keeper.subscribe("t", 1);
      while (keeper.stats().in_flight > 0 || !keeper.is_connected()) time.sleep(0.01);
      client.reconnect_delay_set(0.05, 0.1);
      client.connect("127.0.0.1", port);
      client.loop_start();
      let number = 0;
      let info = null;
      for (; client.stats().reconnects === 0 || number % 100 !== 0; number += 1) {
        info = client.publish("t", number, 1);
        if (number === 100) console.log("now");
        time.sleep(0.001);
      }
      info.wait_for_publish();
      while (got.size < number) time.sleep(0.01);
      console.log("all");
      `,
      { timeout_ms: 40_000 },
    );
    await script.output(/now/);
    await broker.stop();
    await broker.start();
    expect(await script.result()).toMatchObject({ exit_code: 0, stdout: "now\nall\n" });
  }, 60_000);
});

describe("a blocking script that is behind with its messages", () => {
  it("gets all of them, with bounded memory", async () => {
    const COUNT = 20_000;
    const message = packets.publish({ topic: "t", payload: new Uint8Array(10_000) });
    const pour = async (socket: Socket) => {
      socket.write(packets.connack());
      for (let number = 0; number < COUNT; number += 1) {
        if (!socket.write(message)) await once(socket, "drain");
      }
    };
    const server = createServer((socket) => {
      socket.on("error", () => {});
      socket.once("data", () => void pour(socket).catch(() => {}));
    });
    await once(server.listen(0, "127.0.0.1"), "listening");
    const { port } = server.address() as { port: number };
    try {
      await using script = start_blocking(
        port,
        `
        let came = 0;
        let memory = 0;
        client.on_message = () => {
          came += 1;
          if (came > 1) return;
          // Long enough for all of the 200 MB to come, if they were let.
          time.sleep(1.5);
          memory = process.memoryUsage().rss;
        };
        client.connect("127.0.0.1", port);
        client.loop_start();
        const before = process.memoryUsage().rss;
        while (came < ${COUNT}) time.sleep(0.01);
        console.log(came, memory - before < 120_000_000 || memory - before);
        process.exit();
        `,
        { timeout_ms: 40_000 },
      );
      expect(await script.result()).toMatchObject({ stdout: `${COUNT} true\n`, exit_code: 0 });
    } finally {
      server.close();
    }
  }, 60_000);
});

describe("a blocking script whose broker reads no more", () => {
  it("waits in publish() until the broker goes on", async () => {
    let peer: Socket | null = null;
    let bytes = 0;
    const server = createServer((socket) => {
      peer = socket;
      socket.on("error", () => {});
      socket.once("data", () => {
        socket.write(packets.connack());
        socket.pause();
        socket.on("data", (chunk) => {
          bytes += chunk.length;
        });
        socket.pause();
      });
    });
    await once(server.listen(0, "127.0.0.1"), "listening");
    const { port } = server.address() as { port: number };
    try {
      await using script = start_blocking(
        port,
        `
        client.connect("127.0.0.1", port);
        client.loop_start();
        while (!client.is_connected()) time.sleep(0.01);
        const payload = new Uint8Array(10_000);
        for (let number = 0; number < 10_000; number += 1) {
          client.publish("t", payload);
          if (number === 500) console.log("begun");
        }
        console.log("handed over");
        client.disconnect();
        `,
        { timeout_ms: 40_000 },
      );
      await script.output(/begun/);
      await new Promise((resolve) => setTimeout(resolve, 500));
      expect(script.stdout).toBe("begun\n");
      const ended = once(peer as unknown as Socket, "end");
      (peer as unknown as Socket).resume();
      await script.output(/handed over/);
      expect(script.stdout).toBe("begun\nhanded over\n");
      await ended;
      // Each message has one byte for its type, two for its length and three for its topic; DISCONNECT has two.
      expect(bytes).toBe(10_000 * (1 + 2 + 3 + 10_000) + 2);
      (peer as unknown as Socket).end();
      expect(await script.result()).toMatchObject({ exit_code: 0 });
    } finally {
      (peer as unknown as Socket | null)?.destroy();
      server.close();
    }
  }, 60_000);
});
