// Whatever a broker sends, reading and the session stay within what they promise: typed errors, valid answers, the same
// by the short way as by the strict one, and no memory that grows. `npm run fuzz` does the same a hundred times as long.

import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import { describe, expect, it } from "@jest/globals";
import { bytes_of, type Version } from "../vectors/vector.ts";
import { corpus } from "./corpus.ts";
import { faults_of, Trials } from "./trials.ts";

const COUNT = 20_000;
const seed = Number(process.env.FUZZ_SEED ?? Math.floor(Math.random() * 2 ** 31));
const versions: readonly Version[] = [3, 4, 5];

setFlagsFromString("--expose-gc");
const collect = runInNewContext("gc") as () => void;

function memory_in_use(): number {
  collect();
  const { heapUsed, arrayBuffers } = process.memoryUsage();
  return heapUsed + arrayBuffers;
}

describe.each(versions)(`what a broker of version %i may send (FUZZ_SEED=${seed})`, (version) => {
  const trials = new Trials(seed, version);

  const known = corpus.filter(([of]) => of.includes(version));
  it.each(known.map(([, hex, why]) => [why, hex]))("%s (%s)", (_why, hex) => {
    const bytes = bytes_of(hex);
    for (let cut = 0; cut <= bytes.length; cut++) trials.try_out(bytes.slice(), cut);
  });

  it(`${COUNT} packets, spoilt in every way`, () => {
    expect(faults_of(trials.run(COUNT, { memory_in_use }))).toEqual([]);
  });
});
