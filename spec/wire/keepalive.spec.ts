import { describe, expect, it } from "@jest/globals";
import { eventually } from "../support/eventually.ts";
import { stage } from "./stage.ts";
import { next_call } from "./talk.ts";

/** The engine's specs count the seconds; here one is waited for in earnest. */
const patience = { within: 5000 };

describe("keepalive over a real connection", () => {
  it("asks after a second of silence, again after the next, and lives on answers", async () => {
    await using on = await stage();
    on.client.loop_start();
    on.connect({ keepalive: 1 });
    const link = await on.welcomed();
    const began = performance.now();
    for (let round = 0; round < 2; round += 1) {
      await link.expect("c000", patience);
      link.send("d000");
    }
    expect(performance.now() - began).toBeGreaterThan(1900);
    expect(on.client.is_connected()).toBe(true);
  }, 10_000);

  it("gives a silent broker up, tells it once, and connects again", async () => {
    await using on = await stage();
    const ended = next_call(on.client, "disconnect");
    on.client.loop_start();
    on.connect({ keepalive: 1 });
    const link = await on.welcomed();
    await link.expect("c000", patience);
    await link.expect_close(patience);
    expect(String((await ended)[1])).toBe("Keep alive timeout");
    await on.welcomed();
    await eventually(() => on.client.is_connected());
    expect(on.diary.filter((line) => line.startsWith("disconnect"))).toEqual(["disconnect 141"]);
  }, 10_000);

  it("is not waited for by check_connection()", async () => {
    await using on = await stage();
    on.client.loop_start();
    on.connect({ keepalive: 60 });
    const link = await on.welcomed();
    await eventually(() => on.client.is_connected());
    on.client.check_connection();
    await link.expect("c000");
    link.send("d000");
    on.client.reconnect_delay_set(60, 60);
    link.reset();
    await eventually(() => expect(on.client.is_connected()).toBe(false));
    await eventually(() => expect(on.diary.at(-1)).toBe("disconnect 128"));
    on.client.check_connection();
    await on.welcomed();
    await eventually(() => on.client.is_connected());
  });

  it("gives a broker up that never sends CONNACK", async () => {
    await using on = await stage({ api: 1, reconnect_on_failure: false });
    on.connect({ keepalive: 1 });
    const running = on.client.loop_forever();
    const link = await on.greeted();
    await link.expect_close(patience);
    expect(await running).toBe(7);
    expect(on.diary).toEqual(["pre_connect", "socket_open", "socket_close", "disconnect 16"]);
  }, 10_000);

  it("goes on without a loop, and for a handler that takes long", async () => {
    await using on = await stage();
    let finish = () => {};
    on.client.on_message = () =>
      new Promise<void>((resolve) => {
        finish = resolve;
      });
    on.client.loop_start();
    on.connect({ keepalive: 1 });
    const link = await on.welcomed();
    link.send(on.packets.publish({ topic: "t", qos: 1, mid: 4 }));
    await link.expect("c000", patience);
    link.send("d000");
    finish();
    await link.expect(on.packets.puback(4));
    on.client.loop_stop();
    await link.expect("c000", patience);
  }, 10_000);
});
