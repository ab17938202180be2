import { once } from "node:events";
import { type AddressInfo, connect, createServer } from "node:net";
import { describe, expect, it } from "@jest/globals";
import { PacketTypes } from "../../lib/client/index.ts";
import { disturber } from "../../lib/testing/disturber.ts";
import {
  at_packet,
  at_random,
  type Mishap,
  PacketCounter,
  type PassingPacket,
} from "../../lib/testing/mishaps.ts";
import { eventually } from "../support/eventually.ts";

const ping = [0xc0, 0x00];
const pong = [0xd0, 0x00];
/** A PUBLISH whose length takes two bytes. */
const publish = [0x30, 0x81, 0x01, 0, 1, 0x74, ...Array(126).fill(0x78)];
const stream = Buffer.from([...ping, ...publish, ...ping, ...publish]);

const looks = ({ type, nth, nth_of_any, bytes }: PassingPacket) => [type, nth, nth_of_any, bytes.length];

describe("the packets of a stream", () => {
  it.each([1, 2, 7, 1000])("are found and counted when it comes in pieces of %d bytes", (size) => {
    const counter = new PacketCounter(1, "to_broker");
    const seen: number[][] = [];
    for (let at = 0; at < stream.length; at += size) {
      seen.push(...Array.from(counter.push(stream.subarray(at, at + size)), looks));
    }
    expect(seen).toEqual([
      [PacketTypes.PINGREQ, 1, 1, 2],
      [PacketTypes.PUBLISH, 1, 2, 132],
      [PacketTypes.PINGREQ, 2, 3, 2],
      [PacketTypes.PUBLISH, 2, 4, 132],
    ]);
  });
});

/** What comes through to the other side, and how it ends, when a mishap meets the second PUBLISH. */
async function meeting(mishap: Mishap): Promise<{ size: number; far_end: string; near_end: string }> {
  const seen = { size: 0, far_end: "", near_end: "" };
  const server = createServer({ allowHalfOpen: true }, (far) => {
    far.on("data", (bytes) => {
      seen.size += bytes.length;
    });
    far.on("end", () => {
      seen.far_end ||= "FIN";
      far.end(Buffer.from(pong));
    });
    far.on("error", () => {
      seen.far_end ||= "RST";
    });
  });
  await once(server.listen(0, "127.0.0.1"), "listening");
  const place = { direction: "to_broker", type: PacketTypes.PUBLISH, nth: 2 } as const;
  const wire = await disturber((server.address() as AddressInfo).port, at_packet(place, mishap));
  const near = connect(wire.port, "127.0.0.1");
  near.on("data", (bytes) => {
    seen.near_end ||= bytes.toString("hex");
  });
  near.on("end", () => {
    seen.near_end ||= "FIN";
  });
  near.on("error", () => {
    seen.near_end ||= "RST";
  });
  near.write(stream);
  const size = { before: 136, inside: 202, after: 268 }[mishap.where];
  await eventually(() => seen.size === size);
  if (mishap.what !== "silence") await eventually(() => seen.near_end !== "" && seen.far_end !== "");
  const result = { ...seen };
  near.destroy();
  await wire.close();
  server.close();
  return result;
}

describe("a mishap at a packet", () => {
  it.each([
    ["before", 136],
    ["inside", 202],
    ["after", 268],
  ] as const)("lets pass what is due when it comes %s it", async (where, size) => {
    expect(await meeting({ what: "FIN", where })).toEqual({ size, far_end: "FIN", near_end: "FIN" });
  });

  it("tells both sides at once, or the receiver alone, or nobody", async () => {
    const where = "after";
    // A receiver that reads the last bytes and the reset at once takes it for the end.
    expect(await meeting({ what: "RST", where })).toMatchObject({ near_end: "RST" });
    expect(await meeting({ what: "half_close", where })).toMatchObject({
      far_end: "FIN",
      near_end: "d000",
    });
    expect(await meeting({ what: "silence", where })).toMatchObject({ far_end: "", near_end: "" });
  });
});

describe("chance", () => {
  /** The fates of a hundred connections. */
  function fates(seed: number): string[] {
    const plan = at_random(seed, 5, ["FIN", "silence"]);
    const found: string[] = [];
    for (let connection = 1; connection <= 100; connection++) {
      for (const direction of ["to_broker", "to_client"] as const) {
        for (let nth_of_any = 1; nth_of_any <= 6; nth_of_any++) {
          const mishap = plan({ connection, direction, type: 3, nth: 1, nth_of_any, bytes: stream });
          if (mishap !== null) found.push(`${direction} ${nth_of_any} ${mishap.what} ${mishap.where}`);
        }
      }
    }
    return found;
  }

  it("gives each connection one mishap, the same for the same seed, and in the end all that there are", () => {
    expect(fates(1)).toHaveLength(100);
    expect(fates(1)).toEqual(fates(1));
    expect(fates(1)).not.toEqual(fates(2));
    const several = [1, 2, 3, 4, 5, 6].flatMap(fates);
    expect(new Set(several).size).toBe(2 * 5 * 2 * 3);
  });

  it("spares the first packets where it is told to", () => {
    const plan = at_random(1, 1, ["FIN"], 3);
    const meets = (nth_of_any: number) =>
      (["to_broker", "to_client"] as const).some(
        (direction) =>
          plan({ connection: 1, direction, type: 3, nth: 1, nth_of_any, bytes: stream }) !== null,
      );
    expect([1, 2, 3, 4, 5].filter(meets)).toEqual([4]);
  });
});
