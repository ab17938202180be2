import { describe, expect, it } from "@jest/globals";
import { allowance, no_limits } from "../../lib/blocking/allowance.ts";
import { Client, type ClientOptions } from "../../lib/client/index.ts";
import { packet_bytes } from "../support/packet_bytes.ts";
import { scripted_broker } from "../support/scripted_broker.ts";

const packets = packet_bytes(4);

async function connected(options: ClientOptions<2>) {
  const broker = await scripted_broker();
  const client = new Client({ callback_api_version: 2, ...options });
  const connecting = client.connect("127.0.0.1", broker.port);
  const link = await broker.accept();
  await link.expect_packet("CONNECT");
  link.send(packets.connack());
  await connecting;
  return {
    client,
    async [Symbol.asyncDispose]() {
      client.disconnect();
      await broker[Symbol.asyncDispose]();
      await client.close({ timeout: 0 });
    },
  };
}

describe("how many messages the script may write", () => {
  it("is as many as it likes, while nobody works for it", async () => {
    const client = new Client(2);
    expect(allowance(client, no_limits)).toBeNull();
    client.loop_start();
    expect(allowance(client, no_limits)).toBeNull();
    client.connect_async("127.0.0.1", 1);
    expect(allowance(client, no_limits)).toBe(65_023);
    client.disconnect();
    expect(allowance(client, no_limits)).toBeNull();
    client.loop_stop();
  });

  it("is as many as packet ids are left", async () => {
    await using side = await connected({});
    for (let number = 0; number < 100; number += 1) side.client.publish("t", "", 1);
    expect(allowance(side.client, no_limits)).toBe(65_023 - 100);
  });

  it("is none when half of what is kept unasked is there, and the user has not said how much that is", async () => {
    await using side = await connected({ max_queued_bytes: 0 });
    const payload = new Uint8Array(32 * 1024 * 1024);
    side.client.publish("t", payload, 1);
    expect(allowance(side.client, no_limits)).toBe(0);
    expect(allowance(side.client, { ...no_limits, max_queued_bytes: 0 })).toBe(65_022);
  });

  it("is as many as it likes, where the user has said what happens or calls loop_write() himself", async () => {
    await using side = await connected({});
    const { client } = side;
    expect(allowance(client, { ...no_limits, queue_policy: "drop_oldest" })).toBeNull();
    client.on_socket_register_write = () => {};
    expect(allowance(client, no_limits)).toBeNull();
    const limited = new Client(2);
    limited.max_queued_messages = 5;
    limited.connect_async("127.0.0.1", 1);
    limited.loop_start();
    expect(allowance(limited, no_limits)).toBeNull();
    limited.disconnect();
    limited.loop_stop();
  });
});
