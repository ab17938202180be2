// What stands in for a source in browsers has the same names, with types that fit. The types are checked by tsc.

import { describe, expect, it } from "@jest/globals";
import * as mqtt_packet from "../../lib/codec/mqtt_packet.ts";
import * as mqtt_packet_browser from "../../lib/codec/mqtt_packet_browser.ts";
import * as ways from "../../lib/transport/ways.ts";
import * as ways_browser from "../../lib/transport/ways_browser.ts";
import { exported_names } from "../parity/exported_names.ts";

/** What of mqtt_packet.ts is used: a class with private fields is like no other. */
interface PacketModule {
  generate: typeof mqtt_packet.generate;
  PacketParser: new (
    ...args: ConstructorParameters<typeof mqtt_packet.PacketParser>
  ) => Pick<mqtt_packet.PacketParser, keyof mqtt_packet.PacketParser>;
}

const counterparts: readonly [file: string, original: object, counterpart: object][] = [
  ["lib/transport/ways.ts", ways, ways_browser satisfies typeof ways],
  ["lib/codec/mqtt_packet.ts", mqtt_packet, mqtt_packet_browser satisfies PacketModule],
];

describe.each(counterparts)("the counterpart of %s", (file, original, counterpart) => {
  it("exports the same types and values", () => {
    const names = exported_names(file.replace(/\.ts$/, "_browser.ts"));
    expect([...names].sort()).toEqual([...exported_names(file)].sort());
    expect(Object.keys(counterpart).sort()).toEqual(Object.keys(original).sort());
  });
});
