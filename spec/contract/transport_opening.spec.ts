// What every way to a broker must do while it is being opened, when one of those on the way falls silent, and then the
// user, the clock, or the silent one himself puts an end to it: the contract of lib/transport/transport.ts.

import { describe, expect, it } from "@jest/globals";
import { TransportError } from "../../lib/model/errors.ts";
import { Pump, type PumpEvent } from "../../lib/network/pump.ts";
import { Session } from "../../lib/protocol/session.ts";
import { reset } from "../../lib/testing/reset.ts";
import { open_way } from "../../lib/transport/ways.ts";
import { session_settings } from "../network/rig.ts";
import { type Door, type DoorOptions, door, type SilentOne } from "../support/doors.ts";
import { eventually } from "../support/eventually.ts";
import { FakeClock } from "../support/fake_clock.ts";
import { leaked_since, open_handles } from "../support/leak_check.ts";
import { open, patience, ways } from "./ways.ts";

/** Who is waited for, one after the other. Over plain TCP and Unix sockets the system answers, and nobody else. */
function silent_ones({ layer, proxy }: DoorOptions): SilentOne[] {
  const by_layer = {
    tcp: [],
    unix: [],
    tls: ["server"],
    ws: ["server"],
    wss: ["server", "upgrade"],
  } as const;
  return [...(proxy === undefined ? [] : (["proxy", "half a proxy"] as const)), ...by_layer[layer]];
}

const stages = ways.flatMap(([name, kind]) =>
  silent_ones(kind).map((silent) => [name, silent, { ...kind, silent }] as const),
);

/** Meets a silent one, goes on as `play` says, and looks for what is left afterwards. */
async function meet(kind: DoorOptions, play: (there: Door) => Promise<void>): Promise<void> {
  const before = open_handles();
  {
    await using there = await door(kind);
    await play(there);
    await eventually(() => expect(there.open).toBe(0), patience);
  }
  expect(await leaked_since(before)).toEqual([]);
}

const stalled = (there: Door) => eventually(() => expect(there.stalled).toHaveLength(1), patience);

describe.each(stages)("a way over %s, on which the silent one is: %s", (_name, _silent, kind) => {
  it("can be destroyed, and tells nothing", async () => {
    await meet(kind, async (there) => {
      const { ear, transport } = open(there.way);
      await stalled(there);
      transport.destroy();
      await eventually(() => expect(there.open).toBe(0), patience);
      expect(ear.told).toEqual([]);
    });
  });

  it("can be ended, and tells that without an error", async () => {
    await meet(kind, async (there) => {
      const { ear, transport } = open(there.way);
      await stalled(there);
      transport.end();
      expect(ear.told).toEqual([]);
      await ear.has("closed");
      expect(ear.error).toBeNull();
    });
  });

  it("is given up when the time to connect is over", async () => {
    await meet(kind, async (there) => {
      const clock = new FakeClock();
      const told: PumpEvent[] = [];
      const pump = new Pump(new Session(session_settings()), clock, {
        on_events: (events) => told.push(...events),
        on_bytes: () => {},
        on_round: () => {},
        on_late: () => {},
        writes_by_hand: () => false,
      });
      const too_late = new Error("too late");
      pump.session.dial();
      pump.open(open_way(there.way), 5000, () => too_late);
      await stalled(there);
      await clock.advance(4999);
      expect(told).toEqual([]);
      await clock.advance(1);
      expect(told).toMatchObject([{ type: "closed", cause: { error: too_late } }]);
      expect(clock.pending).toBe(0);
    });
  });

  it.each([
    ["hangs up", (there: Door) => there.stalled[0]?.end()],
    ["breaks the connection", (there: Door) => there.stalled.forEach(reset)],
  ])("tells with a hint when that one %s", async (_how, act) => {
    await meet(kind, async (there) => {
      const { ear } = open(there.way);
      await stalled(there);
      act(there);
      await ear.has("closed");
      expect(ear.error).toBeInstanceOf(TransportError);
      expect((ear.error as TransportError).hint).not.toBe("");
    });
  });
});
