import { describe, expect, it } from "@jest/globals";
import fc from "fast-check";
import { BrokenWire, type Weather } from "../support/broken_wire.ts";
import { props } from "../support/core_packets.ts";

/** How many runs: CHAOS_RUNS=20000 npx jest spec/protocol/chaos */
const numRuns = Number(process.env.CHAOS_RUNS ?? 1_500);

const window = fc.integer({ min: 1, max: 5 });

function weather(versions: readonly (3 | 4 | 5)[], forgetful: boolean): fc.Arbitrary<Weather> {
  return fc
    .record({
      version: fc.constantFrom(...versions),
      max_inflight: window,
      queue_qos0: fc.boolean(),
      ours: window,
      theirs: fc.array(window, { minLength: 1, maxLength: 3 }),
    })
    .map(({ version, max_inflight, queue_qos0, ours, theirs }) => ({
      settings: {
        version,
        max_inflight,
        queue_qos0,
        connect_properties: version === 5 ? props(1, { ReceiveMaximum: ours }) : null,
      },
      broker_windows: theirs,
      forgetful,
    }));
}

const steps = fc.array(fc.nat(255), { minLength: 20, maxLength: 150, size: "max" });

/** Runs it to its end. fast-check prints the seed of a run that fails, and the shortest list of steps that does. */
function run(weather: Weather, numbers: readonly number[]): BrokenWire {
  const wire = new BrokenWire(weather);
  for (const number of numbers) wire.step(number);
  wire.calm();
  return wire;
}

function first_of_each(payloads: readonly string[]): string[] {
  return [...new Set(payloads)];
}

function is_part_of(some: readonly string[], all: readonly string[]): boolean {
  let at = 0;
  for (const one of some) {
    at = all.indexOf(one, at) + 1;
    if (at === 0) return false;
  }
  return true;
}

function by_number(payloads: readonly string[]): string[] {
  return [...payloads].sort((a, b) => Number(a.slice(2)) - Number(b.slice(2)));
}

function expect_all_settled(wire: BrokenWire): void {
  const is_wrong = ([payload, ends]: [string, string[]]) =>
    ends.length !== 1 || (ends[0] !== "published" && !payload.startsWith("0"));
  expect([...wire.settled].filter(is_wrong)).toEqual([]);
  expect(wire.session.counts).toMatchObject({ queued: 0, in_flight: 0, bytes: 0 });
}

describe("over a wire that lags, splits and cuts, with a broker that keeps its session,", () => {
  it("our messages come at least once with QoS 1, exactly once with QoS 2, each in order, each with one id", () => {
    fc.assert(
      fc.property(weather([3, 4, 5], false), steps, (weather, numbers) => {
        const wire = run(weather, numbers);
        expect_all_settled(wire);
        const { published, broker } = wire;
        expect(first_of_each(broker.taken[1])).toEqual(published[1]);
        expect(broker.taken[2]).toEqual(published[2]); // [MQTT-4.3.3-1]
        expect([...broker.first_seen.keys()]).toEqual(by_number([...published[1], ...published[2]])); // [MQTT-4.6.0-1]
        expect(is_part_of(broker.taken[0], published[0])).toBe(true);
      }),
      { numRuns },
    );
  });

  it("its messages come at least once with QoS 1, exactly once with QoS 2, each in order, however late handlers finish", () => {
    fc.assert(
      fc.property(weather([3, 4, 5], false), steps, (weather, numbers) => {
        const { offered, delivered } = run(weather, numbers);
        expect(first_of_each(delivered[1])).toEqual(offered[1]);
        expect(delivered[2]).toEqual(offered[2]);
        expect(is_part_of(delivered[0], offered[0])).toBe(true);
      }),
      { numRuns },
    );
  });
});

describe("with a broker that loses its session now and then,", () => {
  it("our messages of QoS 1 and 2 come at least once, and all of them are settled", () => {
    fc.assert(
      // 3.1 cannot say that a session is lost.
      fc.property(weather([4, 5], true), steps, (weather, numbers) => {
        const wire = run(weather, numbers);
        expect_all_settled(wire);
        const { published, broker, offered, delivered } = wire;
        for (const qos of [1, 2] as const) {
          expect(first_of_each(broker.taken[qos])).toEqual(published[qos]);
          expect(is_part_of(first_of_each(delivered[qos]), offered[qos])).toBe(true);
        }
        expect(delivered[2]).toEqual(first_of_each(delivered[2]));
      }),
      { numRuns },
    );
  });
});
