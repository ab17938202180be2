import { describe, expect, it } from "@jest/globals";
import { PacketTypes } from "../../lib/model/packettypes.ts";
import { eventually } from "../support/eventually.ts";
import { connected, next_call, record } from "./talk.ts";

describe.each([3, 4, 5] as const)("QoS 2 to a broker of version %i", (protocol) => {
  it("is complete with PUBCOMP, after PUBREC and PUBREL [MQTT-4.3.3-4]", async () => {
    await using talk = await connected({ protocol });
    const { client, link, packets } = talk;
    const calls = record(client, "publish");
    const info = client.publish("t", "p", 2);
    await link.expect(packets.publish({ topic: "t", payload: "p", qos: 2, mid: 1 }));
    link.send(packets.pubrec(1));
    await link.expect("6202 0001");
    expect(info.is_published()).toBe(false);
    expect(calls).toEqual([]);
    link.send(packets.pubcomp(1));
    expect(await info.wait_for_publish()).toBe(true);
    await eventually(() =>
      expect(calls).toMatchObject([["publish", 1, { value: 0, packetType: PacketTypes.PUBCOMP }, {}]]),
    );
  });

  it("answers a repeated PUBREC with another PUBREL [MQTT-4.3.3-6]", async () => {
    await using talk = await connected({ protocol });
    const { client, link, packets } = talk;
    client.publish("t", "p", 2);
    await link.expect_packet("PUBLISH");
    link.send(packets.pubrec(1));
    link.send(packets.pubrec(1));
    await link.expect("6202 0001  6202 0001");
  });

  it("does not take PUBACK or an early PUBCOMP for an end", async () => {
    await using talk = await connected({ protocol });
    const { client, link, packets } = talk;
    const info = client.publish("t", "p", 2);
    await link.expect_packet("PUBLISH");
    link.send(packets.puback(1));
    link.send(packets.pubcomp(1));
    await talk.nothing_more();
    expect(info.is_published()).toBe(false);
  });

  it("sends the PUBRELs in the order of the PUBRECs [MQTT-4.6.0-4]", async () => {
    await using talk = await connected({ protocol });
    const { client, link, packets } = talk;
    for (const payload of ["a", "b", "c"]) client.publish("t", payload, 2);
    for (const _ of [1, 2, 3]) await link.expect_packet("PUBLISH");
    for (const mid of [2, 3, 1]) link.send(packets.pubrec(mid));
    await link.expect("6202 0002  6202 0003  6202 0001");
  });
});

describe("QoS 2 of MQTT 5", () => {
  it("ends with a PUBREC that refuses, without PUBREL", async () => {
    await using talk = await connected({ protocol: 5 });
    const { client, link, packets } = talk;
    const told = next_call(client, "publish");
    const info = client.publish("t", "p", 2);
    link.send(packets.pubrec(1, 0x97, '1f 0004 "full"'));
    await expect(info.wait_for_publish()).rejects.toThrow("Quota exceeded");
    const [mid, reason_code, properties] = await told;
    expect([mid, String(reason_code), String(properties)]).toEqual([
      1,
      "Quota exceeded",
      "[ReasonString : full]",
    ]);
    await link.expect_packet("PUBLISH");
    await talk.nothing_more();
    expect(client.stats()).toMatchObject({ in_flight: 0, bytes: 0 });
  });

  it("takes a PUBCOMP that knows the id no more for the end: PUBREC had taken the message (3.7.2.1)", async () => {
    await using talk = await connected({ protocol: 5 });
    const { client, link, packets } = talk;
    const told = next_call(client, "publish");
    const info = client.publish("t", "p", 2);
    link.send(packets.pubrec(1, 0x10));
    await link.expect_packet("PUBLISH");
    await link.expect("6202 0001");
    link.send(packets.pubcomp(1, 0x92));
    expect(await told).toMatchObject([1, { value: 0x92, packetType: PacketTypes.PUBCOMP }, {}]);
    expect(await info.wait_for_publish()).toBe(true);
  });
});
