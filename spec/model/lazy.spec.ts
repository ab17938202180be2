// What costs nothing while it is empty is otherwise the map, or the set, of the platform.

import { describe, expect, it } from "@jest/globals";
import fc from "fast-check";
import { LazyMap, LazySet } from "../../lib/model/lazy.ts";

const step = fc.record({ what: fc.constantFrom("put", "delete", "clear"), key: fc.nat(4), value: fc.nat() });
const steps = fc.array(step, { maxLength: 30 });

describe("LazyMap", () => {
  it("does what a Map does", () => {
    fc.assert(
      fc.property(steps, (taken) => {
        const map = new Map<number, number>();
        const lazy = new LazyMap<number, number>();
        for (const { what, key, value } of taken) {
          if (what === "put") {
            map.set(key, value);
            lazy.set(key, value);
          } else if (what === "delete") {
            expect(lazy.delete(key)).toBe(map.delete(key));
          } else {
            map.clear();
            lazy.clear();
          }
          expect(lazy.size).toBe(map.size);
          expect([lazy.has(key), lazy.get(key)]).toEqual([map.has(key), map.get(key)]);
          expect([...lazy]).toEqual([...map]);
          expect([...lazy.keys()]).toEqual([...map.keys()]);
          expect([...lazy.values()]).toEqual([...map.values()]);
        }
      }),
    );
  });
});

describe("LazySet", () => {
  it("does what a Set does", () => {
    fc.assert(
      fc.property(steps, (taken) => {
        const set = new Set<number>();
        const lazy = new LazySet<number>();
        for (const { what, key } of taken) {
          if (what === "put") {
            set.add(key);
            lazy.add(key);
          } else {
            expect(lazy.delete(key)).toBe(set.delete(key));
          }
          expect([lazy.size, lazy.has(key)]).toEqual([set.size, set.has(key)]);
          expect([...lazy]).toEqual([...set]);
        }
      }),
    );
  });
});
