import { expect, it } from "@jest/globals";
import { MessageType } from "../../lib/model/enums.ts";
import { PacketTypes } from "../../lib/model/packettypes.ts";

it("packet types are the first bytes of section 2.1.2 without the flags", () => {
  for (const [name, first_byte] of Object.entries(MessageType)) {
    const number = PacketTypes[name as keyof typeof MessageType];
    expect([name, number]).toEqual([name, first_byte >> 4]);
    expect(PacketTypes.Names[number].toUpperCase()).toBe(name);
  }
  expect(PacketTypes.WILLMESSAGE).toBe(99);
  expect(PacketTypes.indexes).toEqual(Object.values(MessageType).map((first_byte) => first_byte >> 4));
});
