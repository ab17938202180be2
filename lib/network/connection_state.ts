// Decides which states the client's connection has in the eyes of its user, and in which order: paho's, in one table.

/**
 * - `new`: never connected.
 * - `connect_async`: a broker is named, a loop shall connect.
 * - `connecting`: an attempt is under way, or has failed and is to be repeated.
 * - `connected`: CONNACK 0 has been processed.
 * - `lost`: the link broke.
 * - `disconnecting`: `disconnect()` was called on a link.
 * - `disconnected`: after that, or `disconnect()` without a link.
 */
export type ConnectionState =
  | "new"
  | "connect_async"
  | "connecting"
  | "connected"
  | "lost"
  | "disconnecting"
  | "disconnected";

export type ConnectionEvent = "prepare" | "attempt" | "accept" | "gone" | "disconnect";

const always = { prepare: "connect_async", attempt: "connecting", disconnect: "disconnecting" } as const;

export const states: Readonly<
  Record<ConnectionState, Readonly<Partial<Record<ConnectionEvent, ConnectionState>>>>
> = {
  new: always,
  connect_async: always,
  connecting: { ...always, accept: "connected", gone: "lost" },
  connected: { ...always, gone: "lost" },
  lost: always,
  disconnecting: { ...always, gone: "disconnected" },
  disconnected: { ...always, gone: "disconnected" },
};

/** The state that follows; an event that means nothing in a state leaves it as it is. */
export function next_state(state: ConnectionState, event: ConnectionEvent): ConnectionState {
  return states[state][event] ?? state;
}

/** Whether settings of the connection may be changed: paho's "closed". */
export function is_closed(state: ConnectionState, has_link: boolean): boolean {
  return state === "new" || ((state === "disconnecting" || state === "disconnected") && !has_link);
}
