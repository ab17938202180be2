// Decides what a run of trials is: which packets are tried in which order, all from one seed, and what must be true of the
// run as a whole. spec/fuzz has short runs of it, tools/fuzz.mjs long ones.

import { random_from } from "../../lib/testing/random.ts";
import type { Version } from "../vectors/vector.ts";
import { Mutator, samples } from "./mutations.ts";
import { check_reading, read_strictly, type Verdict } from "./reading_trial.ts";
import { SessionTrial } from "./session_trial.ts";

/** What a run may leave behind, whatever its length: compiled code, and the noise of measuring. */
const MOST_GROWTH = 8 * 1024 * 1024;

/** What became of a run. */
export interface Outcome {
  readonly packets: number;
  /** How many ended the link. */
  readonly refused: number;
  /** How many packets were found sound; there may be several in what was sent as one. */
  readonly read: number;
  /** By how many bytes the memory in use has grown in the last three quarters. */
  readonly growth: number;
}

/** What a run needs of where it takes place. */
export interface Surroundings {
  /** Bytes in use when all garbage is gone. */
  memory_in_use(): number;
  /** Called now and then, with how many packets have been tried. */
  on_progress?(tried: number): void;
  readonly progress_every?: number;
}

export class Trials {
  readonly #seed: number;
  readonly #version: Version;
  readonly #mutator: Mutator;
  readonly #session: SessionTrial;

  constructor(seed: number, version: Version) {
    this.#seed = seed;
    this.#version = version;
    this.#mutator = new Mutator(random_from(seed + version), samples(version));
    this.#session = new SessionTrial(version, (end) => this.#mutator.below(end));
  }

  /** Sends these bytes through all readers and the session. Throws with the bytes in it. */
  try_out(bytes: Uint8Array, cut: number): Verdict {
    const sent = bytes.slice();
    try {
      const wanted = read_strictly(sent, this.#version);
      check_reading(sent.slice(), cut, this.#version, wanted);
      this.#session.receive(bytes, wanted);
      return wanted;
    } catch (cause) {
      const hex = Buffer.from(sent).toString("hex");
      const where = `FUZZ_SEED=${this.#seed}, version ${this.#version}, cut at ${cut}`;
      throw new Error(`${where}: ${hex}: ${cause}`, { cause });
    }
  }

  /** Tries so many packets, spoilt in every way. */
  run(count: number, { memory_in_use, on_progress, progress_every = count }: Surroundings): Outcome {
    const { stackTraceLimit } = Error;
    // Nobody reads where the expected errors come from, and to find that out takes longer than all the rest.
    Error.stackTraceLimit = 0;
    let [refused, read, before] = [0, 0, 0];
    for (let index = 0; index < count; index++) {
      if (index === Math.floor(count / 4)) before = memory_in_use();
      if (index % progress_every === 0) on_progress?.(index);
      const bytes = this.#next();
      const cut = this.#mutator.below(4) === 0 ? this.#mutator.below(bytes.length + 1) : 0;
      const { error, packets } = this.try_out(bytes, cut);
      if (error !== null) refused += 1;
      read += packets.length;
    }
    Error.stackTraceLimit = stackTraceLimit;
    return { packets: count, refused, read, growth: memory_in_use() - before };
  }

  #next(): Uint8Array {
    const kind = this.#mutator.below(8);
    if (kind === 0) return this.#session.acknowledgement();
    return kind === 1 ? this.#mutator.next(this.#session.acknowledgement()) : this.#mutator.next();
  }
}

/** What is wrong with a run, although nothing in it has failed. */
export function faults_of({ packets, refused, read, growth }: Outcome): string[] {
  const faults: string[] = [];
  if (growth >= MOST_GROWTH) faults.push(`${growth} bytes of memory are left behind`);
  // It would find nothing if all of it were refused, or nothing.
  if (refused <= packets / 10) faults.push(`only ${refused} of ${packets} were refused`);
  if (read <= packets / 10) faults.push(`only ${read} packets were read of ${packets}`);
  return faults;
}
