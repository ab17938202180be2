// What every way to a broker must do with more bytes than anybody wants to keep in memory: the contract of
// lib/transport/transport.ts.

import { createHash } from "node:crypto";
import { describe, expect, it } from "@jest/globals";
import { eventually, in_time } from "../support/eventually.ts";
import { all_ways, meet, opened, patience, sample } from "./ways.ts";

const MB = 1_000_000;
const ALL = 100 * MB;
const patient = { within: 30_000 };

const block = sample(MB);

/** A megabyte that is told from any other. */
function megabyte(number: number): Buffer {
  const part = Buffer.from(block);
  part.writeUInt32LE(number, 0);
  return part;
}

describe.each(all_ways)("a way over %s", (_name, kind) => {
  it("writes 100 MB past a reader who is slow, holding back in between", async () => {
    await using there = await meet(kind);
    const { ear, transport, far } = await opened(there);
    const [sent, received] = [createHash("sha1"), createHash("sha1")];
    let arrived = 0;
    let next_rest = 0;
    let is_written = false;
    far.listen({
      data(bytes) {
        received.update(bytes);
        arrived += bytes.length;
        if (arrived < next_rest || next_rest === ALL) return;
        // A rest now and then, until all between the two is full, or has all there is.
        next_rest += 20 * MB;
        far.pause();
        void eventually(() => transport.pending > 0 || is_written, patient).then(() => far.resume());
      },
      ended() {},
    });
    let most_pending = 0;
    let held_back = 0;
    for (let number = 0; number * MB < ALL; number += 1) {
      const part = megabyte(number);
      sent.update(part);
      const drained = new Promise<void>((resolve) => {
        ear.on_drained = resolve;
      });
      const takes_more = transport.write(part);
      most_pending = Math.max(most_pending, transport.pending);
      if (takes_more) continue;
      held_back += 1;
      await in_time(drained, `the drain after ${number + 1} MB`, patient);
    }
    is_written = true;
    await eventually(() => expect(arrived).toBe(ALL), patient);
    expect(received.digest("hex")).toBe(sent.digest("hex"));
    expect(held_back).toBeGreaterThan(0);
    // Who holds back keeps what was written last, and a little of what stands before and around it; a page a megabyte,
    // for it is only told how much waits.
    expect(most_pending).toBeLessThan((kind.page ? 2.5 : 1.5) * MB);
    expect(transport.pending).toBe(0);
    transport.destroy();
  }, 60_000);

  it("takes 20 MB in, in order", async () => {
    await using there = await meet(kind);
    const { ear, transport, far } = await opened(there);
    const bytes = sample(20 * MB);
    for (let at = 0; at < bytes.length; at += MB) far.send(bytes.subarray(at, at + MB));
    const length = () => ear.parts.reduce((sum, part) => sum + part.length, 0);
    await eventually(() => expect(length()).toBe(bytes.length), patience);
    expect(ear.heard.equals(bytes)).toBe(true);
    transport.destroy();
  }, 30_000);
});
