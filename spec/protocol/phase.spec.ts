import { describe, expect, it } from "@jest/globals";
import { MQTTException } from "../../lib/model/errors.ts";
import { next_phase, type Phase, type PhaseEvent } from "../../lib/protocol/phase.ts";

const events: readonly PhaseEvent[] = ["dial", "open", "accept", "disconnect", "give_up", "closed"];

/** What follows each event, in the order above; null: it cannot happen. */
// biome-ignore format: a table
const table: Record<Phase, readonly (Phase | null)[]> = {
  idle:          ["dialling", null,         null,        null,            null,      null],
  dialling:      [null,       "connecting", null,        null,            "closing", "idle"],
  connecting:    [null,       null,         "connected", "disconnecting", "closing", "idle"],
  connected:     [null,       null,         null,        "disconnecting", "closing", "idle"],
  disconnecting: [null,       null,         null,        null,            "closing", "idle"],
  closing:       [null,       null,         null,        null,            null,      "idle"],
};

const pairs = Object.entries(table).flatMap(([phase, row]) =>
  events.map((event, index) => [phase as Phase, event, row[index] ?? null] as const),
);

describe("a phase", () => {
  it.each(pairs.filter(([, , next]) => next !== null))("%s goes, on %s, to %s", (phase, event, next) => {
    expect(next_phase(phase, event)).toBe(next);
  });

  it.each(pairs.filter(([, , next]) => next === null))(
    "%s does not know %s: a bug of ours",
    (phase, event) => {
      const step = () => next_phase(phase, event);
      expect(step).toThrow(MQTTException);
      expect(step).toThrow(`"${event}" cannot happen in phase "${phase}"`);
    },
  );
});
