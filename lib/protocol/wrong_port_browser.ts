// Decides what the first bytes of a peer tell of its port in what is built for browsers, where it stands in for
// wrong_port.ts: nothing, for what does not speak WebSocket never gets as far.

export function wrong_port(): null {
  return null;
}

export function no_broker(): null {
  return null;
}
