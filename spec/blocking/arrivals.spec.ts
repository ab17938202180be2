import { describe, expect, it } from "@jest/globals";
import { ArrivalsPacker, ArrivalsReader } from "../../lib/blocking/arrivals.ts";
import type { Crossing } from "../../lib/blocking/parcel.ts";
import { MQTTMessage } from "../../lib/model/message.ts";
import { PacketTypes, Properties } from "../../lib/model/properties.ts";

const crossing: Crossing = {
  pack_function: () => 0,
  unpack_function: () => () => undefined,
  pack_client: () => null,
  unpack_client: () => ({}),
};

function message(topic: string, payload: string, more: Partial<MQTTMessage> = {}): MQTTMessage {
  return Object.assign(
    new MQTTMessage(more.mid ?? 0, topic),
    { payload: Buffer.from(payload), timestamp: 1 },
    more,
  );
}

function crossed(messages: MQTTMessage[]): MQTTMessage[] {
  const packer = new ArrivalsPacker(crossing);
  for (const one of messages) packer.add(one);
  const reader = new ArrivalsReader(structuredClone(packer.take()), crossing);
  expect(packer.is_empty).toBe(true);
  const there: MQTTMessage[] = [];
  for (let one = reader.next(); one !== null; one = reader.next()) there.push(one);
  expect(reader.is_over).toBe(true);
  return there;
}

describe("messages that cross in one piece", () => {
  it("are the same there", () => {
    const messages = [
      message("a", "1"),
      message("b", "", { qos: 1, mid: 65535, dup: true }),
      message("a", "x".repeat(20_000), { qos: 2, mid: 1, retain: true }),
      message("a", "3"),
    ];
    expect(crossed(messages)).toEqual(messages);
  });

  it("have their properties on MQTT 5, or none", () => {
    const properties = new Properties(PacketTypes.PUBLISH);
    properties.ContentType = "text/plain";
    const [first, second] = crossed([
      message("a", "1", { properties: new Properties(PacketTypes.PUBLISH) }),
      message("a", "2", { properties }),
    ]);
    expect([String(first?.properties), String(second?.properties)]).toEqual([
      "[]",
      "[ContentType : text/plain]",
    ]);
  });

  it("have payloads that hold no memory but their own", () => {
    const [small] = crossed([message("a", "1"), message("a", "x".repeat(15_000))]);
    expect(small?.payload.buffer.byteLength).toBeLessThanOrEqual(8192);
  });

  it("go in another piece when they came at another moment, or when it is full", () => {
    const packer = new ArrivalsPacker(crossing);
    expect(packer.has_no_room_for(message("a", "1"))).toBe(false);
    packer.add(message("a", "1"));
    expect(packer.has_no_room_for(message("a", "1"))).toBe(false);
    expect(packer.has_no_room_for(message("a", "1", { timestamp: 2 }))).toBe(true);
    packer.add(message("a", "x".repeat(300_000)));
    expect(packer.has_no_room_for(message("a", "1"))).toBe(true);
  });
});
