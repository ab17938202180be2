import { describe, expect, it } from "@jest/globals";
import { PacketIds } from "../../lib/protocol/packet_ids.ts";
import { PacketIds as PagePacketIds } from "../../lib/protocol/packet_ids_browser.ts";

describe.each([
  ["in Node", PacketIds],
  ["in a page", PagePacketIds],
])("packet ids %s", (_where, Kind) => {
  function all_taken(): PacketIds | PagePacketIds {
    const ids = new Kind();
    for (let count = 0; count < 65535; count += 1) ids.take();
    return ids;
  }

  it("begin at 1 and go up, also past those that are free again [MQTT-2.2.1-2]", () => {
    const ids = new Kind();
    expect([ids.take(), ids.take()]).toEqual([1, 2]);
    ids.release(1);
    expect(ids.take()).toBe(3);
  });

  it("are shared with the numbers that QoS 0 messages get, which take none", () => {
    const ids = new Kind();
    expect([ids.pass(), ids.take(), ids.pass()]).toEqual([1, 2, 3]);
    expect(ids.free).toBe(65534);
  });

  it("are taken also after many numbers that took none", () => {
    const ids = new Kind();
    for (let count = 0; count < 40_000; count += 1) ids.pass();
    expect([ids.take(), ids.take(), ids.free]).toEqual([40_001, 40_002, 65_533]);
    ids.release(40_001);
    ids.release(40_001);
    ids.release(60_000);
    expect(ids.free).toBe(65_534);
  });

  it("begin again at 1 after 65535, past those in use [MQTT-2.2.1-3]", () => {
    const ids = all_taken();
    ids.release(2);
    ids.release(65535);
    expect([ids.take(), ids.take()]).toEqual([2, 65535]);
  });

  it("are out when all 65535 are in use, and a QoS 0 message still gets a number", () => {
    const ids = all_taken();
    expect(ids.free).toBe(0);
    expect(ids.take()).toBe(0);
    expect(ids.pass()).toBe(1);
    ids.release(700);
    expect(ids.free).toBe(1);
    expect(ids.take()).toBe(700);
  });
});
