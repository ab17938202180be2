import { describe, expect, it } from "@jest/globals";
import {
  type ConnectionEvent,
  type ConnectionState,
  is_closed,
  next_state,
  states,
} from "../../lib/network/connection_state.ts";

const table: Record<ConnectionState, Record<ConnectionEvent, ConnectionState>> = {
  new: row("new", {}),
  connect_async: row("connect_async", {}),
  connecting: row("connecting", { accept: "connected", gone: "lost" }),
  connected: row("connected", { gone: "lost" }),
  lost: row("lost", {}),
  disconnecting: row("disconnecting", { gone: "disconnected" }),
  disconnected: row("disconnected", { gone: "disconnected" }),
};

/** In every state the user may name a broker, begin an attempt, or leave; all else stays as it is, except `special`. */
function row(state: ConnectionState, special: Partial<Record<ConnectionEvent, ConnectionState>>) {
  return {
    prepare: "connect_async",
    attempt: "connecting",
    disconnect: "disconnecting",
    accept: state,
    gone: state,
    ...special,
  } as const;
}

const cases = Object.entries(table).flatMap(([state, events]) =>
  Object.entries(events).map(
    ([event, next]) => [state, event, next] as [ConnectionState, ConnectionEvent, ConnectionState],
  ),
);

describe("the state of the connection", () => {
  it.each(cases)("%s, %s: %s", (state, event, next) => {
    expect(next_state(state, event)).toBe(next);
  });

  it("has a row for each state", () => {
    expect(Object.keys(states).sort()).toEqual(Object.keys(table).sort());
  });

  it.each([
    ["new", false, true],
    ["connect_async", false, false],
    ["connecting", false, false],
    ["connecting", true, false],
    ["connected", true, false],
    ["lost", false, false],
    ["disconnecting", true, false],
    ["disconnecting", false, true],
    ["disconnected", true, false],
    ["disconnected", false, true],
  ] as [ConnectionState, boolean, boolean][])(
    "%s, with a link %s: settings may change %s",
    (state, link, closed) => {
      expect(is_closed(state, link)).toBe(closed);
    },
  );
});
