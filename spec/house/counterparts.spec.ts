// What stands in for a source in browsers has the same names, with types that fit. The types are checked by tsc.

import { readdirSync } from "node:fs";
import { describe, expect, it } from "@jest/globals";
import * as proxy_settings from "../../lib/client/proxy_settings.ts";
import * as proxy_settings_browser from "../../lib/client/proxy_settings_browser.ts";
import * as client_layouts from "../../lib/codec/client_layouts.ts";
import * as client_layouts_browser from "../../lib/codec/client_layouts_browser.ts";
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
  ["lib/client/proxy_settings.ts", proxy_settings, proxy_settings_browser satisfies typeof proxy_settings],
  ["lib/codec/client_layouts.ts", client_layouts, client_layouts_browser satisfies typeof client_layouts],
  ["lib/codec/mqtt_packet.ts", mqtt_packet, mqtt_packet_browser satisfies PacketModule],
];

it("knows every counterpart", () => {
  // websocket_browser.ts belongs to ways_browser.ts, which nobody but a browser has.
  const originals = readdirSync("lib", { recursive: true, encoding: "utf8" })
    .filter((name) => name.endsWith("_browser.ts") && !name.endsWith("websocket_browser.ts"))
    .map((name) => `lib/${name.replaceAll("\\", "/").replace("_browser", "")}`);
  expect(originals.sort()).toEqual(counterparts.map(([file]) => file).sort());
});

describe.each(counterparts)("the counterpart of %s", (file, original, counterpart) => {
  it("exports the same types and values", () => {
    const names = exported_names(file.replace(/\.ts$/, "_browser.ts"));
    expect([...names].sort()).toEqual([...exported_names(file)].sort());
    expect(Object.keys(counterpart).sort()).toEqual(Object.keys(original).sort());
  });
});
