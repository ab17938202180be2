import { describe, expect, it } from "@jest/globals";
import { eventually } from "../support/eventually.ts";
import { connected, next_call, record } from "./talk.ts";

describe.each([3, 4, 5] as const)("QoS 1 to a broker of version %i", (protocol) => {
  it("is complete with PUBACK [MQTT-4.3.2-4]", async () => {
    await using talk = await connected({ protocol });
    const { client, link, packets } = talk;
    const calls = record(client, "publish");
    const info = client.publish("t", "p", 1);
    await link.expect(packets.publish({ topic: "t", payload: "p", qos: 1, mid: 1 }));
    expect(info.is_published()).toBe(false);
    expect(client.stats()).toMatchObject({ in_flight: 1, bytes: 2 });
    link.send(packets.puback(1));
    expect(await info.wait_for_publish()).toBe(true);
    await eventually(() => expect(calls).toMatchObject([["publish", 1, { value: 0 }, {}]]));
    expect(client.stats()).toMatchObject({ in_flight: 0, bytes: 0 });
  });

  it("is not sent a second time on a connection that lives", async () => {
    await using talk = await connected({ protocol });
    talk.client.publish("t", "p", 1);
    await talk.link.expect_packet("PUBLISH");
    await talk.nothing_more();
  });

  it("does not mind PUBACKs in another order", async () => {
    await using talk = await connected({ protocol });
    const { client, link, packets } = talk;
    const infos = [1, 2, 3].map((n) => client.publish("t", n, 1));
    const calls = record(client, "publish");
    for (const mid of [3, 1, 2]) link.send(packets.puback(mid));
    await Promise.all(infos.map((info) => info.wait_for_publish()));
    expect(calls.map(([, mid]) => mid)).toEqual([3, 1, 2]);
  });

  it.each([
    ["PUBACK", () => [9]],
    ["PUBREC", () => [1]],
    ["PUBCOMP", () => [1]],
  ] as const)("ignores a %s that answers nothing, with a line in the log", async (name, mids) => {
    await using talk = await connected({ protocol });
    const { client, link, packets } = talk;
    const logged: string[] = [];
    client.on_log = (_client, _userdata, _level, text) => void logged.push(text);
    const info = client.publish("t", "p", 1);
    await link.expect_packet("PUBLISH");
    const answer = { PUBACK: packets.puback, PUBREC: packets.pubrec, PUBCOMP: packets.pubcomp }[name];
    for (const mid of mids()) link.send(answer(mid));
    await talk.nothing_more();
    expect(info.is_published()).toBe(false);
    expect(logged.filter((text) => text.includes("answers nothing"))).toHaveLength(1);
    link.send(packets.puback(1));
    expect(await info.wait_for_publish()).toBe(true);
  });
});

describe("a PUBACK of MQTT 5", () => {
  it("may carry a reason and properties, which on_publish gets", async () => {
    await using talk = await connected({ protocol: 5 });
    const { client, link, packets } = talk;
    const told = next_call(client, "publish");
    const info = client.publish("t", "p", 1);
    link.send(packets.puback(1, 0x10, '1f 0004 "why?"'));
    const [mid, reason_code, properties] = await told;
    expect([mid, String(reason_code), String(properties)]).toEqual([
      1,
      "No matching subscribers",
      "[ReasonString : why?]",
    ]);
    expect(await info.wait_for_publish()).toBe(true);
  });

  it("that refuses ends the message: on_publish is told, and waiting for it rejects", async () => {
    await using talk = await connected({ protocol: 5 });
    const { client, link, packets } = talk;
    const told = next_call(client, "publish");
    const info = client.publish("t", "p", 1);
    const waiting = info.wait_for_publish();
    await link.expect_packet("PUBLISH");
    link.send(packets.puback(1, 0x87));
    await expect(waiting).rejects.toMatchObject({ name: "RuntimeError", code: "ERR_MQTT_REFUSED" });
    await expect(info.wait_for_publish()).rejects.toThrow(
      'the broker refused message 1 to "t": Not authorized',
    );
    expect(() => info.is_published()).toThrow("Not authorized");
    expect(info.rc).toBe(0);
    expect(await told).toMatchObject([1, { value: 0x87 }, {}]);
    await talk.nothing_more();
    expect(client.publish("t", "p", 1).mid).toBe(2);
  });
});
