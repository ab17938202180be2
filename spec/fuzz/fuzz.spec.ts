// Whatever a broker sends, reading and the session stay within what they promise: typed errors, valid answers, the same
// by the short way as by the strict one, and no memory that grows.

import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import { afterEach, describe, expect, it } from "@jest/globals";
import { random_from } from "../../lib/testing/random.ts";
import { bytes_of, type Version } from "../vectors/vector.ts";
import { corpus } from "./corpus.ts";
import { Mutator, samples } from "./mutations.ts";
import { check_reading, read_strictly, type Verdict } from "./reading_trial.ts";
import { SessionTrial } from "./session_trial.ts";

const count = Number(process.env.FUZZ_N ?? 20_000);
const seed = Number(process.env.FUZZ_SEED ?? Math.floor(Math.random() * 2 ** 31));
const versions: readonly Version[] = [3, 4, 5];
/** What a run may leave behind, whatever its length: compiled code, and the noise of measuring. */
const MOST_GROWTH = 8 * 1024 * 1024;

setFlagsFromString("--expose-gc");
const collect = runInNewContext("gc") as () => void;

function memory_in_use(): number {
  collect();
  const { heapUsed, arrayBuffers } = process.memoryUsage();
  return heapUsed + arrayBuffers;
}

const { stackTraceLimit } = Error;
afterEach(() => {
  Error.stackTraceLimit = stackTraceLimit;
});

describe.each(versions)(`what a broker of version %i may send (FUZZ_SEED=${seed})`, (version) => {
  const mutator = new Mutator(random_from(seed + version), samples(version));
  const trial = new SessionTrial(version, (end) => mutator.below(end));

  /** Throws with the bytes in it. */
  function try_out(bytes: Uint8Array, cut: number): Verdict {
    const sent = Uint8Array.from(bytes);
    try {
      const wanted = read_strictly(sent, version);
      check_reading(Uint8Array.from(sent), cut, version, wanted);
      trial.receive(bytes, wanted);
      return wanted;
    } catch (cause) {
      const hex = Buffer.from(sent).toString("hex");
      throw new Error(`FUZZ_SEED=${seed}, version ${version}, cut at ${cut}: ${hex}`, { cause });
    }
  }

  const known = corpus.filter(([of]) => of.includes(version));
  it.each(known.map(([, hex, why]) => [why, hex]))("%s (%s)", (_why, hex) => {
    const bytes = bytes_of(hex);
    for (let cut = 0; cut <= bytes.length; cut++) try_out(Buffer.from(bytes), cut);
  });

  it(
    `${count} packets, spoilt in every way`,
    () => {
      // Of a run that never ends this is all that there is to see.
      if (process.env.FUZZ_N !== undefined) process.stderr.write(`FUZZ_SEED=${seed}, version ${version}\n`);
      // Nobody reads where the expected errors come from, and to find that out takes longer than all the rest.
      Error.stackTraceLimit = 0;
      let [refused, read] = [0, 0];
      let before = 0;
      for (let index = 0; index < count; index++) {
        if (index === Math.floor(count / 4)) before = memory_in_use();
        const kind = mutator.below(8);
        const bytes =
          kind === 0
            ? trial.acknowledgement()
            : kind === 1
              ? mutator.next(trial.acknowledgement())
              : mutator.next();
        const cut = mutator.below(4) === 0 ? mutator.below(bytes.length + 1) : 0;
        const { error, packets } = try_out(bytes, cut);
        if (error !== null) refused += 1;
        read += packets.length;
      }
      expect(memory_in_use() - before).toBeLessThan(MOST_GROWTH);
      // It would find nothing if all of it were refused, or nothing.
      expect(refused).toBeGreaterThan(count / 10);
      expect(read).toBeGreaterThan(count / 10);
    },
    // Only as a last resort; it is CPU time that this takes.
    60_000 + count,
  );
});
