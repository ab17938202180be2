import { describe, expect, it } from "@jest/globals";
import fc from "fast-check";
import { ByPacketId } from "../../lib/protocol/by_packet_id.ts";
import { ByPacketId as PageByPacketId } from "../../lib/protocol/by_packet_id_browser.ts";

const id = fc.oneof(
  fc.integer({ min: 1, max: 65535 }),
  fc.constantFrom(1, 2, 255, 256, 257, 511, 512, 65535),
);

describe.each([
  ["in Node", ByPacketId],
  ["in a page", PageByPacketId],
])("what belongs to packet ids %s", (_where, Kind) => {
  it("is found as in a Map, by whichever ids", () => {
    fc.assert(
      fc.property(fc.array(fc.tuple(id, fc.boolean()), { maxLength: 60 }), (steps) => {
        const known = new Map<number, string>();
        const found = new Kind<string>();
        for (const [at, is_added] of steps) {
          if (!is_added) {
            known.delete(at);
            found.delete(at);
          } else if (!known.has(at)) {
            known.set(at, `#${at}`);
            found.add(at, `#${at}`);
          }
          expect(found.get(at)).toBe(known.get(at));
        }
        expect(found.size).toBe(known.size);
        expect([...found.all()].sort()).toEqual([...known.values()].sort());
      }),
    );
  });

  it("may be deleted while it is gone through", () => {
    const found = new Kind<number>();
    for (const at of [1, 2, 300, 301]) found.add(at, at);
    const seen: number[] = [];
    for (const item of found.all()) {
      seen.push(item);
      found.delete(item);
    }
    expect([seen, found.size]).toEqual([[1, 2, 300, 301], 0]);
  });

  it("is forgotten all at once", () => {
    const found = new Kind<number>();
    found.add(5, 5);
    found.add(500, 500);
    found.clear();
    expect([found.size, found.get(5), found.get(500), [...found.all()]]).toEqual([
      0,
      undefined,
      undefined,
      [],
    ]);
    found.add(5, 6);
    expect(found.get(5)).toBe(6);
  });
});
