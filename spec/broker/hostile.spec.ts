// Whatever bytes come, the core throws nothing, harms nobody else, and sends only what the client's own codec reads.

import { describe, expect, it } from "@jest/globals";
import fc from "fast-check";
import { encode } from "../../lib/codec/encoder.ts";
import { PacketTypes } from "../../lib/model/packettypes.ts";
import { any_packet } from "../codec/arbitraries.ts";
import { publish, subscribe } from "../support/core_packets.ts";
import { type Peer, Stand } from "./stand.ts";

function stage(): { stand: Stand; hostile: Peer; witness: Peer } {
  const stand = new Stand({ max_packet_size: 100_000, max_queued_messages: 5, topic_alias_maximum: 65_535 });
  const witness = stand.client("witness", { keepalive: 0 });
  witness.send(subscribe(1, [{ filter: "quiet", qos: 1 }]));
  witness.take();
  return { stand, hostile: stand.peer(), witness };
}

function still_works({ witness }: ReturnType<typeof stage>): void {
  witness.send(publish("quiet", "x"));
  expect(witness.take_texts()).toContain("x");
  expect(witness.is_ended).toBe(false);
}

const ending: number[] = [PacketTypes.CONNECT, PacketTypes.DISCONNECT, PacketTypes.AUTH];

describe("a hostile client", () => {
  it("can send any bytes", () => {
    fc.assert(
      fc.property(fc.array(fc.uint8Array({ maxLength: 40 })), fc.boolean(), (chunks, is_in) => {
        const there = stage();
        if (is_in) there.hostile.connect({ client_id: "hostile" });
        for (const chunk of chunks) there.hostile.send_bytes(chunk);
        there.hostile.take();
        still_works(there);
      }),
    );
  });

  it.each([[3], [4], [5]] as const)("can send any packets in any order, on version %i", (version) => {
    const packets = fc.array(any_packet(version, "client"), { maxLength: 20, size: "max" });
    fc.assert(
      fc.property(packets, fc.boolean(), (packets, is_in) => {
        const there = stage();
        const hostile = there.stand.peer(version);
        if (is_in) hostile.connect({ client_id: "hostile", keepalive: 0 });
        // One that is in would soon be out again.
        for (const packet of packets.filter(({ type }) => !is_in || !ending.includes(type))) {
          hostile.send_bytes(encode(packet, version));
          // What the broker says is read as strictly as a client reads it.
          hostile.take();
        }
        hostile.lose();
        there.stand.pass(1_000_000);
        still_works(there);
      }),
    );
  });
});
