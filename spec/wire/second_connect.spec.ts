import { describe, expect, it } from "@jest/globals";
import { next_call, record, strangers } from "./talk.ts";

describe("a refusal that another CONNECT answers", () => {
  it("loses nothing of what was asked before, and keeps a goodbye", async () => {
    await using talk = await strangers({ protocol: 4, client_id: "" });
    const { client, packets } = talk;
    const calls = record(client, "connect", "disconnect", "publish");
    await talk.dial();
    client.publish("t", "0", 0);
    client.publish("t", "1", 1);
    client.disconnect();
    const over = next_call(client, "disconnect");
    talk.link.send("20 02 00 02");
    const second = await talk.next_link();
    second.send(packets.connack());
    await second.expect("30 04 0001 74 30");
    await second.expect("32 06 0001 74 0002 31");
    await second.expect("e0 00");
    second.send(packets.puback(2));
    second.close();
    await over;
    expect(calls.map(([name]) => name)).toEqual(["connect", "publish", "publish", "disconnect"]);
    expect(String(calls.at(-1)?.[2])).toBe("Normal disconnection");
    expect(client.is_connected()).toBe(false);
    // The loop has ended: it does not open a link again.
    expect(client.loop_start()).toBe(0);
  });
});
