// What stands in for a source in browsers, or in the one file for a page, has the same names, with types that fit. The
// types are checked by tsc.

import { readdirSync } from "node:fs";
import { describe, expect, it } from "@jest/globals";
import * as plain_message from "../../lib/client/plain_message.ts";
import * as plain_message_browser from "../../lib/client/plain_message_browser.ts";
import * as proxy_settings from "../../lib/client/proxy_settings.ts";
import * as proxy_settings_browser from "../../lib/client/proxy_settings_browser.ts";
import * as service from "../../lib/client/service.ts";
import * as service_browser from "../../lib/client/service_browser.ts";
import * as store_argument from "../../lib/client/store_argument.ts";
import * as store_argument_page from "../../lib/client/store_argument_page.ts";
import * as tls_settings from "../../lib/client/tls_settings.ts";
import * as tls_settings_browser from "../../lib/client/tls_settings_browser.ts";
import * as client_layouts from "../../lib/codec/client_layouts.ts";
import * as client_layouts_browser from "../../lib/codec/client_layouts_browser.ts";
import * as output from "../../lib/codec/output.ts";
import * as output_browser from "../../lib/codec/output_browser.ts";
import * as plain_packets from "../../lib/codec/plain_packets.ts";
import * as plain_packets_browser from "../../lib/codec/plain_packets_browser.ts";
import * as server_side from "../../lib/codec/server_side.ts";
import * as server_side_browser from "../../lib/codec/server_side_browser.ts";
import * as topic_bytes from "../../lib/codec/topic_bytes.ts";
import * as topic_bytes_browser from "../../lib/codec/topic_bytes_browser.ts";
import * as byte_writer from "../../lib/model/byte_writer.ts";
import * as byte_writer_browser from "../../lib/model/byte_writer_browser.ts";
import * as lazy from "../../lib/model/lazy.ts";
import * as lazy_browser from "../../lib/model/lazy_browser.ts";
import * as sharing from "../../lib/model/sharing.ts";
import * as sharing_browser from "../../lib/model/sharing_browser.ts";
import * as topic_memory from "../../lib/model/topic_memory.ts";
import * as topic_memory_browser from "../../lib/model/topic_memory_browser.ts";
import * as clock from "../../lib/network/clock.ts";
import * as clock_browser from "../../lib/network/clock_browser.ts";
import * as hold from "../../lib/network/hold.ts";
import * as hold_browser from "../../lib/network/hold_browser.ts";
import * as interrupts from "../../lib/network/interrupts.ts";
import * as interrupts_browser from "../../lib/network/interrupts_browser.ts";
import * as process_end from "../../lib/network/process_end.ts";
import * as process_end_browser from "../../lib/network/process_end_browser.ts";
import * as by_packet_id from "../../lib/protocol/by_packet_id.ts";
import * as by_packet_id_browser from "../../lib/protocol/by_packet_id_browser.ts";
import * as packet_ids from "../../lib/protocol/packet_ids.ts";
import * as packet_ids_browser from "../../lib/protocol/packet_ids_browser.ts";
import * as passage from "../../lib/protocol/passage.ts";
import * as passage_browser from "../../lib/protocol/passage_browser.ts";
import * as wrong_port from "../../lib/protocol/wrong_port.ts";
import * as wrong_port_browser from "../../lib/protocol/wrong_port_browser.ts";
import * as file_store from "../../lib/store/file_store.ts";
import * as file_store_browser from "../../lib/store/file_store_browser.ts";
import * as ways from "../../lib/transport/ways.ts";
import * as ways_browser from "../../lib/transport/ways_browser.ts";
import { exported_names } from "../parity/exported_names.ts";

/** What of a module is used: its classes without their private fields, by which a class is like no other. */
type Outside<M> = {
  [Name in keyof M]: M[Name] extends new (
    ...args: infer Args
  ) => infer Made
    ? new (
        ...args: Args
      ) => Members<Made>
    : M[Name];
};

/** Methods that return their own object do so in the counterpart, too. */
type Members<T> = {
  [Name in keyof T]: T[Name] extends (...args: infer Args) => T ? (...args: Args) => object : T[Name];
};

