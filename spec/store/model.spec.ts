// Whatever is done to a log, and in whatever order, it holds what a Map would.

import { expect, it } from "@jest/globals";
import fc from "fast-check";
import { FragileDisk } from "../support/fragile_disk.ts";
import { bytes, type Change, log_store, outcome, pairs } from "./logs.ts";

const key = fc.oneof(fc.nat(6), fc.maxSafeNat());
const step = fc.oneof(
  { weight: 6, arbitrary: fc.record({ type: fc.constantFrom("put", "in place"), key, value: fc.string() }) },
  { weight: 4, arbitrary: fc.record({ type: fc.constant("delete"), key, value: fc.constant("") }) },
  fc.record({
    type: fc.constantFrom("write", "sync", "refused", "reopen", "quarantine"),
    key,
    value: fc.constant(""),
  }),
);

/** The same for a store that asks for it to be written; it may take up more room than it needs. */
const unwritten = (value: string) => ({
  most: bytes(value).length + 10,
  write(to: Uint8Array, at: number): number {
    to.set(bytes(value), at);
    return bytes(value).length;
  },
});

it("a log is like a Map", () => {
  fc.assert(
    fc.property(fc.array(step, { size: "+1" }), fc.integer({ min: 20, max: 400 }), (steps, garbage_bytes) => {
      const disk = new FragileDisk();
      const store = log_store(disk, { garbage_bytes });
      store.open(() => {});
      const written: Change[] = [];
      let staged: Change[] = [];
      const write = (call: () => void) => {
        call();
        written.push(...staged);
        staged = [];
      };
      for (const { type, key, value } of steps) {
        if (type === "put") {
          store.put(key, bytes(value));
          staged.push([key, value]);
        } else if (type === "in place") {
          store.put_in_place(key, unwritten(value));
          staged.push([key, value]);
        } else if (type === "delete") {
          store.delete(key);
          staged.push([key, null]);
        } else if (type === "write") {
          write(() => store.write());
        } else if (type === "sync") {
          write(() => store.sync());
        } else if (type === "quarantine") {
          write(() => store.quarantine(key, "so it was asked"));
          written.push([key, null]);
        } else if (type === "refused" && staged.length > 0) {
          disk.fails = (call) => (call === "write" ? "ENOSPC" : null);
          expect(() => store.write()).toThrow("the disk is full");
          disk.fails = () => null;
          staged = [];
        } else if (type === "reopen") {
          write(() => store.close());
          expect(pairs(store.open(() => {}))).toEqual(outcome(written));
        }
      }
      write(() => store.close());
      const problems: unknown[] = [];
      expect(pairs(store.open((problem) => problems.push(problem)))).toEqual(outcome(written));
      expect(problems).toEqual([]);
      store.close();
    }),
    { numRuns: 400 },
  );
});
