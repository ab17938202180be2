// What costs nothing while it is empty is otherwise the map, or the set, of the platform.

import { describe, expect, it } from "@jest/globals";
import fc from "fast-check";
import { SparseMap, SparseSet } from "../../lib/model/sparse.ts";

const step = fc.record({ what: fc.constantFrom("put", "delete", "clear"), key: fc.nat(4), value: fc.nat() });
const steps = fc.array(step, { maxLength: 30 });

describe("SparseMap", () => {
  it("does what a Map does", () => {
    fc.assert(
      fc.property(steps, (taken) => {
        const map = new Map<number, number>();
        const sparse = new SparseMap<number, number>();
        for (const { what, key, value } of taken) {
          if (what === "put") {
            map.set(key, value);
            sparse.set(key, value);
          } else if (what === "delete") {
            expect(sparse.delete(key)).toBe(map.delete(key));
          } else {
            map.clear();
            sparse.clear();
          }
          expect(sparse.size).toBe(map.size);
          expect([sparse.has(key), sparse.get(key)]).toEqual([map.has(key), map.get(key)]);
          expect([...sparse]).toEqual([...map]);
          expect([...sparse.keys()]).toEqual([...map.keys()]);
          expect([...sparse.values()]).toEqual([...map.values()]);
        }
      }),
    );
  });
});

describe("SparseSet", () => {
  it("does what a Set does", () => {
    fc.assert(
      fc.property(steps, (taken) => {
        const set = new Set<number>();
        const sparse = new SparseSet<number>();
        for (const { what, key } of taken) {
          if (what === "put") {
            set.add(key);
            sparse.add(key);
          } else {
            expect(sparse.delete(key)).toBe(set.delete(key));
          }
          expect([sparse.size, sparse.has(key)]).toEqual([set.size, set.has(key)]);
          expect([...sparse]).toEqual([...set]);
        }
      }),
    );
  });
});