const counterparts: readonly [
  file: string,
  original: object,
  counterpart: object,
  /** Where it stands in, if it is not in all browsers. */
  place?: "page",
][] = [
  [
    "lib/client/proxy_settings.ts",
    proxy_settings,
    proxy_settings_browser satisfies Outside<typeof proxy_settings>,
  ],
  [
    "lib/client/plain_message.ts",
    plain_message,
    plain_message_browser satisfies Outside<typeof plain_message>,
  ],
  ["lib/client/service.ts", service, service_browser satisfies Outside<typeof service>],
  [
    "lib/client/store_argument.ts",
    store_argument,
    store_argument_page satisfies Outside<typeof store_argument>,
    "page",
  ],
  ["lib/client/tls_settings.ts", tls_settings, tls_settings_browser satisfies Outside<typeof tls_settings>],
  [
    "lib/codec/client_layouts.ts",
    client_layouts,
    client_layouts_browser satisfies Outside<typeof client_layouts>,
  ],
  ["lib/codec/output.ts", output, output_browser satisfies Outside<typeof output>],
  [
    "lib/codec/plain_packets.ts",
    plain_packets,
    plain_packets_browser satisfies Outside<typeof plain_packets>,
  ],
  ["lib/codec/server_side.ts", server_side, server_side_browser satisfies Outside<typeof server_side>],
  ["lib/model/byte_writer.ts", byte_writer, byte_writer_browser satisfies Outside<typeof byte_writer>],
  ["lib/model/sharing.ts", sharing, sharing_browser satisfies Outside<typeof sharing>],
  ["lib/model/lazy.ts", lazy, lazy_browser satisfies Outside<typeof lazy>],
  ["lib/codec/topic_bytes.ts", topic_bytes, topic_bytes_browser satisfies Outside<typeof topic_bytes>],
  ["lib/model/topic_memory.ts", topic_memory, topic_memory_browser satisfies Outside<typeof topic_memory>],
  ["lib/network/clock.ts", clock, clock_browser satisfies Outside<typeof clock>],
  ["lib/network/hold.ts", hold, hold_browser satisfies Outside<typeof hold>],
  ["lib/network/interrupts.ts", interrupts, interrupts_browser satisfies Outside<typeof interrupts>],
  ["lib/network/process_end.ts", process_end, process_end_browser satisfies Outside<typeof process_end>],
  ["lib/protocol/by_packet_id.ts", by_packet_id, by_packet_id_browser satisfies Outside<typeof by_packet_id>],
  ["lib/protocol/packet_ids.ts", packet_ids, packet_ids_browser satisfies Outside<typeof packet_ids>],
  ["lib/protocol/passage.ts", passage, passage_browser satisfies Outside<typeof passage>],
  ["lib/protocol/wrong_port.ts", wrong_port, wrong_port_browser satisfies Outside<typeof wrong_port>],
  ["lib/store/file_store.ts", file_store, file_store_browser satisfies Outside<typeof file_store>],
  ["lib/transport/ways.ts", ways, ways_browser satisfies Outside<typeof ways>],
];

it("knows every counterpart", () => {
  // websocket_browser.ts belongs to ways_browser.ts, which nobody but a browser has.
  const originals = readdirSync("lib", { recursive: true, encoding: "utf8" })
    .filter((name) => /_(browser|page)\.ts$/.test(name) && !name.endsWith("websocket_browser.ts"))
    .map((name) => `lib/${name.replaceAll("\\", "/").replace(/_(browser|page)/, "")}`);
  expect(originals.sort()).toEqual(counterparts.map(([file]) => file).sort());
});

describe.each(counterparts)("the counterpart of %s", (file, original, counterpart, place) => {
  it("exports the same types and values", () => {
    const names = exported_names(file.replace(/\.ts$/, `_${place ?? "browser"}.ts`));
    expect([...names].sort()).toEqual([...exported_names(file)].sort());
    expect(Object.keys(counterpart).sort()).toEqual(Object.keys(original).sort());
  });
});
